//! `judge`: takes the learner's answer whether an exercise leaks, measures, and compares.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::SoakSettings;

use crate::ask;
use crate::build::{self, NoTest};
use crate::commands::open_workshop;
use crate::document::VersionResult;
use crate::exit::Exit;
use crate::judgement::{self, Answer};
use crate::measure::{self, Note};
use crate::progress::Progress;
use crate::show;
use crate::workspace::{Exercise, Version, Workspace};

/// Asks you whether an exercise leaks, measures it, and explains the result
///
/// Before it asks, it shows what the exercise keeps in a short window, without a verdict. It measures the exercise
/// as it was shipped, whatever you have edited. Once you have answered, all commands show the verdicts of this
/// exercise. You can answer again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask judge rc-cycles              asks; answers may also be piped in
  cargo xtask judge NAME leak --because \"a.rs keeps what b.rs has closed\"
  cargo xtask judge NAME no-leak --because \"it is full after 5,000 operations\"

Exit code: 0 if your answer is right, 1 if it is wrong, 2 if there is no answer or no measurement.")]
pub struct Args {
    /// The exercise to judge, by name or number [default: the one whose folder you are in]
    exercise: Option<String>,
    /// Your answer [default: you are asked]
    #[arg(value_enum)]
    answer: Option<Answer>,
    /// Where it leaks, or why its growth ends
    #[arg(long, value_name = "SENTENCE")]
    because: Option<String>,
}

/// Shows the figures of a short window before it asks what is missing; measures, compares and explains.
///
/// # Errors
/// An unknown name, no answer, a version that does not build, a measurement without a verdict, or an
/// output that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercise = workspace.exercise_or_here(args.exercise.as_deref())?;
    show::trials::heading(&mut anstream::stdout().lock(), exercise)?;
    let version = judgement::judged_version(exercise);
    let binary = build(&workspace, exercise, version)?;
    if args.answer.is_none() || args.because.is_none() {
        let window = measure(exercise, version, &binary, judgement::window(exercise))?;
        show::window::figures(&mut anstream::stdout().lock(), exercise, &window)?;
    }
    let answer = match args.answer {
        Some(answer) => answer,
        None => ask_answer()?,
    };
    let why = match (&args.because, answer) {
        (Some(why), _) => why.clone(),
        (None, Answer::Leak) => {
            ask::line("Where? A file, and what holds it (Enter skips):")?.unwrap_or_default()
        }
        (None, Answer::NoLeak) => {
            ask::line("Why not? What ends its growth, and at how much (Enter skips):")?
                .unwrap_or_default()
        }
    };
    let settings = SoakSettings { holders: Some(true), ..SoakSettings::default() };
    let result = measure(exercise, version, &binary, settings)?;
    let judgement = judgement::hand_in(exercise, answer, &why, &result)?;
    show::judgement::print(&mut anstream::stdout().lock(), exercise, &judgement, &result)?;
    Ok(if judgement.is_right { Exit::Success } else { Exit::Failed })
}

fn ask_answer() -> anyhow::Result<Answer> {
    loop {
        let answer = ask::line("A leak, or no leak? (leak, no-leak):")?
            .context("There is no answer. Next: cargo xtask judge EXERCISE leak|no-leak")?;
        match <Answer as clap::ValueEnum>::from_str(&answer, true) {
            Ok(answer) => return Ok(answer),
            Err(_) => anstream::eprintln!("{answer:?} is neither leak nor no-leak."),
        }
    }
}

/// Builds `version` of `exercise`; returns its memory test.
fn build(workspace: &Workspace, exercise: &Exercise, version: Version) -> anyhow::Result<PathBuf> {
    let progress = Progress::new();
    let built = if version == Version::Shipped {
        progress.stage("Building the shipped version");
        build::shipped(workspace, &[exercise], false, progress.detail())?
    } else {
        build::tree(workspace, false, &progress)?.packages
    };
    progress.end();
    match build::test(&built, exercise, version) {
        Ok(binary) => Ok(binary.clone()),
        Err(NoTest::DidNotBuild(message)) => {
            anyhow::bail!("{} does not build.\n{message}", exercise.folder(version))
        }
        Err(NoTest::NoManifest(sentence)) => anyhow::bail!(sentence),
    }
}

/// Measures the growth of `version`, whose memory test is `binary`.
fn measure(
    exercise: &Exercise,
    version: Version,
    binary: &Path,
    settings: SoakSettings,
) -> anyhow::Result<VersionResult> {
    let progress = Progress::new();
    progress.stage("Measuring");
    let on_note = |note: Note<'_>| progress.trial(0, 1, &exercise.name, &note);
    let ended = measure::growth(binary, settings, on_note)?;
    progress.end();
    let rate = exercise.metadata.requests_per_second;
    Ok(VersionResult::of_trial(version, &ended, &exercise.metadata, rate))
}
