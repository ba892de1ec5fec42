//! `run`: measures versions of exercises under the same work and compares them.

use clap::ValueEnum;
use exercise_harness::SoakSettings;

use crate::build;
use crate::commands::open_workshop;
use crate::document::{ExerciseResult, VersionResult};
use crate::exit::Exit;
use crate::judgement;
use crate::last_result;
use crate::progress::Progress;
use crate::reservation;
use crate::run::{self, RunOptions, Versions, phases, until_oom};
use crate::show;
use crate::status::{self, Stage, Tally};
use crate::workspace::{Exercise, Version, Workspace};

/// Runs exercises and their solutions under the same work, and compares them
///
/// Without a name: every exercise, one line each, and the next step. With names: the full comparison of
/// each.
#[allow(clippy::struct_excessive_bools)] // The flags of a command line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask run                                every exercise
  cargo xtask run rc-cycles                      one exercise in full
  cargo xtask run rc-cycles --rounds 48          for longer than the bug report
  cargo xtask run rc-cycles --version solution   only the fixed version
  cargo xtask run rc-cycles --version shipped    without your edits
  cargo xtask run rc-cycles --holders            with what holds the memory
  cargo xtask run rc-cycles --format json        for a program
  cargo xtask run rc-cycles --for-assistant      to paste into an AI assistant
  cargo xtask run api-server --until-oom         until it is out of memory, twice
  cargo xtask run rc-cycles --requests-per-second 200
                                                 for a busier server

For an exercise that you have not judged yet, it shows the figures of a short window, and no verdict.
Exit code: 0 if every selected version was measured, whatever the verdict; else 2.")]
pub struct Args {
    /// Exercises to compare in full [default: all, one line each]
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// Which version to run
    #[arg(long, value_enum, default_value_t = Choice::All)]
    version: Choice,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print one Markdown text for an AI assistant: bug report, figures, growing lines with their code, holders,
    /// files and contract
    #[arg(long, requires = "exercises", conflicts_with_all = ["format", "until_oom", "version"])]
    for_assistant: bool,
    /// Exactly this many rounds (fewer than 12 give no verdict)
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    rounds: Option<u64>,
    /// Operations in each round, instead of the exercise's own number
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    operations: Option<u64>,
    /// The seed of the operations' random choices: the same seed gives the same operations. How many are
    /// run depends on the machine, unless --rounds and --operations are given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Run one exercise under full load until it is out of memory, and its solution for ten times as
    /// many operations
    #[arg(long)]
    until_oom: bool,
    /// With --until-oom: a tenth of the time, with a tenth of the memory
    #[arg(long, requires = "until_oom")]
    tenth: bool,
    /// Show what holds the growing memory in the full comparison (JSON always includes it)
    #[arg(long)]
    holders: bool,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
    /// Also show the verdicts of exercises that are not judged yet
    #[arg(long)]
    reveal: bool,
    /// The request rate for the time to out-of-memory, instead of the exercise's own
    #[arg(long, value_name = "N", value_parser = above_zero, allow_negative_numbers = true)]
    requests_per_second: Option<f64>,
}

/// Which versions to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    /// Your version, the one to be fixed
    Exercise,
    /// The fixed version
    Solution,
    /// The exercise as it was shipped, without your edits
    Shipped,
    /// Yours and the fixed one, and the shipped one if you edited an exercise that you name
    All,
}

/// How to print the results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document, for programs
    Json,
}

