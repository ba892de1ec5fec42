//! The parent of a trial's process: starts, watches and reads it, and judges the result.
//!
//! - [`isolated`]: runs one trial to its end and returns a [`TrialRun`](trial_run::TrialRun).
//! - [`paced`]: runs one trial whose rounds are requested one by one.
//! - [`trial_process`]: the process that both of them start, with its stream, output and folder.
//! - [`event_reader`], [`output`]: read the event stream and the printed text.
//! - [`timeouts`]: how long a trial may take.
//! - [`process_tree`]: a process with all that it starts, which it may leave behind.
//! - [`ending_code`]: what the system's code of an abnormal ending means.
//! - [`listing`]: asks a memory test for the names of its trials.
//! - [`explain`], [`places`], [`failure_text`]: sentences about results and failures.
//! - [`cleanup`]: ends processes and removes folders when the program ends.

pub mod cleanup;
mod ending_code;
mod event_reader;
pub mod explain;
mod failure_text;
pub mod isolated;
pub mod listing;
mod output;
pub mod paced;
mod places;
mod process_tree;
mod timeouts;
mod trial_process;
mod trial_run;
