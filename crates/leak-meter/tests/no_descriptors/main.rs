//! A program that has run out of descriptors: call sites are still found, and memory that is allocated
//! then and later has its line. Runs alone in its process, on the main thread, whose stack the system
//! describes in a file.
//!
//! Windows lets a process have millions of handles, and describes stacks in memory: there is nothing to test.

#[path = "../alone/mod.rs"]
mod alone;
#[cfg(unix)]
mod unix;

use std::process::ExitCode;

use leak_meter::Allocator;

#[global_allocator]
static METER: Allocator = Allocator::system();

fn main() -> ExitCode {
    alone::run(&[
        #[cfg(unix)]
        (
            "call_sites_are_found_without_a_descriptor",
            unix::call_sites_are_found_without_a_descriptor,
        ),
    ])
}
