//! A finding has the right name and line: the project's own code and not a vendored package's, an
//! asynchronous function under its own name, a small function that was set into its caller; with
//! paths that were remapped; and without line tables the function alone, with the line of the profile
//! that gives more. In a project outside this workspace, built in three ways.
#![cfg(all(feature = "holders", feature = "soak"))]

mod project;

use project::Project;

/// The line of `src/lib.rs` with this leak, counted from 1.
fn line_of(project: &Project, leak: &str) -> usize {
    let text = project.read("src/lib.rs");
    let end = format!("// leak: {leak}");
    1 + text.lines().position(|line| line.ends_with(&end)).expect("the leak is marked")
}

/// Of a function that was set into its caller line tables have the last name alone.
const LEAKS: [(&str, &str); 3] =
    [("vendored", "office::book"), ("asynchronous", "office::remember"), ("inlined", "note")];

fn project() -> Project {
    Project::new(
        "names_project",
        &["src/lib.rs", "tests/found.rs", "vendor/ledger/src/lib.rs"],
        &["", "vendor/ledger/"],
    )
}

/// What the test prints that tells of all its leaks, which is a failure of the project if it fails.
fn printed(project: &Project, flags: &str) -> String {
    let (passed, text) =
        project.test("names", flags, &["--test", "found", "--", "--nocapture"], &[]);
    assert!(passed, "{text}");
    text
}

#[test]
fn with_line_tables_every_leak_has_its_own_function_and_line() {
    let project = project().filled_in("DEBUG", "\"line-tables-only\"");
    let text = printed(&project, "-C force-frame-pointers=yes");
    for (leak, function) in LEAKS {
        let line = line_of(&project, leak);
        let found = format!("FOUND {leak}: {function} at src/lib.rs:{line}, 1 findings");
        assert!(text.contains(&found), "not {found:?} in\n{text}");
    }
    let stack =
        text.lines().find(|line| line.starts_with("STACK vendored")).expect("it is printed");
    let inner = stack.find("ledger::Ledger::enter (vendor/ledger/src/lib.rs:");
    assert!(inner.is_some() && inner < stack.find("office::book"), "the stack is whole: {stack}");
}

#[test]
fn remapped_paths_do_not_make_own_code_foreign() {
    let project = project().filled_in("DEBUG", "\"line-tables-only\"");
    let here = project.folder().display().to_string();
    let remap = format!("-C force-frame-pointers=yes --remap-path-prefix={here}=/build/office");
    let text = printed(&project, &remap);
    for (leak, function) in LEAKS {
        let line = line_of(&project, leak);
        let found = format!("FOUND {leak}: {function} at ");
        assert!(text.contains(&found), "not {found:?} in\n{text}");
        assert!(text.contains(&format!("src/lib.rs:{line}, 1 findings")), "{line}\n{text}");
    }
}

#[test]
fn without_line_tables_the_function_is_named_and_the_line_of_the_profile() {
    let project = project().filled_in("DEBUG", "false");
    let text = printed(&project, "-C force-frame-pointers=yes");
    // Without debug information nothing tells a call that was inlined from its caller, nor a
    // vendored package from the project's own ones.
    for (leak, function) in [
        ("vendored", "ledger::Ledger::enter"),
        ("asynchronous", "office::remember"),
        ("inlined", "office::"),
    ] {
        let found = format!("FOUND {leak}: {function}");
        assert!(text.contains(&found), "not {found:?} in\n{text}");
    }
    assert!(text.contains("add debug = \"line-tables-only\" to the profile"), "{text}");
}
