//! How the program ends: every exit code, and the one decision between them.

use std::io;
use std::process::ExitCode;

/// All went well: every version has a verdict (`run`), every trial passed (`test`), every check
/// holds (`verify`). Also when whoever read the output went away.
pub const SUCCESS: u8 = 0;
/// What was tried did not pass: a failing trial, or a check that does not hold.
pub const FAILED: u8 = 1;
/// There is no result: an unknown name, a version that does not build or did not end as measured,
/// or an error that stopped the command.
pub const NO_RESULT: u8 = 2;
/// Ctrl-C, wherever it is. As a signal it ends the program with
/// `exercise_harness::cleanup::INTERRUPTED`, which is the same.
pub const INTERRUPTED: u8 = 130;

/// How a command ended that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Exit {
    /// See [`SUCCESS`].
    Success,
    /// See [`FAILED`].
    Failed,
    /// See [`NO_RESULT`].
    NoResult,
    /// Ctrl-C, where it arrives as a key.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Success => SUCCESS,
            Self::Failed => FAILED,
            Self::NoResult => NO_RESULT,
            Self::Interrupted => INTERRUPTED,
        })
    }
}

/// Whether `error` only says that whoever read the output went away.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
