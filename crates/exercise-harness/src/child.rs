//! The child's side of a trial that runs alone: does the work and streams its events.

use std::any::Any;
use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use leak_meter::Round;

use crate::alone::Order;
use crate::cleanup;
use crate::context::{Context, SoakSettings};
use crate::event::{Event, FORMAT, TrialOutcome};
use crate::exercise::Exercise;
use crate::limits;
use crate::paced::Grants;
use crate::seal::Seal;
use crate::suite::{Check, Work};

/// Runs the ordered trial. The exit code says only whether the stream was written to its end; how
/// the trial went stands in the stream.
pub(crate) fn run(trials: &[Check], exercise: &Exercise, order: &Order) -> ExitCode {
    let Some(check) = trials.iter().find(|check| check.name == order.trial) else {
        eprintln!("There is no trial {:?}; --list names them all.", order.trial);
        return ExitCode::from(2);
    };
    match stream_trial(check, exercise, order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let events = order.events.display();
            eprintln!("The events of {} cannot be written to {events}: {error}", order.trial);
            ExitCode::from(2)
        }
    }
}

fn stream_trial(check: &Check, exercise: &Exercise, order: &Order) -> io::Result<()> {
    cleanup::end_with_parent();
    order.limits.impose();
    if order.paced {
        limits::limit_appetite();
    }
    let events = Writer::append_to(&order.events, order.seal)?;
    events.write(&Event::Start { format: FORMAT, trial: check.name.clone() })?;
    let settings = SoakSettings {
        operations: order.settings.operations.or(Some(exercise.operations_per_round)),
        ..order.settings
    };
    // A failed write of a round is not lost: the end's write fails as well, and then the stream
    // has no end.
    let rounds = events.clone();
    let context = Context::new(order.folder.clone(), settings).observed_by(move |round: &Round| {
        let _ = rounds.write(&Event::Round { round: *round });
    });
    let context = if order.paced { context.paced_by(Grants::new().pacer()) } else { context };
    // Before the service is built, so that its own parts have their lines too.
    leak_meter::allocator::start();
    let outcome = catch(|| match check.work {
        Work::Behaviour(behaviour) => {
            behaviour(&context);
            TrialOutcome::Behaved
        }
        Work::Growth(soak) => TrialOutcome::Soaked { report: Box::new(soak(&context)) },
        Work::Phases(measure) => TrialOutcome::Phased { phases: measure(&context) },
        Work::Bound(measure) => TrialOutcome::Bounded { bound: measure(&context) },
    });
    events.write(&Event::End { outcome })
}

/// Runs `work`; a panic becomes an outcome with its message, place and stack.
fn catch(work: impl FnOnce() -> TrialOutcome) -> TrialOutcome {
    let place = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&place);
    let standard = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|location| format!(" at {location}")).unwrap_or_default();
        *seen.lock().unwrap_or_else(PoisonError::into_inner) = place;
        standard(info);
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    result.unwrap_or_else(|payload| {
        let place = place.lock().unwrap_or_else(PoisonError::into_inner);
        TrialOutcome::Panicked { message: format!("{}{place}", message_of(&*payload)) }
    })
}

fn message_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

/// Writes events, one whole line at a time. Clones write to the same stream.
#[derive(Clone)]
struct Writer(Rc<RefCell<Stream>>);

struct Stream {
    file: File,
    seal: Seal,
    lines: usize,
    line: Vec<u8>,
}

impl Writer {
    /// A writer to the end of the file at `path`, which is taken out of its folder: what the trial
    /// does there does not reach it.
    fn append_to(path: &Path, seal: Seal) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).open(path)?;
        fs::remove_file(path)?;
        // Room for any round, so that writing one leaves the heap as it was.
        let line = Vec::with_capacity(4096);
        Ok(Self(Rc::new(RefCell::new(Stream { file, seal, lines: 0, line }))))
    }

    fn write(&self, event: &Event) -> io::Result<()> {
        let Stream { file, seal, lines, line } = &mut *self.0.borrow_mut();
        line.clear();
        // The seal's place, until the line is known.
        line.resize(Seal::LENGTH, b' ');
        serde_json::to_writer(&mut *line, event)?;
        line.push(b'\n');
        let (place, json) = line.split_at_mut(Seal::LENGTH);
        place.copy_from_slice(&seal.of(*lines, json));
        *lines += 1;
        file.write_all(line)
    }
}
