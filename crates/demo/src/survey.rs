//! Two soaks of the shipped version: one operation, for what it holds at the start, and an ordinary one, for the
//! lines that grow, and how fast.

use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{self, Ending};
use exercise_harness::plan::{Planned, Role};
use exercise_harness::trial::GROWTH;
use exercise_harness::{SoakSettings, explain};
use leak_meter::{Report, Round};

/// A measurement of a shipped version.
#[derive(Debug)]
pub struct Surveyed {
    /// The reading after its first operation.
    pub start: Option<Round>,
    /// An ordinary soak.
    pub report: Report,
}

/// A measurement in progress. If it is dropped, the measurement still runs to its end.
#[derive(Debug)]
pub struct Survey(Receiver<Result<Box<Surveyed>, String>>);

impl Survey {
    /// Starts measuring the shipped version of `planned`.
    pub fn begin(planned: &Planned) -> Self {
        let (sender, receiver) = mpsc::channel();
        let version = planned.versions.iter().find(|version| version.role == Role::Shipped);
        let binary = version.and_then(|version| version.binary.clone());
        thread::spawn(move || {
            let result = match binary {
                None => Err("it has not been built".to_owned()),
                Some(binary) => survey(&binary),
            };
            // Nobody receives it if the page has moved to another exercise.
            let _ = sender.send(result);
        });
        Self(receiver)
    }

    /// The measurement, or the reason why there is none. `None` while it is being measured.
    pub fn result(&self) -> Option<Result<Box<Surveyed>, String>> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(mpsc::TryRecvError::Empty) => None,
            Err(mpsc::TryRecvError::Disconnected) => {
                Some(Err("its measurement ended without a result".to_owned()))
            }
        }
    }
}

fn survey(binary: &Path) -> Result<Box<Surveyed>, String> {
    let one = SoakSettings { rounds: Some(1), operations: Some(1), ..SoakSettings::default() };
    let start = soak(binary, one)?.rounds.first().copied();
    let report = *soak(binary, SoakSettings::default())?;
    Ok(Box::new(Surveyed { start, report }))
}

fn soak(binary: &Path, settings: SoakSettings) -> Result<Box<Report>, String> {
    let run = isolated::run(binary, GROWTH, settings, |_| {});
    match run.map_err(|error| format!("{error:#}"))?.ending {
        Ending::Completed(TrialOutcome::Soaked { report }) => Ok(report),
        ending => Err(sentence(&ending)),
    }
}

/// The sentence for a trial that ended although it should have continued.
pub fn sentence(ending: &Ending) -> String {
    match ending {
        Ending::Completed(TrialOutcome::Panicked { message }) => format!("it panicked: {message}"),
        Ending::Completed(TrialOutcome::Soaked { report }) => match &report.stopped {
            Some(stopped) => format!("its workload ended: {stopped}"),
            None => "its workload ended".to_owned(),
        },
        other => explain::failure_text(other, 0, ""),
    }
}
