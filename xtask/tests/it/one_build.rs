//! Shared dependencies are built once: whichever packages cargo builds, a dependency has the same
//! features.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use crate::support::repository;

/// Each package, by name and version, with its feature sets: more than one if macros and the program
/// need different ones.
type Features = BTreeMap<String, BTreeSet<String>>;

/// The packages in a build of `packages` for this machine; `edges` as in `cargo tree`.
fn features(packages: &[String], edges: &str) -> Features {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["tree", "--frozen", "--prefix", "none", "--format", "{p}|{f}", "--edges", edges])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .current_dir(repository());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut features = Features::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((package, asked)) = line.split_once('|') else { continue };
        let name: Vec<&str> = package.split_whitespace().take(2).collect();
        let asked = asked.trim_end_matches(" (*)").to_owned();
        features.entry(name.join(" ")).or_default().insert(asked);
    }
    features
}

/// Both versions of the exercise `name`.
fn versions(name: &str) -> Vec<String> {
    ["exercise", "solution"].map(|version| format!("{name}-{version}")).to_vec()
}

/// The names of all exercises.
fn exercises() -> Vec<String> {
    let folders = fs::read_dir(repository().join("exercises")).unwrap().map(Result::unwrap);
    let packages = folders.filter(|folder| folder.path().join("Cargo.toml").is_file());
    let names = packages.map(|folder| folder.file_name().into_string().unwrap());
    let names: Vec<String> = names.collect();
    assert!(names.len() > 7, "{names:?}");
    names
}

/// The packages that `one` and `other` build with different features, one line each.
fn differences(one: &Features, other: &Features) -> Vec<String> {
    let both =
        one.iter().filter_map(|(package, asked)| Some((package, asked, other.get(package)?)));
    both.filter(|(_, one, other)| one != other)
        .map(|(package, one, other)| format!("{package}: {one:?} or {other:?}"))
        .collect()
}

#[test]
fn runner_page_and_every_exercise_are_built_with_the_same_features() {
    let exercises = exercises();
    let every: Vec<String> = exercises.iter().flat_map(|name| versions(name)).collect();
    let every = features(&every, "normal,build,dev");
    assert!(every.keys().any(|package| package.starts_with("tokio v")), "{every:?}");

    let mut builds = vec![
        ("the runner".to_owned(), features(&["xtask".to_owned()], "normal,build")),
        ("the page".to_owned(), features(&["demo".to_owned()], "normal,build")),
        ("cargo test".to_owned(), features(&[], "normal,build,dev")),
    ];
    for name in exercises {
        let features = features(&versions(&name), "normal,build,dev");
        builds.push((name, features));
    }
    for (name, build) in builds {
        let differences = differences(&build, &every);
        assert!(
            differences.is_empty(),
            "{name} and all exercises together are built with different features, so cargo builds \
             these twice; name the missing ones in crates/workspace-hack/Cargo.toml:\n{}",
            differences.join("\n")
        );
    }
}

#[test]
fn every_shared_package_is_needed_by_another_package() {
    let lock = fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    let lock: toml::Table = lock.parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let dependencies = |package: &toml::Value| -> Vec<String> {
        let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
        let names = dependencies.into_iter().flatten().map(|name| name.as_str().unwrap());
        names.map(str::to_owned).collect()
    };
    let (hack, others): (Vec<_>, Vec<_>) =
        packages.iter().partition(|package| package["name"].as_str() == Some("workspace-hack"));
    let shared = dependencies(hack[0]);
    assert!(shared.len() > 5, "{shared:?}");
    let needed: BTreeSet<String> = others.into_iter().flat_map(dependencies).collect();
    for package in shared {
        assert!(
            needed.contains(&package),
            "only crates/workspace-hack/Cargo.toml needs {package}; remove it there"
        );
    }
}
