//! Output that the test harness captures.
//!
//! `println!`, `eprintln!` and the panic messages of a test go to a buffer that the harness shows if the test
//! fails. Each of them adds to the buffer, which is freed after the test, so it does not count as retained by
//! the program.

use std::path::Path;

use super::frame::{Frame, without_generics};
use super::ledger::History;
use super::origin::is_of_toolchain;

/// The functions in `std::io::stdio` that write to the buffer. Inlining determines which of them appear on a
/// stack.
const PRINTING: [&str; 5] =
    ["_print", "_eprint", "print_to", "print_to_buffer_if_capture_used", "attempt_print_to_stderr"];

/// Whether a call stack, without the meter's hooks, is one on which the buffer grows: a vector grows because
/// one of the standard library's print functions writes to it.
///
/// The program's code that formats a message may be in between. Memory that this code allocates belongs to the
/// program, even if it writes to a vector of its own: that formatted write ends (`write_fmt`) before the
/// program's frame, whereas the message's formatted write ends after it.
pub(crate) fn is_captured_output(frames: &[Frame]) -> bool {
    let mut frames = frames.iter().skip_while(|frame| is_of_vector(frame) && !is_io(frame));
    let Some(write) = frames.next().filter(|frame| is_io(frame)) else {
        return false;
    };
    let mut in_message = false;
    for frame in std::iter::once(write).chain(frames) {
        let name = last_name(&frame.function);
        if prints(frame, &name) {
            return true;
        }
        // The standard output itself has a buffer, which is created at the first write.
        let is_of_stream = frame.function.contains("std::io::buffered");
        if is_of_stream || !in_message && !is_of_standard_library(frame) {
            return false;
        }
        match name.as_str() {
            "write_str" | "write_char" if is_io(frame) => in_message = true,
            "write_fmt" | "default_write_fmt" if is_io(frame) => in_message = false,
            _ => {}
        }
    }
    false
}

/// Whether these readings may belong to the buffer, which never shrinks while a test runs.
pub(crate) fn may_be_captured_output(history: &History) -> bool {
    history.bytes().is_sorted() && history.readings.last().is_some_and(|last| last.blocks > 0)
}

/// A frame further in than the write: the vector that grows.
fn is_of_vector(frame: &Frame) -> bool {
    let function = first_path(&frame.function);
    ["alloc::", "core::"].iter().any(|name| function.starts_with(name))
        || is_in_file(frame, "library/alloc/src")
}

/// A function's name, starting at its first path: `alloc::vec::Vec` for `<&mut alloc::vec::Vec`.
fn first_path(function: &str) -> &str {
    let mut rest = function;
    for sign in ["<", "&", "mut ", "dyn "] {
        rest = rest.trim_start_matches(sign);
    }
    rest
}

fn is_io(frame: &Frame) -> bool {
    frame.function.contains("std::io::") || is_in_file(frame, "library/std/src/io")
}

/// Whether a function prints. For an inlined function, some builds contain only its last name.
fn prints(frame: &Frame, name: &str) -> bool {
    let is_in = |module: &str, file: &str| {
        let is_named = frame.function.strip_prefix(module);
        is_named.is_some_and(|rest| rest.starts_with("::")) || is_in_file(frame, file)
    };
    PRINTING.contains(&name) && is_in("std::io::stdio", "library/std/src/io/stdio.rs")
        || name == "default_hook" && is_in("std::panicking", "library/std/src/panicking.rs")
}

/// The last name without generics: `print_to` for `std::io::stdio::print_to::<std::io::stdio::Stdout>`.
fn last_name(function: &str) -> String {
    let path = without_generics(function);
    path.rsplit("::").next().unwrap_or_default().to_owned()
}

fn is_of_standard_library(frame: &Frame) -> bool {
    let by_name = !frame.owner.is_programs() && is_of_toolchain(first_path(&frame.function));
    by_name
        || ["std", "core", "alloc"]
            .iter()
            .any(|name| is_in_file(frame, &format!("library/{name}/src")))
}

/// Whether a frame is in this file or folder of the standard library's sources.
fn is_in_file(frame: &Frame, below: &str) -> bool {
    let Some(file) = frame.file.as_deref().map(Path::new) else { return false };
    let is_of_rust =
        file.starts_with("/rustc") || file.components().any(|part| part.as_os_str() == "rustlib");
    is_of_rust && file.ancestors().any(|folder| folder.ends_with(Path::new(below)))
}

#[cfg(test)]
mod tests {
    use super::super::frame::Owner;
    use super::*;

