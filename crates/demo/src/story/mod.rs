//! The story of an exercise, from its bug report to its fix, as read from disk and revealed step by step.
//!
//! - `lines`: the growing lines and their holder, without the pattern's name.

mod lines;

use std::fs;
use std::path::Path;

use exercise_harness::plan::{Planned, Role};
use exercise_harness::units;
use leak_meter::{Report, Round};
use pulldown_cmark::{Options, Parser, html};
use similar::{ChangeTag, TextDiff};

use crate::message::{DiffLine, FileDiff, Sign, Story};

/// The number of unchanged lines to show around a change.
const CONTEXT: usize = 3;
/// How far a level may lie below the highest reading, as a share of that reading.
const LEVEL: f64 = 0.01;
/// The heading under which a decoy's solution explains why its growth is fine.
const FINE: &str = "## Why it is fine";

/// The steps of the story. Each reveals more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The bug report.
    BugReport,
    /// The curve of the shipped version.
    Curve,
    /// The question: what grows, and who holds it?
    Question,
    /// The growing line, with its source; or the level at which the growth ends by itself.
    Line,
    /// The holder of what the line allocates; or the question of what ends the growth.
    Holder,
    /// The pattern's name and the fix; or why no fix is needed.
    Fix,
    /// The curves of both versions.
    Both,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 7] = [
        Self::BugReport,
        Self::Curve,
        Self::Question,
        Self::Line,
        Self::Holder,
        Self::Fix,
        Self::Both,
    ];
}

/// Reads the story of an exercise from disk. `report` is the measurement of the shipped version, if
/// there is one.
pub fn read(planned: &Planned, report: Option<&Report>) -> Story {
    Story {
        report: bug_report(planned).unwrap_or_default(),
        lines: report.map(|report| lines::lines(planned, report)).unwrap_or_default(),
        holder: report.and_then(|report| lines::holder(&planned.name, report)),
        level: report.and_then(|report| level(planned, report)),
        fine: fine(planned).unwrap_or_default(),
        pattern: planned.name.clone(),
        summary: to_html(&planned.summary),
        diff: diff(planned).unwrap_or_default(),
    }
}

/// The parts of `story` that the page reveals up to `step`.
pub fn revealed(story: &Story, step: Step) -> Story {
    let mut revealed = Story { report: story.report.clone(), ..Story::default() };
    if step >= Step::Line {
        revealed.lines = story.lines.clone();
        revealed.level = story.level.clone();
    }
    if step >= Step::Holder {
        revealed.holder = story.holder.clone();
    }
    if step >= Step::Fix {
        revealed.pattern = story.pattern.clone();
        revealed.summary = story.summary.clone();
        revealed.diff = story.diff.clone();
        revealed.fine = story.fine.clone();
    }
    revealed
}

/// The bug report: the quotation in the exercise's README, as HTML.
fn bug_report(planned: &Planned) -> Option<String> {
    let version = planned.versions.iter().find(|version| version.role == Role::Shipped)?;
    let readme = fs::read_to_string(version.folder.join("README.md")).ok()?;
    let quoted = readme.lines().skip_while(|line| !line.starts_with('>'));
    let quoted = quoted.take_while(|line| line.starts_with('>'));
    let text: Vec<&str> = quoted.map(|line| line[1..].strip_prefix(' ').unwrap_or("")).collect();
    Some(to_html(&text.join("\n")))
}

/// The level at which memory stops growing, in an exercise that does not leak.
fn level(planned: &Planned, report: &Report) -> Option<String> {
    planned.levels_off_after?;
    let highest = report.rounds.iter().map(|round| round.live_bytes).max()? as f64;
    let is_level = |round: &Round| round.live_bytes as f64 * (1.0 + LEVEL) >= highest;
    let rounds = report.rounds.iter().position(is_level)? + 1;
    let operations = |rounds: &[Round]| rounds.iter().map(|round| round.operations).sum::<u64>();
    let (rising, level) = report.rounds.split_at(rounds);
    (!level.is_empty()).then(|| {
        format!(
            "Live memory rises to {} during the first {} operations. In the {} operations that \
             follow, it does not rise again.",
            units::bytes(highest),
            units::count(operations(rising)),
            units::count(operations(level))
        )
    })
}

/// Why an exercise that does not leak is fine, from its solution's README, as HTML.
fn fine(planned: &Planned) -> Option<String> {
    planned.levels_off_after?;
    let version = planned.versions.iter().find(|version| version.role == Role::Solution)?;
    let readme = fs::read_to_string(version.folder.join("README.md")).ok()?;
    let (_, text) = readme.split_once(FINE)?;
    let text = text.split_once("\n## ").map_or(text, |(text, _)| text);
    Some(to_html(text))
}

