//! `profile`: an exercise's workload under another tool, and what that says beside what we say.

mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use exercise_harness::event::{Event, TrialOutcome};
use exercise_harness::isolated::{self, Ending, TrialRun};
use exercise_harness::{SoakSettings, explain};
use leak_meter::{Report, Round};

use super::prepare;
use crate::cargo;
use crate::exit::Exit;
use crate::measure::GROWTH;
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version};

pub use tool::Tool;

/// Runs an exercise's work under another tool, and shows what it says beside what we say
///
/// The tool gets fewer rounds, since it is slow; ours is the verdict of a whole run without it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask profile rc-cycles --tool valgrind
  cargo xtask profile unbounded-cache --tool valgrind    the same, and another conclusion
  cargo xtask profile unbounded-cache --tool heaptrack --rounds 20
  cargo xtask profile rc-cycles --tool dhat --version solution

Exit code: 0 if both have a conclusion, else 2.")]
pub struct Args {
    /// The exercise
    exercise: String,
    /// The tool
    #[arg(long, value_enum)]
    tool: Tool,
    /// Which version to run
    #[arg(long, value_enum, default_value_t = Which::Exercise)]
    version: Which,
    /// This many rounds under the tool
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Operations in each round under the tool, instead of the exercise's own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    operations: Option<u64>,
    /// Run optimised code
    #[arg(long)]
    release: bool,
}

/// The versions that there are to profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// The one to be fixed
    Exercise,
    /// The fixed one
    Solution,
}

/// What was found.
#[derive(Debug)]
pub struct Profile {
    /// The tool.
    pub tool: Tool,
    /// Which version was run.
    pub version: Version,
    /// What the tool concludes, in its own words.
    pub conclusion: Vec<String>,
    /// The file with all of the tool's results.
    pub file: PathBuf,
    /// The rounds that were run under it.
    pub rounds: Vec<Round>,
    /// How many times as long as otherwise an operation took under the tool.
    pub slowdown: f64,
    /// What a whole run without the tool found.
    pub report: Box<Report>,
    /// What is to be learnt from the two.
    pub lesson: &'static str,
    /// What has to be known of the tool's words.
    pub note: Option<&'static str>,
}

/// Runs the workload without the tool and under it.
///
/// # Errors
/// An unknown name, a tool that is not there, a version that does not build or does not come to its
/// end, or an output that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entry = workspace.exercise(&args.exercise)?;
    args.tool.check_installed()?;
    let version = match args.version {
        Which::Exercise => Version::Exercise,
        Which::Solution => Version::Solution,
    };
    let progress = Progress::new();
    let mut built = prepare::build(&workspace, args.release, &progress)?.packages;
    let test = match built.remove(&version.package(&entry.name)).map(|built| built.test) {
        Some(Ok(test)) => test,
        Some(Err(refused)) => {
            progress.end();
            show::trouble::did_not_build(version, &entry.name, &refused.message);
            return Ok(Exit::NoResult);
        }
        None => anyhow::bail!("{}/Cargo.toml is not there.", version.folder(&entry.name)),
    };
    progress.stage("Measuring without the tool");
    let ended = isolated::run(&test, GROWTH, SoakSettings::default(), |_| {})?;
    let report = report(entry, ended)?;
    progress.stage(&format!("Running it under {}", args.tool.name()));
    let out = out_file(&workspace.root, entry, version, args.tool)?;
    let rounds = under(args, &test, &out, &progress, entry)?;
    progress.end();
    let (conclusion, file) = args.tool.conclusion(&out)?;
    let lesson = tool::lesson(args.tool, &conclusion, Some(report.verdict));
    let slowdown = per_operation(&rounds) / per_operation(&report.rounds);
    let (tool, note) = (args.tool, tool::note(args.tool));
    let profile =
        Profile { tool, version, conclusion, file, rounds, slowdown, report, lesson, note };
    show::profile::print(entry, &profile, &workspace.root)?;
    Ok(Exit::Success)
}

/// The rounds of the workload under the tool.
fn under(
    args: &Args,
    test: &Path,
    out: &Path,
    progress: &Progress,
    entry: &Entry,
) -> anyhow::Result<Vec<Round>> {
    let settings = SoakSettings {
        rounds: Some(usize::from(args.rounds)),
        operations: args.operations,
        ..SoakSettings::default()
    };
    let (command, slower) = (args.tool.command(out), args.tool.slower());
    let (detail, mut done) = (progress.detail(), 0);
    let ended = isolated::run_under(&command, slower, test, GROWTH, settings, |event| {
        if matches!(event, Event::Round { .. }) {
            done += 1;
            detail(&format!("{done} of {} rounds", args.rounds));
        }
    })?;
    Ok(self::report(entry, ended)?.rounds)
}

/// The report of a soak that came to its end.
fn report(entry: &Entry, ended: TrialRun) -> anyhow::Result<Box<Report>> {
    if let Ending::Completed(TrialOutcome::Soaked { report }) = ended.ending {
        return Ok(report);
    }
    let (name, wrong) = (&entry.name, explain::verdict(&ended, &entry.metadata).err());
    anyhow::bail!(
        "{GROWTH} of {name} has no result. {}\nSee it without the tool: cargo xtask test {name}",
        wrong.unwrap_or_default()
    )
}

/// Where the tool's results go, without their ending; those of an earlier run are removed.
fn out_file(root: &Path, entry: &Entry, version: Version, tool: Tool) -> anyhow::Result<PathBuf> {
    let folder = cargo::target_folder(root)?.join("profile");
    let stem = format!("{}-{}", version.package(&entry.name), tool.name());
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

fn per_operation(rounds: &[Round]) -> f64 {
    let time: u64 = rounds.iter().map(|round| round.nanoseconds).sum();
    let operations: u64 = rounds.iter().map(|round| round.operations).sum();
    Duration::from_nanos(time).as_secs_f64() / operations.max(1) as f64
}
