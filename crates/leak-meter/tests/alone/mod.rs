//! A test that is alone in its process. The usual harness runs a test beside its own main thread, which
//! goes on allocating while the test begins.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Runs `tests`, by their names, on the main thread, as the arguments say.
pub fn run(tests: &[(&str, fn())]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Then no other thread is started for them.
    arguments.test_threads = Some(1);
    let trial = |&(name, test): &(&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&arguments, tests.iter().map(trial).collect()).exit_code()
}
