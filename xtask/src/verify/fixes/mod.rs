//! Check: every wrong fix in the catalogue is rejected by the trial that it names, and every right fix
//! passes all trials.
//!
//! # Layout
//! - [`patch`]: a fix as a patch file, and the exercise's files with it applied.
//! - [`scratch`]: the workspace in which all fixes of one exercise are built.
//! - [`claim`]: whether the trials confirm what a fix claims.

mod claim;
pub mod patch;
mod scratch;

use std::path::Path;

use exercise_harness::{SoakSettings, units};

use self::patch::{Claim, Fix, Patched};
use crate::cargo::{Build, Built};
use crate::files::files_below;
use crate::measure;
use crate::workspace::{Exercise, Version};

use super::outcome::{CheckOutcome, Failure};
use super::test_bed::TestBed;

/// The minimum numbers of wrong and right fixes of an exercise that leaks.
const LEAST: [(&str, usize); 2] = [("wrong", 4), ("right", 2)];
/// The same for a decoy, which has nothing to fix: its wrong fixes are the tempting ones.
const LEAST_OF_DECOY: [(&str, usize); 2] = [("wrong", 2), ("right", 0)];

/// The catalogue of one exercise: the patches that apply, and the failures of the others.
#[derive(Debug)]
pub struct Catalogue {
    fixes: Vec<(Fix, Patched)>,
    failures: Vec<Failure>,
}

impl Catalogue {
    /// Reads and applies every patch of `exercise`.
    pub fn read(exercise: &Exercise) -> anyhow::Result<Self> {
        let mut catalogue = Self { fixes: Vec::new(), failures: Vec::new() };
        let is_decoy = exercise.metadata.is_decoy();
        for (kind, least) in if is_decoy { LEAST_OF_DECOY } else { LEAST } {
            let folder = format!("{}/fixes/{kind}", exercise.crate_folder());
            let path = exercise.path(&folder);
            let mut files = if path.is_dir() { files_below(&path)? } else { Vec::new() };
            files.retain(|file| Path::new(file).extension().is_some_and(|end| end == "patch"));
            if files.len() < least {
                let wrong = format!(
                    "Found {}; at least {least} are required.",
                    units::plural(files.len() as u64, "patch")
                );
                let next = format!("Add {kind} fixes that a learner might try.");
                catalogue.failures.push(Failure::new(&folder, wrong, next));
            }
            for file in files {
                let place = format!("{folder}/{file}");
                let text = exercise.read(&place)?;
                let fix = Fix::parse(&place, &text, &exercise.name, kind == "wrong")
                    .and_then(|fix| if is_decoy { fix.require_behaviour() } else { Ok(fix) });
                match fix.and_then(|fix| Ok((fix.apply(exercise)?, fix))) {
                    Ok((patched, fix)) => catalogue.fixes.push((fix, patched)),
                    Err(failure) => catalogue.failures.push(failure),
                }
            }
        }
        Ok(catalogue)
    }

    /// Checks only files: every patch has an explanation and applies.
    pub fn check_form(self) -> CheckOutcome {
        CheckOutcome::new(self.failures, format!("{} patches apply; not run", self.fixes.len()))
    }

    /// Checks everything: builds every fix and runs its trials.
    pub fn check(
        self,
        exercise: &Exercise,
        test_bed: &TestBed<'_>,
    ) -> anyhow::Result<CheckOutcome> {
        let Self { fixes, mut failures } = self;
        if fixes.is_empty() {
            return Ok(CheckOutcome::new(failures, "no fixes"));
        }
        let built = test_bed.build.packages.get(&exercise.package(Version::Exercise));
        let Some(Built { test: Ok(_), warnings }) = built else {
            let reason = format!(
                "{} does not build, so its fixes cannot be built.",
                exercise.folder(Version::Exercise)
            );
            return Ok(if failures.is_empty() {
                CheckOutcome::CouldNotRun(reason)
            } else {
                CheckOutcome::Failed(failures)
            });
        };
        let folder = test_bed.target.join("verify").join(&exercise.name);
        scratch::write(exercise, &fixes, &folder)?;
        let packages: Vec<String> = fixes.iter().map(|(fix, _)| fix.package.clone()).collect();
        let stage = format!("Trying the fixes of {}", exercise.name);
        let build = test_bed.build_scratch(&stage, &folder, &packages)?;
        let mut tried = Vec::new();
        for (fix, _) in &fixes {
            match select_trials(fix, &build, warnings.is_empty()) {
                Ok((test, trials)) => tried.push((fix, test, trials)),
                Err(failure) => failures.push(failure),
            }
        }
        let chosen: Vec<_> = tried.iter().map(|(_, test, trials)| (*test, &trials[..])).collect();
        for ((fix, ..), trials) in
            tried.iter().zip(test_bed.measure(&stage, SoakSettings::default(), &chosen)?)
        {
            failures.extend(claim::check(fix, exercise, &trials));
        }
        let right = fixes.iter().filter(|(fix, _)| fix.claim == Claim::Right).count();
        let wrong = fixes.len() - right;
        Ok(CheckOutcome::new(
            failures,
            format!("{wrong} wrong fixes are rejected, {right} right fixes pass"),
        ))
    }
}

/// The memory test of `fix`, and the trials that decide about it. If the exercise itself compiles with
/// warnings (`is_quiet` is false), those of its fixes do not count.
fn select_trials<'a>(
    fix: &Fix,
    build: &'a Build,
    is_quiet: bool,
) -> Result<(&'a Path, Vec<String>), Failure> {
    let fail = |wrong: String, next: &str| Failure::new(&fix.place, wrong, next);
    let unbuilt = "With the patch applied, it was not built.".to_owned();
    let Built { test, warnings } =
        build.packages.get(&fix.package).ok_or_else(|| fail(unbuilt, "See cargo's messages."))?;
    let test = test.as_ref().map_err(|reason| {
        let wrong =
            format!("With the patch applied, it does not compile:\n{}", reason.message.trim_end());
        fail(wrong, "A fix must compile: correct the patch.")
    })?;
    if let (Some(warning), true) = (warnings.first(), is_quiet) {
        let wrong =
            format!("With the patch applied, it compiles with a warning:\n{}", warning.trim_end());
        return Err(fail(wrong, "A fix must compile without warnings: correct the patch."));
    }
    let names = measure::trials(test, "")
        .map_err(|error| fail(format!("{error:#}."), "Make its memory test list its trials."))?;
    let trials = match &fix.claim {
        Claim::Right => names,
        Claim::RejectedBy(trial) if names.contains(trial) => vec![trial.clone()],
        Claim::RejectedBy(trial) => {
            let wrong = format!("It names the trial {trial}, which does not exist.");
            return Err(fail(wrong, &format!("Name one of {}.", names.join(", "))));
        }
    };
    Ok((test, trials))
}
