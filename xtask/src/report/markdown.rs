//! The report as Markdown, for a chat or a pull request.

use std::fmt::Write;

use crate::html::GROWS;
use crate::readme::quoted;
use crate::report::{Chapter, Contents, GrowingLine};
use crate::workspace::Version;

/// Renders the Markdown.
pub fn text(contents: &Contents) -> String {
    let mut text = head(contents);
    for chapter in &contents.exercises {
        text.push_str(&beginning(chapter));
        text.push_str(&table(chapter));
        text.push_str(&lines(chapter));
    }
    text
}

/// The title, when and from what the report was made, and the results of all exercises.
pub(super) fn head(contents: &Contents) -> String {
    let mut text = "# Leak Lab: report\n\n".to_owned();
    // Writing to a string never fails.
    for (name, fact) in &contents.made {
        let _ = writeln!(text, "- {name}: {fact}");
    }
    let _ = overview(&mut text, contents);
    text
}

/// The verdicts of all exercises, if there is more than one, and what became of each.
fn overview(text: &mut String, contents: &Contents) -> std::fmt::Result {
    if contents.exercises.len() < 2 {
        return Ok(());
    }
    let versions = contents.versions();
    let names: Vec<String> = versions.iter().map(ToString::to_string).collect();
    writeln!(text, "\n| | {} | your version |", names.join(" | "))?;
    writeln!(text, "|---|{}---|", "---|".repeat(names.len()))?;
    for chapter in &contents.exercises {
        let verdict = |version: &Version| {
            let summary = chapter.versions.iter().find(|one| one.version == *version);
            summary.map_or(String::new(), |one| cell_of(&one.verdict))
        };
        let verdicts: Vec<String> = versions.iter().map(verdict).collect();
        writeln!(text, "| {} | {} | {} |", chapter.name, verdicts.join(" | "), chapter.outcome)?;
    }
    Ok(())
}

/// A chapter's title, its bug report, and what the measurement means.
pub(super) fn beginning(chapter: &Chapter) -> String {
    let mut text = format!("\n## {}: {}\n\n", chapter.name, chapter.title);
    let _ = writeln!(text, "{}", quoted(&chapter.bug_report));
    let _ = writeln!(text, "\n- Your version: {}.", chapter.outcome);
    for version in &chapter.versions {
        let meaning = version.meaning.replace('\n', " ");
        let _ = writeln!(text, "- **{}**: {meaning}", version.verdict);
    }
    text
}

pub(super) fn table(chapter: &Chapter) -> String {
    let names: Vec<String> =
        chapter.versions.iter().map(|version| version.version.to_string()).collect();
    let mut text = format!("\n| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for row in &chapter.rows {
        let cells: Vec<String> = row.iter().map(|cell| cell_of(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    for note in &chapter.notes {
        let _ = writeln!(text, "\n{note}");
    }
    text
}

/// The growing lines, and what holds their blocks.
pub(super) fn lines(chapter: &Chapter) -> String {
    let mut text = String::new();
    for version in chapter.versions.iter().filter(|version| !version.lines.is_empty()) {
        let _ = writeln!(text, "\nGrowing lines of the {}:", version.version.noun());
        for line in &version.lines {
            let _ = write_line(&mut text, line);
        }
        if version.more > 0 {
            let _ = writeln!(text, "\nand {} more", version.more);
        }
        if let [heading, holders @ ..] = version.holders.as_slice() {
            let _ = writeln!(text, "\n{heading}\n\n```text\n{}\n```", holders.join("\n"));
        }
    }
    text
}

fn write_line(text: &mut String, line: &GrowingLine) -> std::fmt::Result {
    writeln!(text, "\n`{}`, {} ({})", line.function, line.place, line.keeps)?;
    if line.source.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n```rust")?;
    for (at, source) in line.source.iter().enumerate() {
        let mark = if Some(at) == line.grows { GROWS } else { "" };
        writeln!(text, "{source}{mark}")?;
    }
    writeln!(text, "```")
}

/// A table's cell, with bars escaped.
fn cell_of(text: &str) -> String {
    text.trim_end().replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::VersionSummary;

    #[test]
    fn several_exercises_begin_with_their_verdicts() {
        let summary = |version, verdict: &str| VersionSummary {
            version,
            verdict: verdict.to_owned(),
            meaning: String::new(),
            lines: Vec::new(),
            more: 0,
            holders: Vec::new(),
        };
        let chapter = |name: &str, versions| Chapter {
            name: name.to_owned(),
            outcome: "edited; undecided".to_owned(),
            versions,
            ..Chapter::default()
        };
        let edited =
            vec![summary(Version::Shipped, "Growing"), summary(Version::Exercise, "Steady")];
        let untouched =
            vec![summary(Version::Exercise, "Growing"), summary(Version::Solution, "Steady")];
        let exercises = vec![chapter("edited", edited), chapter("untouched", untouched)];
        let made = vec![("date", "today".to_owned())];
        assert!(text(&Contents { made, exercises }).starts_with(
            "# Leak Lab: report\n\n- date: today\n\n\
             | | shipped | exercise | solution | your version |\n|---|---|---|---|---|\n\
             | edited | Growing | Steady |  | edited; undecided |\n\
             | untouched |  | Growing | Steady | edited; undecided |\n\n## edited"
        ));
    }

    #[test]
    fn a_chapter_has_its_table_and_marks_the_growing_line() {
        let line = GrowingLine {
            function: "toy::keep".to_owned(),
            place: "src/toy.rs:2".to_owned(),
            keeps: "1 blocks and 8 B per operation".to_owned(),
            source: vec!["fn keep() {".to_owned(), "    push();".to_owned()],
            grows: Some(1),
        };
        let version = VersionSummary {
            version: Version::Exercise,
            verdict: "Growing".to_owned(),
            meaning: "The exercise leaks.".to_owned(),
            lines: vec![line],
            more: 2,
            holders: vec!["Who holds it:".to_owned(), "1. held by a map".to_owned()],
        };
        let chapter = Chapter {
            name: "toy".to_owned(),
            title: "A toy".to_owned(),
            outcome: "as shipped; undecided".to_owned(),
            bug_report: "It is\n\nslow.".to_owned(),
            versions: vec![version],
            rows: vec![vec!["a|b".to_owned(), "7".to_owned()]],
            ..Chapter::default()
        };
        assert_eq!(
            text(&Contents { made: Vec::new(), exercises: vec![chapter] }),
            "# Leak Lab: report\n\n\n## toy: A toy\n\n> It is\n>\n> slow.\n\n\
             - Your version: as shipped; undecided.\n- **Growing**: The exercise leaks.\n\n\
             | | exercise |\n|---|---|\n| a\\|b | 7 |\n\nGrowing lines of the exercise:\n\n`toy::keep`, \
             src/toy.rs:2 (1 blocks and 8 B per operation)\n\n```rust\nfn keep() {\n    \
             push();  // <- grows\n```\n\nand 2 more\n\nWho holds it:\n\n```text\n1. held by a \
             map\n```\n"
        );
    }
}
