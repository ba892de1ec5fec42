//! Exceptions. Windows reports them as exit codes.

use std::process::ExitStatus;

/// The bits of a code that say what kind it is, and their value in the system's exceptions: an error of
/// the system's own. A program that exits by itself can use such a code too, but none does by accident: a
/// negative number, such as -1, has all four bits.
const KIND: u32 = 0xF000_0000;
const EXCEPTION: u32 = 0xC000_0000;

const ACCESS_VIOLATION: i32 = code(0xC000_0005);
const ILLEGAL_INSTRUCTION: i32 = code(0xC000_001D);
/// The code of an abort, the standard library's ending when it cannot go on.
pub(in crate::parent) const ABORT: i32 = code(0xC000_0409);
/// The code of a stack overflow, which the standard library reports.
pub(in crate::parent) const STACK_OVERFLOW: i32 = code(0xC000_00FD);

const fn code(exception: u32) -> i32 {
    exception.cast_signed()
}

/// The code of a process that was ended abnormally.
pub(in crate::parent) fn from_status(status: ExitStatus) -> Option<i32> {
    status.code().filter(|code| code.cast_unsigned() & KIND == EXCEPTION)
}

/// The code with its name.
pub fn describe(exception: i32) -> String {
    let name = match exception {
        ACCESS_VIOLATION => " (access violation)",
        ILLEGAL_INSTRUCTION => " (illegal instruction)",
        ABORT => " (abort)",
        STACK_OVERFLOW => " (stack overflow)",
        _ => "",
    };
    format!("exception {:#010X}{name}", exception.cast_unsigned())
}

/// What to look for, after a space.
pub(in crate::parent) fn advice(exception: i32) -> &'static str {
    match exception {
        ABORT => " Look for a call of std::process::abort, or for a panic during another panic.",
        ACCESS_VIOLATION | ILLEGAL_INSTRUCTION => " Look for unsafe code.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use std::os::windows::process::ExitStatusExt;

    use super::*;

    #[test]
    fn an_exception_is_no_exit_code_and_an_exit_code_is_no_exception() {
        let code = |raw| from_status(ExitStatus::from_raw(raw));
        assert_eq!(
            code(0xC000_0005).map(describe).as_deref(),
            Some("exception 0xC0000005 (access violation)")
        );
        for exit in [0, 3, 101, u32::MAX >> 1, (-1_i32).cast_unsigned()] {
            assert_eq!(code(exit), None);
        }
    }
}
