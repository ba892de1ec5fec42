//! TO WRITE: the service in a line, not the pattern.
//!
//! TO WRITE: what is observed, and the question to ask, in a few sentences.
//!
//! - `workload`: two tasks with a note each, for the soak
//! - `behaviours`: what the notes must do
//! - `bounds`: how much memory the notes may hold after their tasks have ended
//!
//! [`TaskNotes`] is the contract; it prescribes no implementation.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

/// TO WRITE: the contract of your own service, in primitive types. A note for each open task.
pub trait TaskNotes: Sized + 'static {
    /// A service without tasks.
    fn start() -> Self;

    /// Opens a task with a note.
    fn open(&mut self, task: u64, note: &str);

    /// The note of an open task.
    fn note(&self, task: u64) -> Option<String>;

    /// Ends a task that was done.
    fn close(&mut self, task: u64);

    /// Ends a task that is no longer wanted.
    fn cancel(&mut self, task: u64);
}

/// The entry of a version's memory test.
pub fn main<S: TaskNotes>() -> ExitCode {
    Suite::new("{{name}}", include_str!("../exercise.toml"))
        .behaviour("open_task_has_its_note", behaviours::open_task_has_its_note::<S>)
        .behaviour("ended_task_has_none", behaviours::ended_task_has_none::<S>)
        .growth(workload::growth::<S>)
        .bound("cancelled_tasks", bounds::cancelled_tasks::<S>)
        .main()
}
