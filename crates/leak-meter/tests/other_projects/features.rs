//! The features, one by one: each builds without a warning, works, and brings no unnecessary dependency.
//! They are tested in a project outside this workspace, whose target folder is inside that of the
//! workspace and is kept.

use std::process::Command;

use super::project::Project;

/// The direct dependencies with these features; `None` stands for the default features.
fn dependencies(features: Option<&str>) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--edges", "normal", "--depth", "1", "--prefix", "none"]);
    cargo.args(["--package", "leak-meter", "--format", "{p}"]);
    if let Some(features) = features {
        cargo.args(["--no-default-features", "--features", features]);
    }
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).expect("names of packages");
    let names = lines.lines().skip(1).filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn without_features_there_are_two_dependencies() {
    assert_eq!(dependencies(Some("")), ["libc", "rustix"]);
    let all = ["backtrace", "libc", "memmap2", "object", "rustc-demangle", "rustix", "serde"];
    for features in [Some("sites"), Some("holders"), Some("soak"), None] {
        assert_eq!(dependencies(features), all, "{features:?}");
    }
}

#[test]
#[ignore = "builds the meter anew: run with --ignored"]
fn every_set_of_features_builds_without_a_warning_and_works() {
    let files = ["src/lib.rs", "tests/counts.rs", "tests/soak.rs"];
    let project = Project::new("features_project", &files, &[""]);
    let flags = "-D warnings -C force-frame-pointers=yes";
    for features in ["", "sites", "holders", "soak", "holders,soak"] {
        let arguments = ["--features", features, "--test", "counts", "--test", "soak"];
        let (passed, text) = project.test("features", flags, &arguments, &[]);
        assert!(passed, "{features}: {text}");
        assert_eq!(text.contains("1 passed"), features.contains("soak"), "{features}: {text}");
    }
}
