//! Runs a test alone in its process. The usual harness runs a test beside its own main thread, which
//! still allocates when the test begins.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Runs `tests` on the main thread, selected by name as the arguments say.
pub fn run(tests: &[(&str, fn())]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // With one test thread, no other thread is started.
    arguments.test_threads = Some(1);
    let trial = |&(name, test): &(&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&arguments, tests.iter().map(trial).collect()).exit_code()
}
