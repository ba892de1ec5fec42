//! The exit codes of the program.

use std::io;
use std::process::ExitCode;

/// Success: every version has a verdict (`run`), every trial passed (`test`), every check holds
/// (`verify`). Also when the reader of the output closed the pipe.
pub const SUCCESS: u8 = 0;
/// Failure: a trial failed, or a check does not hold.
pub const FAILED: u8 = 1;
/// No result: an unknown name, a version that does not build or was not measured to its end, or an
/// error that stopped the command.
pub const NO_RESULT: u8 = 2;
/// Ctrl-C. As a signal it ends the program with `exercise_harness::cleanup::INTERRUPTED`, which is
/// the same code.
pub const INTERRUPTED: u8 = 130;

/// The result of a command that completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Exit {
    /// See [`SUCCESS`].
    Success,
    /// See [`FAILED`].
    Failed,
    /// See [`NO_RESULT`].
    NoResult,
    /// Ctrl-C in raw terminal mode, where it arrives as a key.
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

/// Whether `error` only means that the reader of the output closed the pipe.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kinds = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.map(io::Error::kind).any(|kind| kind == io::ErrorKind::BrokenPipe)
}