    fn is_captured(functions: &[&str]) -> bool {
        let frames = functions.iter().map(|function| {
            let (function, file) = function.split_once(" in ").unwrap_or((function, ""));
            let file = (!file.is_empty()).then(|| format!("/rustc/5980/library/{file}"));
            Frame { file, ..Frame::named(function, Owner::Standard) }
        });
        is_captured_output(&frames.collect::<Vec<_>>())
    }

    /// The first frames of real stacks, from builds with and without line tables.
    #[test]
    fn the_buffer_is_recognised_by_its_call_stack() {
        for stack in [
            &[
                "<alloc::raw_vec::RawVecInner>::finish_grow",
                "<alloc::raw_vec::RawVecInner<_>>::reserve::do_reserve_and_handle::<alloc::alloc::Global>",
                "<std::io::default_write_fmt::Adapter<alloc::vec::Vec<u8>> as core::fmt::Write>::write_str",
                "core::fmt::write",
                "std::io::stdio::print_to_buffer_if_capture_used",
                "shop::note",
            ][..],
            // A message that is formatted by the program's own code.
            &[
                "<alloc::vec::Vec<u8> as std::io::Write>::write_all",
                "<std::io::default_write_fmt::Adapter<alloc::vec::Vec<u8>> as core::fmt::Write>::write_str",
                "core::fmt::write",
                "<shop::Message as core::fmt::Display>::fmt",
                "core::fmt::write",
                "std::io::default_write_fmt::<alloc::vec::Vec<u8>>",
                "<alloc::vec::Vec<u8> as std::io::Write>::write_fmt",
                "std::io::stdio::print_to_buffer_if_capture_used",
            ],
            // The names in an older mangling scheme.
            &[
                "alloc::raw_vec::finish_grow",
                "alloc::raw_vec::RawVecInner<A>::reserve::do_reserve_and_handle",
                "<std::io::Write::write_fmt::Adapter<T> as core::fmt::Write>::write_str",
                "core::fmt::write",
                "std::io::Write::write_fmt",
                "std::io::stdio::_eprint",
            ],
            &[
                "<alloc::vec::Vec<u8>>::reserve",
                "<alloc::vec::Vec<u8> as std::io::Write>::write_all",
                "std::io::stdio::print_to::<std::io::stdio::Stdout>",
            ],
            &[
                "reserve in alloc/src/vec/mod.rs",
                "write_all in std/src/io/impls.rs",
                "{closure#0} in std/src/io/stdio.rs",
                "print_to_buffer_if_capture_used in std/src/io/stdio.rs",
            ],
            &[
                "<alloc::raw_vec::RawVecInner>::finish_grow",
                "<alloc::vec::Vec<u8> as std::io::Write>::write_all",
                "std::thread::current::with_current_name::<std::panicking::default_hook",
                "std::panicking::default_hook",
            ],
        ] {
            assert!(is_captured(stack), "{stack:?}");
        }
    }

    #[test]
    fn other_memory_allocated_while_printing_is_not_the_buffer() {
        for stack in [
            // Messages that retain memory or write to a vector of their own.
            &[
                "alloc::boxed::Box<u64>::new",
                "<shop::Message as core::fmt::Display>::fmt",
                "core::fmt::write",
                "std::io::stdio::_print",
            ][..],
            &[
                "<alloc::vec::Vec<u8> as std::io::Write>::write_all",
                "<shop::Message as core::fmt::Display>::fmt",
                "core::fmt::write",
                "std::io::stdio::_print",
            ],
            &[
                "<std::io::default_write_fmt::Adapter<alloc::vec::Vec<u8>> as core::fmt::Write>::write_str",
                "core::fmt::write",
                "std::io::default_write_fmt::<alloc::vec::Vec<u8>>",
                "<shop::Message as core::fmt::Display>::fmt",
                "core::fmt::write",
                "std::io::default_write_fmt::<alloc::vec::Vec<u8>>",
                "std::io::stdio::_print",
            ],
            // The buffer of the standard output.
            &[
                "<alloc::vec::Vec<u8>>::with_capacity",
                "std::io::buffered::linewriter::LineWriter<std::io::stdio::StdoutRaw>::new",
                "std::io::stdio::_print",
            ],
            // Memory that the panic hook keeps for naming the functions of a backtrace.
            &[
                "<alloc::raw_vec::RawVecInner>::finish_grow",
                "std::backtrace_rs::symbolize::gimli::Cache::mapping_for_lib",
                "std::panicking::default_hook",
            ],
            &["alloc::vec::Vec<u8>::push", "<alloc::vec::Vec<u8> as std::io::Write>::write"],
            &["<alloc::vec::Vec<u8> as std::io::Write>::write_all", "shop::log", "main"],
            &[],
        ] {
            assert!(!is_captured(stack), "{stack:?}");
        }
    }
}
