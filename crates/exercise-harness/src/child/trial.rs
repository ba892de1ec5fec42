//! The trials of a suite, and running one of them.

use std::any::Any;
use std::env;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use leak_meter::{Report, Round};

use super::context::Context;
use super::event_writer::EventWriter;
use super::limits;
use super::paced;
use crate::protocol::bound::Bound;
use crate::protocol::event::{Event, FORMAT, TrialOutcome};
use crate::protocol::exercise::Exercise;
use crate::protocol::phases::Phases;
use crate::protocol::request::{SoakSettings, TrialRequest};

/// One trial of a suite.
#[derive(Debug, Clone)]
pub(crate) struct Trial {
    /// The full name.
    pub(crate) name: String,
    pub(crate) function: TrialFunction,
}

/// The code of a trial, by its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TrialFunction {
    /// Panics if the service misbehaves.
    Behaviour(fn(&Context)),
    /// Soaks the service. Passes if the verdict is Steady.
    Growth(fn(&Context) -> Report),
    /// Measures a resource after a lot of work. Passes within the limit.
    Bound(fn(&Context) -> Bound),
    /// Measures memory while the load changes. Passes within the limit per operation.
    Phases(fn(&Context) -> Phases),
}

impl TrialFunction {
    fn call(self, context: &Context) -> TrialOutcome {
        match self {
            Self::Behaviour(check) => {
                check(context);
                TrialOutcome::Behaved
            }
            Self::Growth(soak) => TrialOutcome::Soaked { report: Box::new(soak(context)) },
            Self::Bound(measure) => TrialOutcome::Bounded { bound: measure(context) },
            Self::Phases(measure) => TrialOutcome::Phased { phases: measure(context) },
        }
    }
}

/// Runs the requested trial. The exit code only says whether the event stream is complete; the
/// trial's result is in the stream.
pub(crate) fn run(trials: &[Trial], exercise: &Exercise, request: &TrialRequest) -> ExitCode {
    let Some(trial) = trials.iter().find(|trial| trial.name == request.trial) else {
        eprintln!("There is no trial {:?}; --list prints all trials.", request.trial);
        return ExitCode::from(2);
    };
    match stream(trial, exercise, request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let events = request.events.display();
            eprintln!("The events of {} cannot be written to {events}: {error}", request.trial);
            ExitCode::from(2)
        }
    }
}

fn stream(trial: &Trial, exercise: &Exercise, request: &TrialRequest) -> io::Result<()> {
    limits::end_with_parent();
    limits::impose(request.limits);
    if request.paced {
        limits::impose_paced();
    }
    let events = EventWriter::append_to(&request.events, request.seal)?;
    events.write(&Event::Start { format: FORMAT, trial: trial.name.clone() })?;
    let settings = SoakSettings {
        operations: request.settings.operations.or(Some(exercise.operations_per_round)),
        ..request.settings
    };
    // A failed write does not go unnoticed: the reader rejects a stream that lacks a line.
    let context = Context::new(request, settings, events.clone());
    let context = if request.paced {
        paced::prepare(context, &events)
    } else {
        let rounds = events.clone();
        context.observed_by(move |round: &Round| {
            let _ = rounds.write(&Event::Round { round: *round });
        })
    };
    // Call sites are named relative to the workspace, which is found from the current folder.
    leak_meter::site::workspace_folder();
    env::set_current_dir(request.folders.working())?;
    // Started before the trial builds its service, so that the service's own blocks have call
    // sites.
    leak_meter::allocator::start();
    let outcome = catch_panic(|| trial.function.call(&context));
    events.write(&Event::End { outcome })
}

/// Runs `work`. A panic becomes an outcome with its message and location, after the standard hook
/// has printed it.
fn catch_panic(work: impl FnOnce() -> TrialOutcome) -> TrialOutcome {
    let location = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&location);
    let standard_hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let location = info.location().map(|location| format!(" at {location}"));
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = location.unwrap_or_default();
        standard_hook(info);
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let location = location.lock().unwrap_or_else(PoisonError::into_inner);
        TrialOutcome::Panicked { message: format!("{}{location}", panic_message(&*payload)) }
    })
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}
