//! The story of an exercise, from its bug report to its fix, revealed step by step.
//!
//! - `lines`: the growing lines and their holder, without the pattern's name.

mod lines;

use exercise_harness::plan::{FileDiff, Plan, Planned};
use exercise_harness::{explain, units};
use leak_meter::{Report, Resource, Verdict};
use pulldown_cmark::{Options, Parser, html};
use serde::{Deserialize, Serialize};

use crate::cap::{self, Chosen};
use crate::message::{Scene, Shown};
use crate::survey::Surveyed;

/// The text that is revealed step by step.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The bug report, as HTML.
    pub report: String,
    /// The growing lines, the one that retains most first.
    pub lines: Vec<Line>,
    /// How many files each operation leaves open, in a sentence. `None` if files do not leak.
    pub files: Option<String>,
    /// A description of the holder of the memory that those lines allocate. `None` if it was not found.
    pub holder: Option<String>,
    /// A description of the level at which the growth ends. `None` for a leak, and if it was not measured.
    pub level: Option<String>,
    /// Why the growth is not a leak, as HTML; empty for a leak.
    pub fine: String,
    /// The pattern's name.
    pub pattern: String,
    /// One line about the pattern, as HTML.
    pub summary: String,
    /// The changes of the fix.
    pub diff: Vec<FileDiff>,
}

/// A growing line with its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The function, without the crate's name.
    pub function: String,
    /// The file, relative to the version's folder.
    pub file: String,
    /// The line's number.
    pub line: u32,
    /// A description of the memory that it retains per operation.
    pub keeps: String,
    /// The source around it.
    pub source: Vec<SourceLine>,
}

/// One line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceLine {
    pub number: u32,
    pub text: String,
    /// Whether it is the growing line.
    pub grows: bool,
}

/// The steps of the story. Each reveals more than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
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

/// What is known about the exercise at `at`, and the choices for it. `surveyed` is the measurement of its
/// shipped version, if there is one.
pub fn scene(plan: &Plan, at: usize, surveyed: Option<&Surveyed>) -> (Scene, Chosen) {
    let planned = &plan.exercises[at];
    let chosen = cap::choose(planned, surveyed);
    let report = surveyed.map(|surveyed| &surveyed.report);
    let shown = Shown {
        number: at + 1,
        of: plan.exercises.len(),
        title: planned.title.clone(),
        service: planned.service.clone(),
        leaks: planned.levels_off_after.is_none(),
        versions: planned.versions.iter().map(|version| version.role).collect(),
        requests_per_second: planned.requests_per_second,
        cap: chosen.cap,
        main: chosen.main,
    };
    (Scene { shown, story: tell(planned, report) }, chosen)
}

/// The story of an exercise. `report` is the measurement of the shipped version, if there is one.
fn tell(planned: &Planned, report: Option<&Report>) -> Story {
    Story {
        report: to_html(&planned.bug_report),
        lines: report.map(|report| lines::lines(planned, report)).unwrap_or_default(),
        files: report.and_then(files),
        holder: report.and_then(|report| lines::holder(&planned.name, report)),
        level: report.and_then(|report| level(planned, report)),
        fine: to_html(&planned.why_fine),
        pattern: planned.name.clone(),
        summary: to_html(&planned.summary),
        diff: planned.fix.clone(),
    }
}

/// The parts of `story` that the page reveals up to `step`.
pub fn revealed(story: &Story, step: Step) -> Story {
    let mut revealed = Story { report: story.report.clone(), ..Story::default() };
    if step >= Step::Line {
        revealed.lines = story.lines.clone();
        revealed.files = story.files.clone();
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

fn files(report: &Report) -> Option<String> {
    let growth = report.growth_of(Resource::OpenFiles)?;
    let rate = growth.per_operation.filter(|_| growth.verdict == Verdict::Growing)?;
    Some(format!("Each operation leaves {} open files behind.", units::number(rate)))
}

/// The level at which memory stops growing, in an exercise that does not leak.
fn level(planned: &Planned, report: &Report) -> Option<String> {
    planned.levels_off_after?;
    let rounds = explain::level_round(report, Resource::LiveBytes)?;
    let highest = report.rounds.iter().map(|round| round.live_bytes).max()? as f64;
    let rising = explain::operations_until(report, rounds);
    let level = report.operations() - rising;
    (level > 0).then(|| {
        format!(
            "Live memory rises to {} during the first {} operations. In the {} operations that \
             follow, it does not rise again.",
            units::bytes(highest),
            units::count(rising),
            units::count(level)
        )
    })
}

/// Renders Markdown.
pub fn to_html(markdown: &str) -> String {
    let mut text = String::new();
    html::push_html(&mut text, Parser::new_ext(markdown, Options::ENABLE_TABLES));
    text
}

#[cfg(test)]
mod tests {
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
}
