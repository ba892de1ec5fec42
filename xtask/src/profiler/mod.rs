//! Runs an exercise under another memory tool, and compares its conclusion with leak-meter's verdict.
//!
//! - here: both runs.
//! - `tool`: the tools: how each is installed and called, and what it concludes.

mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use exercise_harness::SoakSettings;
use exercise_harness::event::Event;
use exercise_harness::explain;
use exercise_harness::isolated::{self, TrialRun};
use leak_meter::{Report, Round};

pub use self::tool::Tool;
use crate::cargo;
use crate::measure::GROWTH;
use crate::progress::Progress;
use crate::workspace::{Exercise, Version};

/// What to run under a tool, and how.
#[derive(Debug, Clone, Copy)]
pub struct ProfileOptions {
    pub tool: Tool,
    /// The version to run.
    pub version: Version,
    /// The rounds under the tool.
    pub rounds: u16,
    /// Operations in each round under the tool; `None` for the exercise's own number.
    pub operations: Option<u64>,
}

/// A tool's conclusion, and leak-meter's.
#[derive(Debug)]
pub struct Profile {
    pub tool: Tool,
    /// The version that was run.
    pub version: Version,
    /// The tool's conclusion, in its own words.
    pub conclusion: Vec<String>,
    /// The file with all of the tool's results.
    pub file: PathBuf,
    /// The rounds that were run under the tool.
    pub rounds: Vec<Round>,
    /// By which factor an operation was slower under the tool.
    pub slowdown: f64,
    /// The report of a whole run without the tool.
    pub report: Report,
    /// What follows from both conclusions.
    pub lesson: &'static str,
    /// A note about the tool's terms.
    pub note: Option<&'static str>,
}

/// Runs the growth trial of `test` without the tool, and under it.
pub fn profile(
    exercise: &Exercise,
    test: &Path,
    options: ProfileOptions,
    progress: &Progress,
) -> anyhow::Result<Profile> {
    let ProfileOptions { tool, version, .. } = options;
    progress.stage("Measuring without the tool");
    let ended = isolated::run(test, GROWTH, SoakSettings::default(), |_| {})?;
    let report = report(exercise, &ended)?;
    progress.stage(&format!("Running it under {}", tool.name()));
    let results = results_file(exercise, version, tool)?;
    let rounds = rounds_under_tool(exercise, test, options, &results, progress)?;
    let (conclusion, file) = tool.conclusion(&results)?;
    let lesson = tool::lesson(tool, &conclusion, Some(report.verdict));
    let slowdown = seconds_per_operation(&rounds) / seconds_per_operation(&report.rounds);
    let note = tool::note(tool);
    Ok(Profile { tool, version, conclusion, file, rounds, slowdown, report, lesson, note })
}

fn rounds_under_tool(
    exercise: &Exercise,
    test: &Path,
    options: ProfileOptions,
    results: &Path,
    progress: &Progress,
) -> anyhow::Result<Vec<Round>> {
    let settings = SoakSettings {
        rounds: Some(usize::from(options.rounds)),
        operations: options.operations,
        ..SoakSettings::default()
    };
    let (command, slower) = (options.tool.command(results), options.tool.slower());
    let (detail, mut done) = (progress.detail(), 0);
    let ended = isolated::run_under(&command, slower, test, GROWTH, settings, |event| {
        if matches!(event, Event::Round { .. }) {
            done += 1;
            detail(&format!("{done} of {} rounds", options.rounds));
        }
    })?;
    Ok(report(exercise, &ended)?.rounds)
}

/// The report of a soak that completed.
fn report(exercise: &Exercise, ended: &TrialRun) -> anyhow::Result<Report> {
    if let Some(report) = ended.report() {
        return Ok(report.clone());
    }
    let (name, wrong) = (&exercise.name, explain::verdict(ended, &exercise.metadata).err());
    anyhow::bail!(
        "{GROWTH} of {name} has no result. {}\nSee it without the tool: cargo xtask test {name}",
        wrong.unwrap_or_default()
    )
}

/// The file of the tool's results, without its extension. Results of an earlier run are removed.
fn results_file(exercise: &Exercise, version: Version, tool: Tool) -> anyhow::Result<PathBuf> {
    let folder = cargo::target_folder(&exercise.root)?.join("profile");
    let stem = format!("{}-{}", exercise.package(version), tool.name());
    let refused = || format!("{} cannot be used for the results", folder.display());
    fs::create_dir_all(&folder).with_context(refused)?;
    for old in fs::read_dir(&folder).with_context(refused)? {
        let old = old.with_context(refused)?;
        if old.file_name().to_string_lossy().starts_with(&format!("{stem}.")) {
            fs::remove_file(old.path()).with_context(refused)?;
        }
    }
    Ok(folder.join(stem))
}

fn seconds_per_operation(rounds: &[Round]) -> f64 {
    let time: u64 = rounds.iter().map(|round| round.nanoseconds).sum();
    let operations: u64 = rounds.iter().map(|round| round.operations).sum();
    Duration::from_nanos(time).as_secs_f64() / operations.max(1) as f64
}
