//! The lives of a service that runs out of memory, in the form of a bug report.

use std::io::Write;
use std::time::Duration;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::{explain, units};
use leak_meter::Round;

use super::palette::{BAD, GOOD, QUIET, STRONG, paint};
use super::width;
use crate::run::until_oom::{End, Life, Lives, OomEvent};
use crate::text::wrapped;
use crate::workspace::Exercise;

/// The least time between two rows: at first a second, later a tenth of the time that has passed, so
/// that a long life has a short table.
const ROW: Duration = Duration::from_secs(1);

/// Shows the lives while they are run.
#[derive(Debug)]
pub struct View<'a> {
    exercise: &'a Exercise,
    last_row: Option<Duration>,
}

impl<'a> View<'a> {
    /// The view of the lives of `exercise`.
    pub fn new(exercise: &'a Exercise) -> Self {
        Self { exercise, last_row: None }
    }

    /// Shows one event.
    pub fn event(&mut self, out: &mut impl Write, event: &OomEvent<'_>) -> anyhow::Result<()> {
        match event {
            OomEvent::Begun { spare_bytes } => {
                let spare = units::bytes(*spare_bytes as f64);
                let name = &self.exercise.name;
                let heading = format!("{name}: full load, with {spare} of spare memory");
                writeln!(out, "{}", paint(STRONG, &heading))?;
            }
            OomEvent::Started { heading } => {
                self.last_row = None;
                writeln!(out, "\n{}", paint(STRONG, heading))?;
                let headings = ["time", "operations", "live", "resident"];
                let [time, operations, live, resident] = headings;
                writeln!(out, "{time:>10} {operations:>12} {live:>12} {resident:>12}")?;
            }
            OomEvent::Round { time, operations, round } => {
                self.row(out, *time, *operations, round)?;
            }
            OomEvent::Ended(life) => end(out, life)?,
            OomEvent::StillRunning { operations } => {
                let operations = units::count(*operations);
                writeln!(out, "\nThe exercise is still running after {operations} operations.")?;
            }
            OomEvent::Compared(lives) => comparison(out, lives)?,
        }
        Ok(())
    }

    /// Prints a row if enough time has passed since the last one.
    fn row(
        &mut self,
        out: &mut impl Write,
        time: Duration,
        operations: u64,
        round: &Round,
    ) -> anyhow::Result<()> {
        if self.last_row.is_some_and(|last| time < last + ROW.max(last / 10)) {
            return Ok(());
        }
        self.last_row = Some(time);
        let live = units::bytes(round.live_bytes as f64);
        let resident = round.resident_bytes.map(|bytes| units::bytes(bytes as f64));
        let resident = resident.unwrap_or_else(|| "-".to_owned());
        let (time, operations) = (seconds(time), units::count(operations));
        writeln!(out, "{time:>10} {operations:>12} {live:>12} {resident:>12}")?;
        Ok(())
    }
}

fn end(out: &mut impl Write, life: &Life) -> anyhow::Result<()> {
    let (time, served) = (seconds(life.time), units::count(life.operations));
    if life.end == End::StillRunning {
        writeln!(out, "{time:>10} {served:>12} {}", paint(GOOD, "still running"))?;
        return Ok(());
    }
    let ended = &life.ended;
    let how = match &ended.ending {
        Ending::Aborted { signal } => format!("the end: {}", explain::ending_code(*signal)),
        Ending::OutOfMemory => "the end: out of memory".to_owned(),
        _ => "the end".to_owned(),
    };
    writeln!(out, "{time:>10} {served:>12} {}", paint(BAD, &how))?;
    let text = match &ended.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) => {
            let why = report.stopped.as_deref().unwrap_or_default();
            format!("Its load stopped: {why}\n{}", ended.output)
        }
        Ending::Aborted { .. } | Ending::OutOfMemory => ended.output.clone(),
        ending => explain::failure_text(ending, ended.rounds.len(), &ended.output),
    };
    for line in wrapped(&text, width::text() - 4) {
        writeln!(out, "    {}", paint(QUIET, &line))?;
    }
    Ok(())
}

fn comparison(out: &mut impl Write, lives: &Lives) -> anyhow::Result<()> {
    let [first, second, solution] =
        [&lives.first, &lives.second, &lives.solution].map(|life| units::count(life.operations));
    let solution = if lives.solution.end == End::StillRunning {
        format!("The solution is still running after {solution}.")
    } else {
        format!("The solution ended after {solution}, and should not have.")
    };
    let text = format!(
        "The exercise lived for {first} operations, and after a restart for {second}: a restart \
         helps for exactly that long. {solution}"
    );
    writeln!(out)?;
    for line in wrapped(&text, width::text()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
