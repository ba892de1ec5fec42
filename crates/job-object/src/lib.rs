//! Job objects of Windows: a set of processes that end together.
//!
//! A process that is assigned to a [`Job`] cannot leave it, and neither can the processes that it
//! starts. All of them end when the last handle of the job is closed, which the system does when the
//! program that holds it ends, however it ends.
//!
//! - [`Job`]: creates a job, assigns processes to it, lists and ends them.
//! - [`program_name`]: the name of a process's program.
//!
//! Absent on purpose: limits. Windows can limit the memory that the processes of a job commit, but
//! reserved tables of the meter are committed too. On other systems this crate is empty.

#![cfg(windows)]

mod job;
mod program;

pub use job::Job;
pub use program::program_name;
