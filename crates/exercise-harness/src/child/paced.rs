//! A paced trial: runs the rounds that are ordered on standard input, and watches itself meanwhile as a
//! service in production would.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use leak_meter::soak::Pace;
use leak_meter::{Round, Watch};

use super::context::Context;
use super::event_writer::EventWriter;
use super::standard_input::{Order, PacedInput};
use crate::protocol::event::{Event, Leaks};

/// Prepares `context` for a soak that follows standard input and writes its rounds and reports to `events`.
pub(super) fn prepare(context: Context, events: &EventWriter) -> Context {
    let done = Arc::new(AtomicU64::new(0));
    let work = Arc::clone(&done);
    let watch = Rc::new(Watch::new().work("operation", move || work.load(Ordering::Relaxed)));
    let (reader, rounds) = (Rc::clone(&watch), events.clone());
    let context = context.observed_by(move |round: &Round| {
        done.fetch_add(round.operations, Ordering::Relaxed);
        reader.read();
        let _ = rounds.write(&Event::Round { round: *round });
    });
    let (mut input, events) = (PacedInput::new(), events.clone());
    context.paced_by(move || {
        loop {
            match input.next() {
                Order::Wait => return Pace::Wait,
                Order::Round(operations) => return Pace::Round(operations),
                Order::End => return Pace::End,
                Order::Leaks => {
                    let report = watch.report();
                    let text = report.to_string();
                    let _ = events.write(&Event::Leaks { leaks: Box::new(Leaks { report, text }) });
                }
            }
        }
    })
}
