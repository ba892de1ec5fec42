//! The ways out of a case that are recorded in its folder `ways`, each as a patch: `update.patch` and
//! `around.patch` change the case, and `upstream.patch` changes a copy of its dependency, which `[patch]`
//! puts in the place of the published one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use leak_meter::Verdict;

use super::{Case, CaseResult, Way, run};
use crate::cargo;
use crate::files;
use crate::measure::BEHAVIOURS;
use crate::progress::Progress;

/// The names of the ways, in the order in which they are tried.
pub const WAYS: [(&str, Way); 3] =
    [("update", Way::Update), ("around", Way::WorkAround), ("upstream", Way::Upstream)];

/// The recorded ways of `case`, each with its patch.
pub fn recorded(case: &Case) -> Vec<(&'static str, Way, String)> {
    let ways = WAYS.iter().filter_map(|(name, way)| {
        let text = fs::read_to_string(case.folder().join(format!("ways/{name}.patch"))).ok()?;
        Some((*name, way.clone(), text))
    });
    ways.collect()
}

/// `text` with the changes of `patch`, a diff of one file; and that file.
pub fn apply(folder: &Path, patch: &str) -> anyhow::Result<(String, String)> {
    let start = patch.find("--- ").context("the patch has no diff")?;
    let patch = diffy::Patch::from_str(&patch[start..]).context("the patch cannot be read")?;
    let file = patch.modified().context("the patch names no file")?;
    let file = file.strip_prefix("b/").unwrap_or(file).to_owned();
    let text = fs::read_to_string(folder.join(&file)).with_context(|| file.clone())?;
    Ok((diffy::apply(&text, &patch).with_context(|| format!("the patch of {file}"))?, file))
}

/// What is wrong with `result`, a measurement of `case` as it is pinned; empty if it leaks as declared.
pub fn check_pinned(case: &Case, result: &CaseResult) -> Vec<String> {
    let mut wrongs = Vec::new();
    let failures = result.failures(case);
    let behaviours = failures.iter().filter(|(trial, _)| trial.starts_with(BEHAVIOURS));
    wrongs.extend(behaviours.map(|(trial, why)| format!("{trial} fails: {why}")));
    let verdict = result.report().map(|report| report.verdict);
    if verdict != Some(Verdict::Growing) {
        wrongs.push(format!("It does not grow: {verdict:?}"));
    }
    if result.resolved.version != case.about.pinned {
        wrongs.push(format!("It is built with {}", result.resolved.version));
    }
    let named = format!("{} {}", case.about.dependency, case.about.pinned);
    let holders = result.holders().join("\n");
    let is_named = result.dependencies().contains(&named) || holders.contains(&named);
    if is_named != case.about.is_named {
        wrongs.push(format!("{named} is named: {is_named}"));
    }
    if !holders.contains(&case.about.held) {
        wrongs.push(format!("The holder is not {:?}:\n{holders}", case.about.held));
    }
    wrongs
}

/// Lays out `case` with the way `name` in a folder of the target folder, and returns that.
pub fn lay_out(case: &Case, name: &str, patch: &str) -> anyhow::Result<PathBuf> {
    let target = cargo::target_folder(&case.root)?;
    let folder = target.join("wild-ways").join(format!("{}-{name}", case.name));
    let _ = fs::remove_dir_all(&folder);
    for (file, bytes) in files::read_below(&case.folder())? {
        files::write(&folder.join(&file), &bytes)?;
    }
    if name == "upstream" {
        let manifest = case.folder().join("Cargo.toml");
        let (dependency, pinned) = (&case.about.dependency, &case.about.pinned);
        let source = cargo::source_of(&manifest, dependency, pinned)?;
        let copy = folder.join("upstream");
        for (file, bytes) in files::read_below(&source)? {
            files::write(&copy.join(&file), &bytes)?;
        }
        let (text, file) = apply(&copy, patch)?;
        fs::write(copy.join(file), text)?;
    } else {
        let (text, file) = apply(&folder, patch)?;
        fs::write(folder.join(file), text)?;
    }
    let manifest = folder.join("Cargo.toml");
    let crates = case.root.join("crates").display().to_string();
    // Cargo would take a package of the same name and version for the case itself, whose test it has built.
    let version = format!("version = \"0.1.0+{name}\"");
    let text = fs::read_to_string(&manifest)?.replace("version = \"0.1.0\"", &version);
    let mut text = text.replace("../../crates", &crates);
    if name == "upstream" {
        let dependency = &case.about.dependency;
        text = format!("{text}\n[patch.crates-io]\n{dependency} = {{ path = \"upstream\" }}\n");
    }
    fs::write(manifest, text)?;
    Ok(folder)
}

/// What is wrong with the way `name`; empty if the judge accepts it as what it is.
pub fn check(
    case: &Case,
    (name, way, patch): &(&'static str, Way, String),
    progress: &Progress,
) -> anyhow::Result<Vec<String>> {
    let folder = lay_out(case, name, patch)?;
    let result = run(case, &folder, progress)?;
    let failures = result.failures(case).into_iter();
    let mut wrongs: Vec<String> =
        failures.map(|(trial, why)| format!("{trial} fails: {why}")).collect();
    if let Some(judged) = result.way(case)
        && judged != *way
    {
        wrongs.push(format!("It is taken for {judged:?}."));
    }
    Ok(wrongs)
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    /// Without a network: the upstream patches need the published sources.
    #[test]
    fn every_case_has_ways_whose_patches_apply_and_its_manifest_pins_the_version() {
        let cases = cases(root()).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let ways = recorded(&case);
            assert!(!ways.is_empty(), "{} has no way out", case.name);
            for (name, _, patch) in &ways {
                assert!(!patch.starts_with("---"), "{}: {name} has no explanation", case.name);
                if *name != "upstream" {
                    apply(&case.folder(), patch).unwrap();
                }
            }
            let has_update = ways.iter().any(|(name, ..)| *name == "update");
            assert_eq!(has_update, case.about.fixed.is_some(), "{}", case.name);
            let manifest = fs::read_to_string(case.folder().join("Cargo.toml")).unwrap();
            let pin = format!("\"={}\"", case.about.pinned);
            assert!(manifest.contains(&pin), "{} does not pin {pin}", case.name);
        }
    }
}