fn to_html(markdown: &str) -> String {
    let mut text = String::new();
    html::push_html(&mut text, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    text
}

/// The differences between the exercise and the solution, in the files of the fix.
fn diff(planned: &Planned) -> Option<Vec<FileDiff>> {
    let folder = |role: Role| {
        planned.versions.iter().find(|version| version.role == role).map(|version| &version.folder)
    };
    let (before, after) = (folder(Role::Shipped)?, folder(Role::Solution)?);
    let of_file = |file: &std::path::PathBuf| {
        // A file may exist on one side only.
        let read = |folder: &Path| fs::read_to_string(folder.join(file)).unwrap_or_default();
        FileDiff { file: file.display().to_string(), hunks: hunks(&read(before), &read(after)) }
    };
    let all = planned.fixed_files.iter().map(of_file);
    Some(all.filter(|file| !file.hunks.is_empty()).collect())
}

fn hunks(before: &str, after: &str) -> Vec<Vec<DiffLine>> {
    let diff = TextDiff::from_lines(before, after);
    let groups = diff.grouped_ops(CONTEXT);
    let lines = |group: &Vec<similar::DiffOp>| {
        group
            .iter()
            .flat_map(|operation| diff.iter_inline_changes(operation))
            .map(|change| DiffLine {
                sign: match change.tag() {
                    ChangeTag::Equal => Sign::Same,
                    ChangeTag::Delete => Sign::Out,
                    ChangeTag::Insert => Sign::In,
                },
                parts: change
                    .iter_strings_lossy()
                    .map(|(changed, text)| (changed, text.trim_end_matches('\n').to_owned()))
                    .collect(),
            })
            .collect()
    };
    groups.iter().map(lines).collect()
}

#[cfg(test)]
mod tests {
    use exercise_harness::Exercise;
    use exercise_harness::plan::PlannedVersion;

    use super::*;

    fn story() -> Story {
        Story {
            report: "killed".to_owned(),
            holder: Some("a map".to_owned()),
            level: Some("after 700 operations".to_owned()),
            fine: "it ends".to_owned(),
            pattern: "rc-cycles".to_owned(),
            ..Story::default()
        }
    }

    #[test]
    fn nothing_is_revealed_before_its_step() {
        let revealed_at = |step| revealed(&story(), step);
        assert_eq!(revealed_at(Step::Question).level, None);
        assert_eq!(revealed_at(Step::Line).level.as_deref(), Some("after 700 operations"));
        assert_eq!(revealed_at(Step::Holder).fine, "");
        assert_eq!(revealed_at(Step::Line).holder, None);
        assert_eq!(revealed_at(Step::Holder).holder.as_deref(), Some("a map"));
        assert_eq!(revealed_at(Step::Holder).pattern, "");
        assert_eq!(revealed_at(Step::Fix), story());
        assert_eq!(revealed_at(Step::BugReport).report, "killed");
    }

    #[test]
    fn the_solution_explains_why_nothing_leaks() {
        let folder = tempfile::tempdir().unwrap();
        let readme = "# T\n\n## What happens\n\nIt climbs.\n\n## Why it is fine\n\n- It has an *end*.\n\n\
                      ## How to tell\n\nWait.\n";
        fs::write(folder.path().join("README.md"), readme).unwrap();
        let decoy = include_str!("../../../task-search/exercise.toml");
        let leak = include_str!("../../../rc-cycles/exercise.toml");
        let [decoy, leak] = [decoy, leak].map(|text| Planned {
            versions: vec![PlannedVersion {
                role: Role::Solution,
                folder: folder.path().to_owned(),
                binary: None,
                trouble: None,
            }],
            ..Planned::new("t", &Exercise::parse(text).unwrap())
        });
        assert_eq!(fine(&decoy).unwrap().trim(), "<ul>\n<li>It has an <em>end</em>.</li>\n</ul>");
        assert_eq!(fine(&leak), None);
    }

    #[test]
    fn a_changed_line_shows_what_changed_in_it() {
        let hunks = hunks("a\nlet x = Rc::new(1);\n", "a\nlet x = Weak::new(1);\n");
        assert_eq!(hunks.len(), 1);
        let signs: Vec<Sign> = hunks[0].iter().map(|line| line.sign).collect();
        assert_eq!(signs, [Sign::Same, Sign::Out, Sign::In]);
        let strong: Vec<&str> = hunks[0][2]
            .parts
            .iter()
            .filter(|(changed, _)| *changed)
            .map(|(_, text)| text.as_str())
            .collect();
        assert!(strong.concat().contains("Weak"), "{:?}", hunks[0]);
        assert!(!strong.concat().contains("new"), "{:?}", hunks[0]);
    }
}
