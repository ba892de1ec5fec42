//! Changes to tasks, each of which goes on record in an archive.
//!
//! - `services`: the accounts and the archive as the service sees them
//! - `requests`: many requests at once, and what became of them
//! - `workload`: busy moments, one after the other, for the soak
//! - `behaviours`: what requests must be answered, and what must be in the archive
//! - `busy`: what must hold while the archive is slow
//! - `bounds`: how much may wait for the archive
//!
//! [`AuditTrail`] is the contract. An implementation is free in everything else. Except for one
//! behaviour on several threads, every trial runs on a single-threaded runtime with a paused clock, so
//! that minutes pass at once and always in the same order.

mod behaviours;
mod bounds;
mod busy;
mod requests;
mod services;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use services::Services;

/// A task server that puts every change on record.
///
/// A change that was accepted is in the archive sooner or later, once, whatever happens to its caller and
/// however soon the server is ended. The records of a task are there in the order of its changes. The
/// archive accepts one batch of at most 50 records at a time, and takes half a second for any batch: so
/// records are collected while it is busy. In quiet hours a record is there within three seconds.
///
/// A change does not wait for the archive: as long as fewer than 250 accepted changes are not there yet,
/// the next is accepted at once. At most 1,000 accepted changes may be on their way. A change for which
/// there is no room waits, or is refused, as the implementation sees fit. It is answered within a minute
/// while the archive works; then there is room again.
///
/// A change that was refused, or whose caller left before the answer, has been made and recorded, or
/// neither. A task can be read at any time, without waiting, whatever waits.
///
/// The caller chooses the numbers of users and tasks. Requests are handled on several threads; at most
/// 2,000 are open at once.
pub trait AuditTrail: Send + Sync + Sized + 'static {
    /// Starts a server without tasks on the current runtime.
    fn start(services: Services) -> Self;

    /// Changes a task, if the accounts allow it, and returns its new version, counted from 1 in each task.
    fn change(
        &self,
        user: u64,
        task: u64,
        text: &str,
    ) -> impl Future<Output = Result<u64, Refused>> + Send;

    /// A task as it is now: its version and its text. The version is 0 if it was never changed.
    fn task(&self, task: u64) -> (u64, String);

    /// Ends the server, when no request is open. When this returns, every accepted change is in the archive.
    fn end(self) -> impl Future<Output = ()> + Send;
}

/// A change was refused, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

/// The entry point of a version's memory test.
pub fn main<S: AuditTrail>() -> ExitCode {
    Suite::new("audit-trail", include_str!("../exercise.toml"))
        .behaviour("changes_are_on_record", behaviours::changes_are_on_record::<S>)
        .behaviour("strangers_are_refused", behaviours::strangers_are_refused::<S>)
        .behaviour("records_come_soon", behaviours::records_come_soon::<S>)
        .behaviour("accepted_changes_are_stored", behaviours::accepted_changes_are_stored::<S>)
        .behaviour("order_of_a_task_is_kept", behaviours::order_of_a_task_is_kept::<S>)
        .behaviour("archive_is_used_well", behaviours::archive_is_used_well::<S>)
        .behaviour("changes_do_not_wait", busy::changes_do_not_wait_for_the_archive::<S>)
        .behaviour("who_leaves_changes_all_or_nothing", busy::who_leaves::<S>)
        .behaviour("waiting_changes_are_answered", busy::waiting_changes_are_answered::<S>)
        .behaviour("others_go_on", busy::others_go_on::<S>)
        .behaviour("threads_change_at_once", busy::threads_change_at_once::<S>)
        .growth(workload::growth::<S>)
        .bound("archive_is_down", bounds::archive_is_down::<S>)
        .bound("busy_minute", bounds::busy_minute::<S>)
        .main()
}
