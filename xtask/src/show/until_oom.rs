//! The lives of a service that runs out of memory, told as a bug report tells them.

use std::io::Write;
use std::time::Duration;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{Ending, TrialRun};
use exercise_harness::{explain, units};
use leak_meter::Round;

use super::palette::{BAD, GOOD, QUIET, STRONG, paint};
use super::words::{width, wrapped};
use crate::commands::run::until_oom::End;
use crate::workspace::{Entry, Version};

/// The least time between two rows, so that a long life has a short table: at first a second, later
/// a tenth of what has passed.
const ROW: Duration = Duration::from_secs(1);

/// What is about to be run.
pub fn heading(entry: &Entry, limit: u64) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let limit = units::bytes(limit as f64);
    let heading = format!("{}: full load, with {limit} of memory", entry.name);
    writeln!(out, "{}", paint(STRONG, &heading))?;
    Ok(())
}

/// The table of one life.
#[derive(Debug)]
pub struct Table {
    last_row: Option<Duration>,
}

impl Table {
    /// Begins the table of a life.
    pub fn begin(heading: &str) -> anyhow::Result<Self> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "\n{}", paint(STRONG, heading))?;
        writeln!(out, "{:>10} {:>12} {:>12} {:>12}", "time", "operations", "live", "resident")?;
        Ok(Self { last_row: None })
    }

    /// A reading, `time` after the start; shown if enough time has passed since the last one.
    pub fn row(&mut self, time: Duration, operations: u64, round: &Round) -> anyhow::Result<()> {
        if self.last_row.is_some_and(|last| time < last + ROW.max(last / 10)) {
            return Ok(());
        }
        self.last_row = Some(time);
        let live = units::bytes(round.live_bytes as f64);
        let resident = round.resident_bytes.map(|bytes| units::bytes(bytes as f64));
        let resident = resident.unwrap_or_else(|| "-".to_owned());
        let (time, operations) = (seconds(time), units::count(operations));
        let mut out = anstream::stdout().lock();
        writeln!(out, "{time:>10} {operations:>12} {live:>12} {resident:>12}")?;
        Ok(())
    }
}

/// How the life ended.
pub fn end(time: Duration, operations: u64, ended: &TrialRun, end: End) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let (time, served) = (seconds(time), units::count(operations));
    if end == End::Stands {
        let end = paint(GOOD, "and it goes on serving");
        writeln!(out, "{time:>10} {served:>12} {end}")?;
        return Ok(());
    }
    let how = match &ended.ending {
        Ending::Aborted { signal } => format!("the end: signal {signal}"),
        Ending::OutOfMemory => "the end: out of memory".to_owned(),
        _ => "the end".to_owned(),
    };
    writeln!(out, "{time:>10} {served:>12} {}", paint(BAD, &how))?;
    let said = match &ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) => {
            let why = report.stopped.as_deref().unwrap_or_default();
            format!("Its load could not go on: {why}\n{}", ended.output)
        }
        Ending::Aborted { .. } | Ending::OutOfMemory => ended.output.clone(),
        ending => explain::failure_text(ending, ended.rounds.len()),
    };
    for line in wrapped(&said, width() - 4) {
        writeln!(out, "    {}", paint(QUIET, &line))?;
    }
    Ok(())
}

/// A version that could not be brought down.
pub fn stands(version: Version, operations: u64) -> anyhow::Result<()> {
    let operations = units::count(operations);
    let sentence = format!("\nThe {version} still stands after {operations} operations.");
    writeln!(anstream::stdout(), "{sentence}")?;
    Ok(())
}

/// What the three lives mean.
pub fn sum(first: u64, second: u64, solution: u64, solution_stands: bool) -> anyhow::Result<()> {
    let [first, second, solution] = [first, second, solution].map(units::count);
    let solution = if solution_stands {
        format!("The solution has served {solution} and still stands.")
    } else {
        format!("The solution ended after {solution}, and should not have.")
    };
    let text = format!(
        "The exercise lived for {first} operations, and after a restart for {second}: a restart \
         helps for exactly that long. {solution}"
    );
    let mut out = anstream::stdout().lock();
    writeln!(out)?;
    for line in wrapped(&text, width()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
