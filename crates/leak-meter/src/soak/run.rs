//! Runs the rounds of a soak.

use std::any::Any;
use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::Poll;
use std::thread;

use super::recorder::Recorder;
use super::soak_lock::{SoakLock, within};
use super::{Operation, OperationResult, Soak, pace, settle};
use crate::report::Report;

/// How the operations of a round ended.
pub(super) enum RoundEnd {
    /// All operations were done.
    Complete,
    /// The time was up before all were done.
    OutOfTime,
    /// An operation failed; contains the reason, as a sentence without a full stop.
    Failed(String),
}

/// The payload of a panic.
type Payload = Box<dyn Any + Send>;

impl Soak<'_> {
    /// Runs `workload` once per operation and judges the growth.
    ///
    /// A workload may return a `Result`. An error ends the soak; the readings up to then are judged.
    ///
    /// # Panics
    /// If an operation panics: the report so far is printed to standard error, and the panic continues.
    pub fn run<R: OperationResult>(mut self, mut workload: impl FnMut(Operation) -> R) -> Report {
        let _lock = SoakLock::wait(&mut self.plan.fault);
        if self.settling.async_step.is_some() {
            let fault = "Soak::settle_async needs Soak::run_async; use Soak::settle with Soak::run";
            self.plan.fault.get_or_insert(fault.to_owned());
        }
        let mut recorder = Recorder::new(self.plan, self.watchers);
        while recorder.goes_on() {
            if recorder.waits() {
                thread::sleep(pace::POLL_INTERVAL);
                continue;
            }
            recorder.begin_round();
            let number = Cell::new(0);
            let round = catch_unwind(AssertUnwindSafe(|| {
                for (operation, done) in recorder.operations().zip(1..) {
                    number.set(operation.number());
                    if let Some(why) = workload(operation).stopped_by(operation) {
                        return RoundEnd::Failed(why);
                    }
                    if recorder.is_over(done) {
                        return RoundEnd::OutOfTime;
                    }
                }
                RoundEnd::Complete
            }));
            let end = round.unwrap_or_else(|payload| fail(&mut recorder, number.get(), payload));
            recorder.end_operations();
            let settled = self.settling.settle(recorder.longest_settling());
            recorder.end_round(settled, end);
        }
        if let Some(rest) = recorder.rest() {
            thread::sleep(rest);
            self.settling.settle(recorder.longest_settling());
            recorder.end_rest();
        }
        recorder.into_report()
    }

    /// Like [`run`](Self::run), for an asynchronous workload on any runtime. While the soak settles and
    /// rests, the runtime keeps running, so that pending tasks and timers can end. `settled` in each
    /// [`Round`](crate::Round) says whether the counts stopped changing. Work that lingers for more than a
    /// millisecond needs [`settle_async`](Self::settle_async).
    ///
    /// # Panics
    /// Like [`run`](Self::run).
    pub async fn run_async<R: OperationResult>(
        mut self,
        mut workload: impl AsyncFnMut(Operation) -> R,
    ) -> Report {
        let _lock = SoakLock::wait_async(&mut self.plan.fault).await;
        let mut workload = async |operation| within(workload(operation)).await;
        let mut recorder = Recorder::new(self.plan, self.watchers);
        while recorder.goes_on() {
            if recorder.waits() {
                settle::rest_async(pace::POLL_INTERVAL).await;
                continue;
            }
            recorder.begin_round();
            let mut end = RoundEnd::Complete;
            for (operation, done) in recorder.operations().zip(1..) {
                match run_one(&mut workload, operation).await {
                    Ok(None) if recorder.is_over(done) => end = RoundEnd::OutOfTime,
                    Ok(None) => continue,
                    Ok(Some(why)) => end = RoundEnd::Failed(why),
                    Err(payload) => fail(&mut recorder, operation.number(), payload),
                }
                break;
            }
            recorder.end_operations();
            let settled = self.settling.settle_async(recorder.longest_settling()).await;
            recorder.end_round(settled, end);
        }
        if let Some(rest) = recorder.rest() {
            settle::rest_async(rest).await;
            self.settling.settle_async(recorder.longest_settling()).await;
            recorder.end_rest();
        }
        recorder.into_report()
    }
}

/// Runs one operation. Returns the reason if the operation ended the soak, or the payload if it panicked.
async fn run_one<R: OperationResult>(
    workload: &mut impl AsyncFnMut(Operation) -> R,
    operation: Operation,
) -> Result<Option<String>, Payload> {
    let mut future = pin!(workload(operation));
    let result =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => Poll::Ready(Ok(result)),
            Err(payload) => Poll::Ready(Err(payload)),
        })
        .await;
    result.map(|result| result.stopped_by(operation))
}

/// Prints the report so far and resumes the panic of an operation.
fn fail(recorder: &mut Recorder<'_>, number: u64, payload: Payload) -> ! {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    let why = match text {
        Some(text) => format!("operation {} panicked: {text}", number + 1),
        None => format!("operation {} panicked", number + 1),
    };
    let report = recorder.report_after_panic(why);
    print_report(&report);
    resume_unwind(payload)
}

#[allow(clippy::print_stderr)] // The caller never gets this report, because the panic continues.
fn print_report(report: &Report) {
    eprintln!("\nleak-meter, until an operation panicked:\n{report}");
}
