//! Runs an exercise under full load until it is out of memory, twice, and then its solution for ten
//! times as many operations.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use exercise_harness::event::{Event, TrialOutcome};
use exercise_harness::exercise::Load;
use exercise_harness::isolated::{self, Ending, TrialRun};
use exercise_harness::trial::LOAD;
use exercise_harness::{Limits, SoakSettings};
use leak_meter::Round;

use crate::build::{self, NoTest};
use crate::cargo::Built;
use crate::workspace::{Exercise, Version};

/// How many times as many operations the solution has to serve as the exercise did.
const TIMES: u64 = 10;

/// Something to report while the lives are run.
#[derive(Debug)]
pub enum OomEvent<'a> {
    /// It begins, with this much memory more than the idle service needs, in bytes.
    Begun { spare_bytes: u64 },
    /// A life begins.
    Started {
        /// Which life.
        heading: &'a str,
    },
    /// A round of the current life is over.
    Round {
        /// The time since the start of the life.
        time: Duration,
        /// The operations since the start of the life.
        operations: u64,
        round: &'a Round,
    },
    /// The current life is over.
    Ended(&'a Life),
    /// The exercise served everything, so that it was not run again.
    StillRunning {
        /// What it served.
        operations: u64,
    },
    /// All lives are over.
    Compared(&'a Lives),
}

/// One life of a version, from its start to its end.
#[derive(Debug)]
pub struct Life {
    /// How long it lived.
    pub time: Duration,
    /// What it served.
    pub operations: u64,
    /// How its trial ended.
    pub ended: TrialRun,
    /// What that means.
    pub end: End,
}

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It served everything that it was asked to.
    StillRunning,
    /// An allocation was refused, and its process was aborted.
    OutOfMemory,
    /// In another way, from which nothing follows.
    Other,
}

/// The three lives.
#[derive(Debug)]
pub struct Lives {
    /// The exercise.
    pub first: Life,
    /// The exercise, started again.
    pub second: Life,
    pub solution: Life,
}

/// The result of all lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum OomOutcome {
    /// The exercise ran out of memory twice and the solution did not; or the exercise did not either.
    AsExpected,
    /// Something else happened.
    Unexpected,
}

/// Runs both versions of `exercise` under full load; for a tenth of the time if `tenth`.
pub fn run(
    exercise: &Exercise,
    built: &BTreeMap<String, Built>,
    tenth: bool,
    mut on_event: impl FnMut(OomEvent<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<OomOutcome> {
    let Some(load) = exercise.metadata.load else {
        let name = &exercise.name;
        anyhow::bail!(
            "{name} has no load trial: crates/{name}/exercise.toml has no table [load].\n\
             Next: cargo xtask run {name}"
        );
    };
    let load = if tenth { a_tenth(load) } else { load };
    on_event(OomEvent::Begun { spare_bytes: load.spare_bytes })?;
    let service = Service { exercise, built, load };
    let heading = "exercise, started";
    let first = service.live(Version::Exercise, heading, load.operations, &mut on_event)?;
    match first.end {
        End::OutOfMemory => {}
        End::StillRunning => {
            on_event(OomEvent::StillRunning { operations: first.operations })?;
            return Ok(OomOutcome::AsExpected);
        }
        End::Other => return Ok(OomOutcome::Unexpected),
    }
    let heading = "exercise, started again";
    let second = service.live(Version::Exercise, heading, load.operations, &mut on_event)?;
    let operations = first.operations * TIMES;
    let heading = "solution, for ten times as many operations";
    let solution = service.live(Version::Solution, heading, operations, &mut on_event)?;
    let as_expected = solution.end == End::StillRunning && second.end == End::OutOfMemory;
    on_event(OomEvent::Compared(&Lives { first, second, solution }))?;
    Ok(if as_expected { OomOutcome::AsExpected } else { OomOutcome::Unexpected })
}

/// A tenth of the time: with a tenth of the spare memory.
fn a_tenth(load: Load) -> Load {
    Load {
        spare_bytes: load.spare_bytes / 10,
        operations: load.operations / 10,
        operations_per_round: (load.operations_per_round / 4).max(1),
    }
}

/// The service of an exercise, and its load.
struct Service<'a> {
    exercise: &'a Exercise,
    built: &'a BTreeMap<String, Built>,
    load: Load,
}

impl Service<'_> {
    /// Runs one life of `version`.
    fn live(
        &self,
        version: Version,
        heading: &str,
        operations: u64,
        on_event: &mut impl FnMut(OomEvent<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<Life> {
        let test = build::test(self.built, self.exercise, version).map_err(|none| match none {
            NoTest::DidNotBuild(message) => {
                anyhow::anyhow!("The {version} does not build:\n{message}")
            }
            NoTest::NoManifest(sentence) => anyhow::anyhow!(sentence),
        })?;
        on_event(OomEvent::Started { heading })?;
        let life = run_life(test, self.load, operations, on_event)?;
        on_event(OomEvent::Ended(&life))?;
        Ok(life)
    }
}

/// Runs one life of the memory test `test`.
fn run_life(
    test: &Path,
    load: Load,
    operations: u64,
    on_event: &mut impl FnMut(OomEvent<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<Life> {
    let rounds = operations.div_ceil(load.operations_per_round);
    let settings = SoakSettings {
        rounds: Some(usize::try_from(rounds).unwrap_or(usize::MAX)),
        operations: Some(load.operations_per_round),
        ..SoakSettings::default()
    };
    let limits = Limits::SpareMemory(load.spare_bytes);
    let (mut time, mut served) = (Duration::ZERO, 0);
    let mut reported = Ok(());
    let ended = isolated::run_within(test, LOAD, settings, limits, |event| {
        if let Event::Round { round } = event {
            time += Duration::from_nanos(round.nanoseconds);
            served += round.operations;
            if reported.is_ok() {
                reported = on_event(OomEvent::Round { time, operations: served, round });
            }
        }
    })?;
    reported?;
    let end = match &ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) if report.stopped.is_none() => {
            End::StillRunning
        }
        Ending::OutOfMemory => End::OutOfMemory,
        _ => End::Other,
    };
    Ok(Life { time, operations: served, ended, end })
}
