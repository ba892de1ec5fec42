//! Cases "in the wild": a small service on a published version of a crate that really leaked. Each is a
//! workspace of its own in `wild/<case>`, because two versions that are compatible by semver cannot share
//! a lock.
//!
//! - here: the cases, their measurement, and what an edit did about the leak.
//! - `ways`: the recorded ways out, and their proof.

pub mod ways;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::{Exercise as Metadata, SoakSettings, explain};
use leak_meter::site::Site;
use serde::Deserialize;

use crate::cargo::{self, Selection};
use crate::location;
use crate::measure::{self, GROWTH, Measured};
use crate::progress::Progress;

/// The folder of the cases, relative to the root.
pub const FOLDER: &str = "wild";

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// The workshop's root folder.
    pub root: PathBuf,
    /// Its name, which is also that of its folder.
    pub name: String,
    pub about: About,
    /// What the harness needs to know of the service.
    pub metadata: Metadata,
}

/// The contents of a case's `case.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The crate that leaks.
    pub dependency: String,
    /// Its version that leaks.
    pub pinned: String,
    /// The first version that does not; `None` if no update helps.
    pub fixed: Option<String>,
    /// Whether a growing line or its holder names the crate.
    pub is_named: bool,
    /// The words that the report about holders must contain.
    pub held: String,
}

/// The measurement of a case: every trial.
#[derive(Debug)]
pub struct CaseResult {
    pub measured: Vec<Measured>,
    /// The version of the dependency that was built.
    pub resolved: Resolved,
}

/// Which version of its dependency a case is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub version: String,
    /// Whether it comes from a folder, by `[patch]`.
    pub is_patched: bool,
}

/// What was done about the leak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Another version.
    Update,
    /// A patched copy of the dependency.
    Upstream,
    /// The service no longer does what leaks.
    WorkAround,
}

/// Every case, by name.
pub fn cases(root: &Path) -> anyhow::Result<Vec<Case>> {
    let folder = root.join(FOLDER);
    let mut cases = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{FOLDER} cannot be listed"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let place = folder.join(&name);
        if !place.join("case.toml").is_file() {
            continue;
        }
        let read = |file: &str| {
            fs::read_to_string(place.join(file))
                .with_context(|| format!("{FOLDER}/{name}/{file} cannot be read"))
        };
        let about = toml::from_str(&read("case.toml")?)
            .with_context(|| format!("{FOLDER}/{name}/case.toml cannot be used"))?;
        let metadata = Metadata::parse(&read("exercise.toml")?)?;
        cases.push(Case { root: root.to_owned(), name, about, metadata });
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

impl Case {
    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.root.join(FOLDER).join(&self.name)
    }

    fn package(&self) -> String {
        format!("wild-{}", self.name)
    }
}

/// Builds and runs every trial of `case` as it is in `folder`.
///
/// # Errors
/// When it does not build, or a trial cannot be started. Failed trials are part of the result.
pub fn run(case: &Case, folder: &Path, progress: &Progress) -> anyhow::Result<CaseResult> {
    let target = cargo::target_folder(&case.root)?;
    progress.stage(&format!("Building {}", case.name));
    let package = [case.package()];
    let selection = Selection {
        workspace: folder,
        packages: &package,
        release: false,
        locked: false,
        target_folder: Some(&target),
    };
    let mut build = cargo::build(selection, progress.detail())?;
    let built = build.packages.remove(&package[0]).context("cargo did not build its test")?;
    let test = built
        .test
        .map_err(|refused| anyhow::anyhow!("{} does not build.\n{}", case.name, refused.message))?;
    progress.stage(&format!("Measuring {}", case.name));
    let settings = SoakSettings { holders: Some(true), ..SoakSettings::default() };
    let jobs = measure::jobs(&test, "", settings)?;
    let mut done = 0;
    let measured = measure::run(&jobs, |job, note| {
        done += usize::from(matches!(note, measure::Note::Done(_)));
        progress.trial(done, jobs.len(), &jobs[job].trial, &note);
        Ok(())
    })?;
    Ok(CaseResult { measured, resolved: resolved(case, folder)? })
}

/// Reads the lock of the case in `folder`.
fn resolved(case: &Case, folder: &Path) -> anyhow::Result<Resolved> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: String,
        source: Option<String>,
    }
    let text = fs::read_to_string(folder.join("Cargo.lock")).context("its Cargo.lock")?;
    let lock: Lock = toml::from_str(&text).context("its Cargo.lock")?;
    let packages = lock.package.into_iter().filter(|one| one.name == case.about.dependency);
    // The service's own dependency may be there beside one of the harness: the pinned one counts.
    let of = |package: Package| Resolved {
        version: package.version,
        is_patched: package.source.is_none(),
    };
    let all: Vec<Resolved> = packages.map(of).collect();
    let chosen = all
        .iter()
        .find(|one| one.is_patched)
        .or_else(|| all.iter().find(|one| one.version == case.about.pinned))
        .or_else(|| all.iter().find(|one| Some(&one.version) == case.about.fixed.as_ref()))
        .or(all.first());
    chosen.cloned().with_context(|| format!("{} is not in its Cargo.lock", case.about.dependency))
}

impl CaseResult {
    /// The failed trials, each with its sentence.
    pub fn failures(&self, case: &Case) -> Vec<(String, String)> {
        let failed = self.measured.iter().filter_map(|measured| {
            let sentence = explain::verdict(&measured.ended, &case.metadata).err()?;
            Some((measured.trial.clone(), sentence))
        });
        failed.collect()
    }

    /// The report of the growth trial, if it completed.
    pub fn report(&self) -> Option<&leak_meter::Report> {
        self.measured.iter().find(|one| one.trial == GROWTH)?.ended.report()
    }

    /// The growing lines.
    pub fn growing(&self) -> impl Iterator<Item = &Site> {
        self.report().into_iter().flat_map(|report| location::growing(&report.sites))
    }

    /// The dependencies that the growing lines pass through, each as `name version`, innermost first. The
    /// crates of the harness do not count.
    pub fn dependencies(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let packages = self.growing().flat_map(|site| {
            site.package.iter().chain(site.stack.iter().filter_map(|frame| frame.package.as_ref()))
        });
        for package in packages {
            let version = package.version.as_deref().unwrap_or_default();
            let text = format!("{} {version}", package.name).trim().to_owned();
            if !found.contains(&text) && package.name != "libtest-mimic" {
                found.push(text);
            }
        }
        found
    }

    /// What holds the growing memory, in lines.
    pub fn holders(&self) -> Vec<String> {
        let holders = self.report().and_then(|report| report.holders.as_ref());
        holders.map(leak_meter::Holders::lines).unwrap_or_default()
    }

    /// What was done, if every trial passes.
    pub fn way(&self, case: &Case) -> Option<Way> {
        self.failures(case).is_empty().then(|| {
            if self.resolved.is_patched {
                Way::Upstream
            } else if self.resolved.version != case.about.pinned {
                Way::Update
            } else {
                Way::WorkAround
            }
        })
    }
}
