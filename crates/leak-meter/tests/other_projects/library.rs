//! The meter in a shared library that a program opens, calls and closes: the library's call sites are
//! found, and the program continues when threads that called the library end.

use super::project::Project;

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn a_library_with_the_meter_can_be_opened_and_closed() {
    let project = Project::new("library_project", &["src/lib.rs", "tests/host.rs"], &[""]);
    // The same flags as in `home`, so that its dependencies are reused.
    let flags = "-C force-frame-pointers=yes";
    let arguments = ["--release", "--test", "host"];
    let (passed, text) = project.test("home", flags, &arguments, &[]);
    assert!(passed, "{text}");
    assert!(text.contains("2 passed"), "{text}");
}
