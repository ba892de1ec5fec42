//! `predict`: asks what the learner expects, measures, and compares.

use exercise_harness::SoakSettings;

use crate::ask;
use crate::build::{self, NoTest};
use crate::commands::open_workshop;
use crate::document::VersionResult;
use crate::exit::Exit;
use crate::judgement;
use crate::last_result;
use crate::measure::{self, Note};
use crate::mystery;
use crate::prediction::{NO_JUDGEMENT, Prediction, Question};
use crate::progress::Progress;
use crate::show;
use crate::workspace::{Exercise, Version, Workspace};

/// Asks what will grow, then measures and compares
///
/// An empty answer skips a question. If you have not judged the exercise yet, your first answer is your
/// judgement (see cargo xtask judge), and nothing is measured without it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask predict rc-cycles
  cargo xtask predict --mystery            picks an exercise and hides its name
  cargo xtask predict --mystery --seed 7   picks the same one each time

Answers may also be piped in, one per line.
Exit code: 0 if it was measured, else 2.")]
pub struct Args {
    /// The exercise to predict
    #[arg(required_unless_present = "mystery", conflicts_with = "mystery")]
    exercise: Option<String>,
    /// Pick an exercise, and reveal its name after your answers
    #[arg(long)]
    mystery: bool,
    /// The seed for the choice of `--mystery`
    #[arg(long, value_name = "N", requires = "mystery")]
    seed: Option<u64>,
}

/// Asks, measures and compares.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let (exercise, mystery) = if let Some(name) = &args.exercise {
        (workspace.exercise(name)?, None)
    } else {
        let seed = args.seed.unwrap_or_else(mystery::new_seed);
        let (exercise, mystery) = mystery::pick(&workspace, seed)?;
        (exercise, Some(mystery))
    };
    judgement::require_predictable(exercise)?;
    let is_mystery = mystery.is_some();
    match &mystery {
        Some(mystery) => show::predict::mystery(&mut anstream::stdout().lock(), mystery)?,
        None => show::trials::heading(&mut anstream::stdout().lock(), exercise)?,
    }
    let prediction = ask_questions(is_mystery)?;
    let is_secret = judgement::is_missing(exercise);
    anyhow::ensure!(!is_secret || prediction.judgement().is_some(), NO_JUDGEMENT);
    let shown_name = if is_mystery { &exercise.metadata.service } else { &exercise.name };
    let Some(result) = measure(&workspace, exercise, shown_name)? else {
        return Ok(Exit::NoResult);
    };
    if let (true, Some(answer), Some(_)) = (is_secret, prediction.judgement(), result.verdict()) {
        let why = prediction.holder.as_deref().unwrap_or_default();
        judgement::hand_in(exercise, answer, why, &result)?;
    }
    let out = &mut anstream::stdout().lock();
    show::predict::print(out, exercise, &prediction, &result, is_mystery)?;
    Ok(if result.verdict().is_some() { Exit::Success } else { Exit::NoResult })
}

/// Asks every question until it is answered or skipped, or the input ends.
fn ask_questions(asks_pattern: bool) -> anyhow::Result<Prediction> {
    let mut prediction = Prediction::default();
    for question in Question::all(asks_pattern) {
        if prediction.makes_pointless(question) {
            continue;
        }
        loop {
            let Some(answer) = ask::line(&format!("{}:", question.text()))? else {
                return Ok(prediction);
            };
            match prediction.answer(question, &answer) {
                Ok(()) => break,
                Err(wrong) => anstream::eprintln!("{wrong}"),
            }
        }
    }
    Ok(prediction)
}

/// Measures the learner's version; `None` if it does not build, which is reported. `shown_name` is the
/// name in the progress.
fn measure(
    workspace: &Workspace,
    exercise: &Exercise,
    shown_name: &str,
) -> anyhow::Result<Option<VersionResult>> {
    let progress = Progress::new();
    let content = last_result::content_hash(exercise);
    let built = build::tree(workspace, false, &progress)?.packages;
    let binary = match build::test(&built, exercise, Version::Exercise) {
        Ok(binary) => binary.clone(),
        Err(NoTest::DidNotBuild(message)) => {
            progress.end();
            show::trouble::did_not_build(
                &mut anstream::stderr(),
                exercise,
                Version::Exercise,
                message,
            );
            return Ok(None);
        }
        Err(NoTest::NoManifest(sentence)) => anyhow::bail!(sentence),
    };
    progress.stage("Measuring");
    let on_note = |note: Note<'_>| progress.trial(0, 1, shown_name, &note);
    let ended = measure::growth(&binary, SoakSettings::default(), on_note)?;
    progress.end();
    let rate = exercise.metadata.requests_per_second;
    let result = VersionResult::of_trial(Version::Exercise, &ended, &exercise.metadata, rate);
    if content == last_result::content_hash(exercise) {
        last_result::remember_growth(exercise, &result);
    }
    Ok(Some(result))
}
