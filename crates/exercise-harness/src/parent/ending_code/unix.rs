//! Signals.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use rustix::process::Signal;

/// The code of an abort, the standard library's ending when it cannot go on.
pub(in crate::parent) const ABORT: i32 = Signal::ABORT.as_raw();
/// The code of a stack overflow, which the standard library reports and turns into an abort.
pub(in crate::parent) const STACK_OVERFLOW: i32 = ABORT;

/// The code of a process that was ended abnormally.
pub(in crate::parent) fn from_status(status: ExitStatus) -> Option<i32> {
    status.signal()
}

/// The code with its name.
pub fn describe(signal: i32) -> String {
    let name = match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        9 => " (killed)",
        11 => " (segmentation fault)",
        15 => " (terminated)",
        _ => "",
    };
    format!("signal {signal}{name}")
}

/// What to look for, after a space.
pub(in crate::parent) fn advice(signal: i32) -> &'static str {
    match signal {
        6 => " Look for a call of std::process::abort, or for a panic during another panic.",
        9 => " Leak Lab did not send it; the system may be out of memory.",
        4 | 7 | 11 => " Look for unsafe code.",
        _ => "",
    }
}
