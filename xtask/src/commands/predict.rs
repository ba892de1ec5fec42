//! `predict`: first what the learner expects, then what is measured, side by side.

use std::fs;

use anyhow::Context as _;
use exercise_harness::SoakSettings;
use exercise_harness::exercise::{Difficulty, ExerciseKind};
use sha2::{Digest as _, Sha256};

use super::{ask, prepare};
use crate::document::VersionResult;
use crate::exit::Exit;
use crate::finding;
use crate::measure::{self, GROWTH, Job};
use crate::prediction::{Prediction, Question};
use crate::readme::Readme;
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version, Workspace};

/// Asks what will grow, then measures, and sets both side by side
///
/// Every question can be skipped by an empty answer. Where the name does not give the pattern away,
/// that is asked as well.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask predict rc-cycles
  cargo xtask predict --mystery            one of them, under its service's name only
  cargo xtask predict --mystery --seed 7   the same one again

The answers may also come from a pipe, one line each.
Exit code: 0 if there is a measurement, else 2.")]
pub struct Args {
    /// The exercise to predict
    #[arg(required_unless_present = "mystery", conflicts_with = "mystery")]
    exercise: Option<String>,
    /// Pick one, and show its name after the answers
    #[arg(long)]
    mystery: bool,
    /// Which one `--mystery` picks
    #[arg(long, value_name = "N", requires = "mystery")]
    seed: Option<u64>,
}

/// What stands in a README of a service, without a word of its pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mystery {
    /// What it was picked by.
    pub seed: u64,
    /// The service's name.
    pub service: String,
    /// The bug report and the memory profile.
    pub story: Vec<String>,
}

/// Asks, measures and compares.
///
/// # Errors
/// An unknown name, a build that could not begin, a trial that could not be started, or an output
/// that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let (entry, mystery) = if let Some(name) = &args.exercise {
        (workspace.exercise(name)?, None)
    } else {
        let seed = args.seed.unwrap_or_else(|| seed() % 10_000);
        let entry = pick(&workspace, seed)?;
        (entry, Some(mystery(&workspace, entry, seed)?))
    };
    match &mystery {
        Some(mystery) => show::predict::mystery(mystery)?,
        None => show::trials::heading(entry)?,
    }
    let prediction = questions(asks_pattern(entry) || mystery.is_some())?;
    let named = if mystery.is_some() { &entry.metadata.service } else { &entry.name };
    let Some(result) = measure(&workspace, entry, named)? else { return Ok(Exit::NoResult) };
    show::predict::print(entry, &prediction, &result, mystery.is_some())?;
    Ok(if result.verdict.is_some() { Exit::Success } else { Exit::NoResult })
}

/// Whether the name of `entry` does not already say which pattern it is: where several leaks hide
/// one another, and where none does.
pub fn asks_pattern(entry: &Entry) -> bool {
    entry.metadata.difficulty == Difficulty::Hard
        || matches!(entry.metadata.kind, ExerciseKind::Decoy(_))
}

/// Asks every question until it has an answer, is skipped, or nobody answers any more.
fn questions(asks_pattern: bool) -> anyhow::Result<Prediction> {
    let mut prediction = Prediction::default();
    for question in Question::all(asks_pattern) {
        if prediction.makes_idle(question) {
            continue;
        }
        loop {
            let Some(answer) = ask::line(&format!("{}:", question.text()))? else {
                return Ok(prediction);
            };
            match prediction.take(question, &answer) {
                Ok(()) => break,
                Err(wrong) => anstream::eprintln!("{wrong}"),
            }
        }
    }
    Ok(prediction)
}

/// Measures the learner's version; `None` if it does not build, which is then said. `named` is what
/// it is called meanwhile.
fn measure(
    workspace: &Workspace,
    entry: &Entry,
    named: &str,
) -> anyhow::Result<Option<VersionResult>> {
    let progress = Progress::new();
    let content = finding::content(workspace, entry);
    let mut built = prepare::build(workspace, false, &progress)?.packages;
    let built = built.remove(&Version::Exercise.package(&entry.name));
    let binary = match built.map(|built| built.test) {
        Some(Ok(binary)) => binary,
        Some(Err(refused)) => {
            progress.end();
            show::trouble::did_not_build(Version::Exercise, &entry.name, &refused.message);
            return Ok(None);
        }
        None => anyhow::bail!("There is no {}.", Version::Exercise.folder(&entry.name)),
    };
    progress.stage("Measuring");
    let settings = SoakSettings::default();
    let job = Job { binary, trial: GROWTH.to_owned(), settings };
    let measured = measure::run(&[job], |_, note| {
        progress.trial(0, 1, named, &note);
        Ok(())
    })?;
    progress.end();
    let measured = measured.into_iter().next().context("the trial has no result")?;
    let rate = entry.metadata.requests_per_second;
    let result = VersionResult::of(Version::Exercise, &measured.ended, &entry.metadata, rate);
    if content == finding::content(workspace, entry) {
        finding::remember_growth(workspace, entry, &result);
    }
    Ok(Some(result))
}

/// The exercise that `seed` picks.
fn pick(workspace: &Workspace, seed: u64) -> anyhow::Result<&Entry> {
    let hash = Sha256::digest(seed.to_le_bytes());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let exercises = &workspace.exercises;
    let place = number.checked_rem(exercises.len() as u64).map(usize::try_from);
    let picked = place.and_then(Result::ok).and_then(|place| exercises.get(place));
    picked.context("There are no exercises to pick from.")
}

/// Another seed each time.
fn seed() -> u64 {
    let now = jiff::Timestamp::now().as_nanosecond();
    u64::try_from(now.rem_euclid(1_000_000_007)).unwrap_or(0)
}

/// What its README tells of `entry`, without what gives the pattern away.
fn mystery(workspace: &Workspace, entry: &Entry, seed: u64) -> anyhow::Result<Mystery> {
    let place = format!("{}/README.md", Version::Exercise.folder(&entry.name));
    // Its path, too, would give the pattern away.
    let text = fs::read_to_string(workspace.root.join(&place))
        .ok()
        .context("The README of the picked exercise cannot be read.")?;
    let readme = Readme::parse(&text, place);
    let sections = ["### Bug report", "### Memory profile"];
    let bodies = sections.iter().filter_map(|heading| readme.section(heading));
    let gives_away = |line: &&String| {
        [entry.name.as_str(), "src/", "exercises/", "crates/"]
            .iter()
            .any(|word| line.contains(word))
    };
    let story = bodies.map(|section| {
        let heading = section.heading.trim_start_matches(['#', ' ']);
        let lines = section.body.iter().filter(|line| !gives_away(line));
        let lines = lines.map(|line| line.strip_prefix('>').map_or(line.as_str(), str::trim_start));
        format!("{heading}\n{}\n", lines.collect::<Vec<_>>().join("\n"))
    });
    Ok(Mystery { seed, service: entry.metadata.service.clone(), story: story.collect() })
}
