//! The report as Markdown, for a chat or a pull request.

use std::fmt::Write;

use crate::report::{Chapter, Contents, GrowingLine};
use crate::workspace::Version;

/// Renders the Markdown.
pub fn text(contents: &Contents) -> String {
    let mut text = "# Leak Lab: report\n".to_owned();
    // Writing to a string never fails.
    let _ = overview(&mut text, contents);
    for chapter in &contents.exercises {
        let _ = write(&mut text, chapter);
    }
    text
}

/// The verdicts of all exercises, if there is more than one.
fn overview(text: &mut String, contents: &Contents) -> std::fmt::Result {
    if contents.exercises.len() < 2 {
        return Ok(());
    }
    let versions = contents.versions();
    let names: Vec<String> = versions.iter().map(ToString::to_string).collect();
    writeln!(text, "\n| | {} |", names.join(" | "))?;
    writeln!(text, "|---|{}", "---|".repeat(names.len()))?;
    for chapter in &contents.exercises {
        let verdict = |version: &Version| {
            let summary = chapter.versions.iter().find(|one| one.version == *version);
            summary.map_or(String::new(), |one| cell_of(&one.verdict))
        };
        let verdicts: Vec<String> = versions.iter().map(verdict).collect();
        writeln!(text, "| {} | {} |", chapter.name, verdicts.join(" | "))?;
    }
    Ok(())
}

fn write(text: &mut String, chapter: &Chapter) -> std::fmt::Result {
    writeln!(text, "\n## {}: {}\n", chapter.name, chapter.title)?;
    let names: Vec<String> =
        chapter.versions.iter().map(|version| version.version.to_string()).collect();
    writeln!(text, "| | {} |", names.join(" | "))?;
    writeln!(text, "|---|{}", "---|".repeat(names.len()))?;
    for row in &chapter.rows {
        let cells: Vec<String> = row.iter().map(|cell| cell_of(cell)).collect();
        writeln!(text, "| {} |", cells.join(" | "))?;
    }
    writeln!(text)?;
    for version in &chapter.versions {
        writeln!(text, "- **{}**: {}", version.verdict, version.meaning.replace('\n', " "))?;
    }
    for version in chapter.versions.iter().filter(|version| !version.lines.is_empty()) {
        writeln!(text, "\nGrowing lines of the {}:", version.version.noun())?;
        for line in &version.lines {
            write_line(text, line)?;
        }
        if version.more > 0 {
            writeln!(text, "\nand {} more", version.more)?;
        }
        if let [heading, holders @ ..] = version.holders.as_slice() {
            writeln!(text, "\n{heading}\n\n```text\n{}\n```", holders.join("\n"))?;
        }
    }
    Ok(())
}

fn write_line(text: &mut String, line: &GrowingLine) -> std::fmt::Result {
    writeln!(text, "\n`{}`, {} ({})", line.function, line.place, line.keeps)?;
    if line.source.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n```rust")?;
    for (at, source) in line.source.iter().enumerate() {
        let mark = if Some(at) == line.grows { "  // <- grows" } else { "" };
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
            title: String::new(),
            versions,
            rows: Vec::new(),
            notes: Vec::new(),
            charts: Vec::new(),
        };
        let edited =
            vec![summary(Version::Shipped, "Growing"), summary(Version::Exercise, "Steady")];
        let untouched =
            vec![summary(Version::Exercise, "Growing"), summary(Version::Solution, "Steady")];
        let exercises = vec![chapter("edited", edited), chapter("untouched", untouched)];
        assert!(text(&Contents { exercises }).starts_with(
            "# Leak Lab: report\n\n| | shipped | exercise | solution |\n|---|---|---|---|\n\
             | edited | Growing | Steady |  |\n| untouched |  | Growing | Steady |\n\n## edited"
        ));
    }

    #[test]
    fn a_chapter_has_its_table_and_marks_the_growing_line() {
        let line = GrowingLine {
            function: "toy::keep".to_owned(),
            place: "src/toy.rs:2".to_owned(),
            keeps: "1 blocks and 8 B per operation".to_owned(),
            from: 1,
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
            versions: vec![version],
            rows: vec![vec!["a|b".to_owned(), "7".to_owned()]],
            notes: Vec::new(),
            charts: Vec::new(),
        };
        assert_eq!(
            text(&Contents { exercises: vec![chapter] }),
            "# Leak Lab: report\n\n## toy: A toy\n\n| | exercise |\n|---|---|\n| a\\|b | 7 |\n\n\
             - **Growing**: The exercise leaks.\n\nGrowing lines of the exercise:\n\n`toy::keep`, \
             src/toy.rs:2 (1 blocks and 8 B per operation)\n\n```rust\nfn keep() {\n    \
             push();  // <- grows\n```\n\nand 2 more\n\nWho holds it:\n\n```text\n1. held by a \
             map\n```\n"
        );
    }
}
