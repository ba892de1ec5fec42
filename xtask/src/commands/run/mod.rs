//! `run`: the versions of exercises under the same work, compared.

mod phases;
mod subjects;
pub mod until_oom;

use clap::ValueEnum;
use exercise_harness::context::SoakSettings;

use super::prepare;
use crate::document::{Document, ExerciseResult, FORMAT};
use crate::exit::Exit;
use crate::finding;
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version, Workspace};

/// Runs exercises beside their solutions under the same work, and compares them
///
/// Without a name: the whole workshop, one line per exercise, and what to do next. With names: the
/// full comparison of each.
#[allow(clippy::struct_excessive_bools)] // The flags of a command line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask run                                     the whole workshop
  cargo xtask run rc-cycles                           one exercise in full
  cargo xtask run rc-cycles --version solution        only the fixed one
  cargo xtask run rc-cycles --version shipped         as it was before you edited it
  cargo xtask run rc-cycles --holders                 and who holds what grows
  cargo xtask run rc-cycles --format json > rc.json   for a program, or an assistant
  cargo xtask run api-server --until-oom              until it dies, twice
  cargo xtask run rc-cycles --requests-per-second 200
                                                      a busier server

Exit code: 0 if every chosen version ended with a verdict, whatever it is; else 2.")]
pub struct Args {
    /// Exercises to compare in full; none for the whole workshop
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// Which version to run
    #[arg(long, value_enum, default_value_t = Choice::All)]
    version: Choice,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exactly this many rounds (with fewer than 12 nothing is decided)
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    rounds: Option<u64>,
    /// Operations in each round, instead of the exercise's own number
    #[arg(long, value_name = "N", value_parser = at_least_one, allow_negative_numbers = true)]
    operations: Option<u64>,
    /// Where the operations' random choices come from
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Run one exercise under full load until it is out of memory, and its solution for ten times
    /// as long
    #[arg(long)]
    until_oom: bool,
    /// With --until-oom: a tenth of the time, with a tenth of the memory
    #[arg(long, requires = "until_oom")]
    tenth: bool,
    /// Show who holds what grows, in the full comparison (JSON always tells)
    #[arg(long)]
    holders: bool,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
    /// The rate that the time to out-of-memory is stated for, instead of the exercise's own
    #[arg(long, value_name = "N", value_parser = above_zero, allow_negative_numbers = true)]
    requests_per_second: Option<f64>,
}

/// Which versions to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    /// Yours, the one to be fixed
    Exercise,
    /// The fixed one
    Solution,
    /// The exercise as it was shipped, whatever you have made of it
    Shipped,
    /// Side by side: yours, the fixed one, and the shipped one of an edited exercise that is named
    All,
}

/// How to print what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document, for programs
    Json,
}

/// Builds all versions, measures the chosen ones, and shows what was found.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written. How the versions themselves did is in the exit.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entries = workspace.chosen(&args.exercises)?;
    let progress = Progress::new();
    let built = args.build(&workspace, &entries, &progress)?;
    if args.until_oom {
        progress.end();
        let [entry] = entries[..] else {
            anyhow::bail!(
                "--until-oom runs one exercise, and {} are chosen.\n\
                 Next: cargo xtask run api-server --until-oom",
                entries.len()
            );
        };
        return until_oom::run(entry, &built, args.tenth);
    }
    let chosen = args.choose(&workspace, &entries);
    let subjects = args.subjects_told(&chosen, &built, &progress);

    progress.stage("Measuring");
    let brief = args.exercises.is_empty() && args.format == Format::Text;
    let exercises = args.measure(&chosen, subjects, &progress, |at, result| {
        if brief {
            progress.aside(|| show::brief::line(&workspace, entries[at], result, at == 0))?;
        }
        args.remember(&workspace, entries[at], result);
        Ok(())
    })?;
    progress.end();

    let mut document = Document { format: FORMAT, exercises };
    match args.format {
        Format::Json => {
            for (entry, result) in entries.iter().zip(&mut document.exercises) {
                phases::measure(entry, &built, result, &progress)?;
            }
            show::json(&document)?;
        }
        Format::Text if brief => show::brief::next_step(&entries, &document)?,
        Format::Text => {
            for (entry, result) in entries.iter().zip(&mut document.exercises) {
                show::comparison::print(entry, result)?;
                phases::measure(entry, &built, result, &progress)?;
                phases::show(result)?;
                show::comparison::print_next(entry, result)?;
            }
        }
    }
    let measured = document.exercises.iter().all(ExerciseResult::is_measured);
    Ok(if measured { Exit::Success } else { Exit::NoResult })
}

/// Measures the exercises of these names, all of them for no name, as `run` does without further
/// arguments.
///
/// # Errors
/// As [`run`].
pub fn measured(
    workspace: &Workspace,
    exercises: &[String],
    release: bool,
    progress: &Progress,
) -> anyhow::Result<Document> {
    let args = Args {
        exercises: exercises.to_vec(),
        version: Choice::All,
        format: Format::Json,
        rounds: None,
        operations: None,
        seed: None,
        release,
        holders: true,
        until_oom: false,
        tenth: false,
        requests_per_second: None,
    };
    let entries = workspace.chosen(exercises)?;
    let built = args.build(workspace, &entries, progress)?;
    let chosen = args.choose(workspace, &entries);
    let subjects = args.subjects_told(&chosen, &built, progress);
    progress.stage("Measuring");
    let exercises = args.measure(&chosen, subjects, progress, |_, _| Ok(()))?;
    Ok(Document { format: FORMAT, exercises })
}

impl Args {
    /// Keeps what the learner's version was found to be, for `list` and `watch`. Only what the
    /// exercise's own settings and an ordinary build give.
    fn remember(&self, workspace: &Workspace, entry: &Entry, result: &ExerciseResult) {
        // Who holds what grows changes nothing of what is found to grow.
        let settings = SoakSettings { holders: None, ..self.settings() };
        let ordinary = !self.release && settings == SoakSettings::default();
        if let (true, Some(result)) = (ordinary, result.version(Version::Exercise)) {
            finding::remember_growth(workspace, entry, result);
        }
    }

    fn settings(&self) -> SoakSettings {
        SoakSettings {
            rounds: self.rounds.map(|rounds| usize::try_from(rounds).unwrap_or(usize::MAX)),
            operations: self.operations,
            seed: self.seed,
            holders: Some(self.holders || self.format == Format::Json),
        }
    }

    fn rate(&self, entry: &Entry) -> f64 {
        self.requests_per_second.unwrap_or(entry.metadata.requests_per_second)
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
