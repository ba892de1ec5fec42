//! A finding has the right name and line: in the project's own code rather than in a vendored package, which
//! is named beside it; in an asynchronous function under its own name; in a small method that was inlined
//! into its caller; and in a package that allocated the block on its own thread. This also holds with
//! remapped paths. Without line tables a finding has only the function, with the profile line that adds
//! more, and without any names it has the addresses. These are tested in a project outside this workspace,
//! built in four ways.

use super::project::Project;

/// The source of the vendored package.
const LEDGER: &str = "vendor/ledger-1.4.0/src/lib.rs";

/// The line of `file` with this leak, counted from 1.
fn line_of(project: &Project, file: &str, leak: &str) -> usize {
    let text = project.read(file);
    let end = format!("// leak: {leak}");
    1 + text.lines().position(|line| line.ends_with(&end)).expect("the leak is marked")
}

const LEAKS: [(&str, &str); 3] = [
    ("vendored", "office::book"),
    ("asynchronous", "office::remember"),
    ("inlined", "Notes::note"),
];

fn template() -> Project {
    Project::new(
        "names_project",
        &["src/lib.rs", "tests/found.rs", LEDGER],
        &["", "vendor/ledger-1.4.0/"],
    )
}

/// The project with these settings for debug information and symbols in its profile.
fn project(debug: &str, strip: &str) -> Project {
    template().filled_in("DEBUG", debug).filled_in("STRIP", strip)
}

/// The output of the test that prints all leaks. Fails if the project's test fails.
fn printed(project: &Project, flags: &str) -> String {
    let (passed, text) =
        project.test("names", flags, &["--test", "found", "--", "--nocapture"], &[]);
    assert!(passed, "{text}");
    text
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn with_line_tables_every_leak_has_its_own_function_and_line() {
    let project = project("\"line-tables-only\"", "false");
    let text = printed(&project, "-C force-frame-pointers=yes");
    for (leak, function) in LEAKS {
        let line = line_of(&project, "src/lib.rs", leak);
        let found = format!("FOUND {leak}: {function} at src/lib.rs:{line}, 1 findings");
        assert!(text.contains(&found), "not {found:?} in\n{text}");
    }
    let stack =
        text.lines().find(|line| line.starts_with("STACK vendored")).expect("it is printed");
    let inner = stack.find(&format!("ledger::Ledger::enter ({LEDGER}:"));
    assert!(inner.is_some() && inner < stack.find("office::book"), "the stack is whole: {stack}");
    let through = "   through Ledger::enter, ledger 1.4.0\n";
    assert!(text.contains(through), "{text}");
    let came = text.split("CAME ").nth(1).and_then(|came| came.split("FOUND ").next());
    assert!(came.is_some_and(|came| came.contains(through)), "{text}");
    let line = line_of(&project, LEDGER, "threaded");
    let found = format!("FOUND threaded: ledger::file at {LEDGER}:{line}, 1 findings");
    assert!(text.contains(&found), "not {found:?} in\n{text}");
    assert!(text.contains("1. Growing: ledger::file, ledger 1.4.0\n"), "{text}");
    assert!(!text.contains("in the program's file"), "{text}");
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn remapped_paths_do_not_make_own_code_foreign() {
    let project = project("\"line-tables-only\"", "false");
    let here = project.folder().display().to_string();
    let remap = format!("-C force-frame-pointers=yes --remap-path-prefix={here}=/build/office");
    let text = printed(&project, &remap);
    // The source of an inlined method is not available: only its last name is known.
    for (leak, function) in
        LEAKS.map(|(leak, function)| (leak, function.trim_start_matches("Notes::")))
    {
        let line = line_of(&project, "src/lib.rs", leak);
        let found = format!("FOUND {leak}: {function} at ");
        assert!(text.contains(&found), "not {found:?} in\n{text}");
        assert!(text.contains(&format!("src/lib.rs:{line}, 1 findings")), "{line}\n{text}");
    }
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn without_line_tables_the_function_and_the_profile_setting_are_named() {
    let project = project("false", "false");
    // All names come from symbols here, so this build has those of nightly compilers.
    let flags = "-C force-frame-pointers=yes -C symbol-mangling-version=v0";
    let text = printed(&project, flags);
    // Without debug information, an inlined call cannot be distinguished from its caller, nor a vendored
    // package from the project's own packages.
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

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn without_names_the_addresses_and_the_build_are_reported() {
    let project = project("false", "\"symbols\"");
    let text =
        printed(&project, "-C force-frame-pointers=yes -C link-arg=-Wl,--build-id=0x1f2e3d4c5b6a");
    assert!(text.contains("FOUND vendored: code without names at ?:?"), "{text}");
    assert!(text.contains("if the profile in Cargo.toml sets strip, remove it"), "{text}");
    let stack =
        text.lines().find_map(|line| line.strip_prefix("STACK vendored: ")).expect("it is printed");
    let addresses = stack.split(" < ").filter_map(|frame| frame.rsplit_once("+0x"));
    let addresses: Vec<(&str, u64)> = addresses
        .map(|(file, address)| (file, u64::from_str_radix(address, 16).expect("an address")))
        .collect();
    assert!(addresses.len() > 3, "{stack}");
    assert!(addresses.iter().all(|(file, at)| file.starts_with("found-") && *at > 0), "{stack}");
    assert!(text.contains("addr2line") && text.contains("(build id 1f2e3d4c5b6a)"), "{text}");
}
