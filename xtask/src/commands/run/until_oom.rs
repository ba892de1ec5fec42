//! `run EXERCISE --until-oom`: the exercise under full load until it is out of memory, twice, and
//! the solution under ten times as much.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use exercise_harness::event::{Event, TrialOutcome};
use exercise_harness::exercise::Load;
use exercise_harness::isolated::{self, Ending, TrialRun};
use exercise_harness::trial::LOAD;
use exercise_harness::{Limits, SoakSettings};
use leak_meter::Round;

use crate::cargo::{Built, DidNotBuild};
use crate::exit::Exit;
use crate::show::until_oom as show;
use crate::workspace::{Entry, Version};

/// How many times the operations that the exercise lived for the solution has to serve.
const TIMES: u64 = 10;

/// One life of a version, from its start to its end.
struct Life {
    /// What it served.
    operations: u64,
    end: End,
}

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It served all that it was asked to serve.
    Stands,
    /// It was refused memory, and its process was aborted.
    OutOfMemory,
    /// Otherwise: nothing can be said.
    Otherwise,
}

/// Runs both versions of `entry` under full load; a tenth of it if `tenth`.
///
/// # Errors
/// An exercise without a load trial, a version that does not build, a process that cannot be
/// started, or an output that cannot be written.
pub fn run(entry: &Entry, built: &BTreeMap<String, Built>, tenth: bool) -> anyhow::Result<Exit> {
    let Some(load) = entry.metadata.load else {
        let name = &entry.name;
        anyhow::bail!(
            "{name} has no load trial: crates/{name}/exercise.toml has no table [load].\n\
             Next: cargo xtask run {name}"
        );
    };
    let load = if tenth { a_tenth(load) } else { load };
    let limit = load.idle_bytes + load.spare_bytes;
    let live = |version: Version, heading: &str, operations: u64| {
        let test = match built.get(&version.package(&entry.name)).map(|built| &built.test) {
            Some(Ok(test)) => test,
            Some(Err(DidNotBuild { message })) => {
                anyhow::bail!("The {version} does not build:\n{message}")
            }
            None => anyhow::bail!("{}/Cargo.toml is not there.", version.folder(&entry.name)),
        };
        live(test, heading, load, operations)
    };
    show::heading(entry, limit)?;
    let first = live(Version::Exercise, "exercise, started", load.operations)?;
    match first.end {
        End::OutOfMemory => {}
        End::Stands => {
            show::stands(Version::Exercise, first.operations)?;
            return Ok(Exit::Success);
        }
        End::Otherwise => return Ok(Exit::NoResult),
    }
    let second = live(Version::Exercise, "exercise, started again", load.operations)?;
    let asked = first.operations * TIMES;
    let solution = live(Version::Solution, "solution, asked for ten times as much", asked)?;
    let stands = solution.end == End::Stands;
    show::sum(first.operations, second.operations, solution.operations, stands)?;
    let as_told = stands && second.end == End::OutOfMemory;
    Ok(if as_told { Exit::Success } else { Exit::NoResult })
}

/// A tenth of the time: with a tenth of the memory to spare.
fn a_tenth(load: Load) -> Load {
    Load {
        spare_bytes: load.spare_bytes / 10,
        operations: load.operations / 10,
        operations_per_round: (load.operations_per_round / 4).max(1),
        ..load
    }
}

/// Runs one life of the memory test `test`, and shows it as it goes.
fn live(test: &Path, heading: &str, load: Load, operations: u64) -> anyhow::Result<Life> {
    let rounds = operations.div_ceil(load.operations_per_round);
    let settings = SoakSettings {
        rounds: Some(usize::try_from(rounds).unwrap_or(usize::MAX)),
        operations: Some(load.operations_per_round),
        ..SoakSettings::default()
    };
    let limits = Limits { memory: Some(load.idle_bytes + load.spare_bytes) };
    let mut table = show::Table::begin(heading)?;
    let mut shown = Ok(());
    let mut lived = Lived::default();
    let ended = isolated::run_within(test, LOAD, settings, limits, |event| {
        if let Event::Round { round } = event {
            lived.add(round);
            let row = table.row(lived.time, lived.operations, round);
            shown = std::mem::replace(&mut shown, Ok(())).and(row);
        }
    })?;
    shown?;
    let end = end(&ended);
    show::end(lived.time, lived.operations, &ended, end)?;
    Ok(Life { operations: lived.operations, end })
}

#[derive(Default)]
struct Lived {
    time: Duration,
    operations: u64,
}

impl Lived {
    fn add(&mut self, round: &Round) {
        self.time += Duration::from_nanos(round.nanoseconds);
        self.operations += round.operations;
    }
}

fn end(ended: &TrialRun) -> End {
    match &ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) if report.stopped.is_none() => {
            End::Stands
        }
        Ending::OutOfMemory => End::OutOfMemory,
        _ => End::Otherwise,
    }
}
