//! A walk never leaves the thread's own stack: signal stacks, coroutines, threads that Rust did not
//! start, code without frame pointers, recursion deeper than the recorded frames, a fork.

#[path = "../alone/mod.rs"]
mod alone;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod scenes;

use std::process::ExitCode;

fn main() -> ExitCode {
    alone::run(&[
        #[cfg(all(target_os = "linux", target_env = "gnu"))]
        (
            "blocks_are_counted_on_every_kind_of_stack_and_charged_where_that_is_known",
            scenes::blocks_are_counted_on_every_kind_of_stack_and_charged_where_that_is_known,
        ),
    ])
}
