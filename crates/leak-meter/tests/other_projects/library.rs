//! The meter in a shared library that a program opens, calls and closes: its call sites are found, and the
//! program goes on when the threads end that had called it.

use super::project::Project;

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn a_library_with_the_meter_can_be_opened_and_closed() {
    let project = Project::new("library_project", &["src/lib.rs", "tests/host.rs"], &[""]);
    // As in `home`, whose dependencies are built alike.
    let flags = "-C force-frame-pointers=yes";
    let arguments = ["--release", "--test", "host"];
    let (passed, text) = project.test("home", flags, &arguments, &[]);
    assert!(passed, "{text}");
    assert!(text.contains("2 passed"), "{text}");
}