/// Builds all versions, measures the selected ones, and shows the results.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written. Versions without a verdict are not errors.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercises = workspace.select(&args.exercises)?;
    if args.until_oom {
        return until_oom(&workspace, &exercises, args);
    }
    let progress = Progress::new();
    let options = args.options();
    let selected = run::select(&exercises, &options)?;
    let built = run::build(&workspace, &selected, args.release, &progress)?;
    show::trouble::report_broken(&selected, &built, &progress);

    let brief = args.exercises.is_empty() && args.format == Format::Text;
    let columns: &[Version] = match &options.versions {
        Versions::Only(version) => std::slice::from_ref(version),
        Versions::Tree | Versions::TreeAndShipped => &Version::IN_TREE,
    };
    let mut document = run::measure(&selected, &built, &options, &progress, |index, result| {
        let exercise = exercises[index];
        if brief {
            progress.print(|out| {
                show::brief::line(out, &workspace, exercise, result, columns, index == 0)
            })?;
            if let Some(reservation) = reservation(exercise, result) {
                progress.print(|out| show::trials::reservation(out, &reservation))?;
            }
        }
        let is_ordinary = options.are_ordinary() && result.is_judged;
        if let (true, Some(mine)) = (is_ordinary, result.version(Version::Exercise)) {
            last_result::remember_growth(exercise, mine);
        }
        Ok(())
    })?;
    progress.end();

    let out = &mut anstream::stdout().lock();
    match args.format {
        Format::Json => {
            let judged = exercises.iter().zip(&mut document.exercises);
            for (exercise, result) in judged.filter(|(_, result)| result.is_judged) {
                phases::measure(exercise, &built, result, &progress)?;
            }
            show::json(out, &document)?;
        }
        Format::Text if args.for_assistant => {
            for (exercise, result) in exercises.iter().zip(&document.exercises) {
                show::assistant::print(out, exercise, result)?;
            }
        }
        Format::Text if brief => {
            show::brief::next_step(out, &exercises, &document, Tally::read(&workspace))?;
        }
        Format::Text => {
            for (exercise, result) in exercises.iter().zip(&mut document.exercises) {
                if !result.is_judged {
                    show::window::print(out, exercise, result)?;
                    continue;
                }
                show::comparison::print(out, exercise, result)?;
                phases::measure(exercise, &built, result, &progress)?;
                show::phases::print(out, result)?;
                if let Some(reservation) = reservation(exercise, result) {
                    show::trials::reservation(out, &reservation)?;
                }
                let stage = Stage::read(exercise);
                let following = status::next_open(&workspace, exercise);
                show::comparison::next_step(out, exercise, result, stage, following)?;
            }
        }
    }
    let measured = document.exercises.iter().all(ExerciseResult::is_measured);
    Ok(if measured { Exit::Success } else { Exit::NoResult })
}

/// The edits that the result of the learner's version depends on, if that was measured.
fn reservation(exercise: &Exercise, result: &ExerciseResult) -> Option<String> {
    let mine = result.version(Version::Exercise).and_then(VersionResult::verdict);
    mine.and_then(|_| reservation::sentence(exercise))
}

/// Runs one exercise until it is out of memory.
fn until_oom(workspace: &Workspace, exercises: &[&Exercise], args: &Args) -> anyhow::Result<Exit> {
    let [exercise] = exercises[..] else {
        anyhow::bail!(
            "--until-oom runs one exercise, and {} are selected.\n\
             Next: cargo xtask run api-server --until-oom",
            exercises.len()
        );
    };
    judgement::require(exercise, args.reveal, "this shows whether it runs out of memory")?;
    let progress = Progress::new();
    let built = build::tree(workspace, args.release, &progress)?.packages;
    progress.end();
    let out = &mut anstream::stdout().lock();
    let mut view = show::until_oom::View::new(exercise);
    let outcome = until_oom::run(exercise, &built, args.tenth, |event| view.event(out, &event))?;
    Ok(match outcome {
        until_oom::OomOutcome::AsExpected => Exit::Success,
        until_oom::OomOutcome::Unexpected => Exit::NoResult,
    })
}

impl Args {
    fn options(&self) -> RunOptions {
        let versions = match self.version {
            Choice::Exercise => Versions::Only(Version::Exercise),
            Choice::Solution => Versions::Only(Version::Solution),
            Choice::Shipped => Versions::Only(Version::Shipped),
            Choice::All if self.exercises.is_empty() => Versions::Tree,
            Choice::All => Versions::TreeAndShipped,
        };
        let settings = SoakSettings {
            rounds: self.rounds.map(|rounds| usize::try_from(rounds).unwrap_or(usize::MAX)),
            operations: self.operations,
            seed: self.seed,
            holders: Some(self.holders || self.for_assistant || self.format == Format::Json),
        };
        let (release, requests_per_second) = (self.release, self.requests_per_second);
        let reveals = self.reveal;
        RunOptions { versions, settings, release, requests_per_second, reveals }
    }
}

fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("it must be a whole number, at least 1".to_owned()),
    }
}

fn above_zero(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate > 0.0);
    number.ok_or_else(|| "it must be a number above 0".to_owned())
}
