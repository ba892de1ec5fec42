//! Check: every wrong fix of the catalogue is rejected by the trial that it names, and every right
//! one passes all trials.
//!
//! # Layout
//! - [`patch`]: a fix as it stands in its file, and what it makes of the exercise.
//! - [`scratch`]: the workspace in which all fixes of one exercise are built.
//! - [`claim`]: whether the trials bear out what is claimed of a fix.

mod claim;
pub mod patch;
mod scratch;

use std::path::Path;

use exercise_harness::SoakSettings;
use exercise_harness::exercise::ExerciseKind;

use self::patch::{Claim, Fix, Patched};
use crate::cargo::{Build, Built};
use crate::measure;
use crate::workspace::Version;

use super::bench::Bench;
use super::outcome::{Failure, Outcome};
use super::pattern::{Pattern, files_below};

/// The least number of wrong fixes, and of right ones, of an exercise that leaks.
const LEAST: [(&str, usize); 2] = [("wrong", 4), ("right", 2)];
/// The same of a decoy, where there is nothing to fix: its wrong fixes are those that tempt.
const LEAST_OF_DECOY: [(&str, usize); 2] = [("wrong", 2), ("right", 0)];

/// The catalogue of one exercise: what can be applied, and what is wrong with the rest.
#[derive(Debug)]
pub struct Catalogue {
    fixes: Vec<(Fix, Patched)>,
    failures: Vec<Failure>,
}

impl Catalogue {
    /// Reads and applies every patch of `pattern`.
    pub fn read(pattern: &Pattern) -> anyhow::Result<Self> {
        let mut catalogue = Self { fixes: Vec::new(), failures: Vec::new() };
        let is_decoy = matches!(pattern.metadata.kind, ExerciseKind::Decoy(_));
        for (kind, least) in if is_decoy { LEAST_OF_DECOY } else { LEAST } {
            let folder = format!("{}/fixes/{kind}", pattern.home());
            let path = pattern.at(&folder);
            let mut files = if path.is_dir() { files_below(&path)? } else { Vec::new() };
            files.retain(|file| Path::new(file).extension().is_some_and(|end| end == "patch"));
            if files.len() < least {
                let wrong =
                    format!("There are {} patches, and {least} are the least.", files.len());
                let next = format!("Add {kind} fixes that a learner may think of.");
                catalogue.failures.push(Failure::new(&folder, wrong, next));
            }
            for file in files {
                let place = format!("{folder}/{file}");
                let text = pattern.read(&place)?;
                let fix = Fix::parse(&place, &text, &pattern.name, kind == "wrong")
                    .and_then(|fix| if is_decoy { fix.rejected_by_a_behaviour() } else { Ok(fix) });
                match fix.and_then(|fix| Ok((fix.apply(pattern)?, fix))) {
                    Ok((patched, fix)) => catalogue.fixes.push((fix, patched)),
                    Err(failure) => catalogue.failures.push(failure),
                }
            }
        }
        Ok(catalogue)
    }

    /// The check as far as files go: every patch has its words and applies.
    pub fn check_form(self) -> Outcome {
        Outcome::of(self.failures, format!("{} patches apply; not run", self.fixes.len()))
    }

    /// The whole check: builds every fix and runs its trials.
    pub fn check(self, pattern: &Pattern, bench: &Bench<'_>) -> anyhow::Result<Outcome> {
        let Self { fixes, mut failures } = self;
        if fixes.is_empty() {
            return Ok(Outcome::of(failures, "no fixes"));
        }
        let exercise = bench.build.packages.get(&Version::Exercise.package(&pattern.name));
        let Some(Built { test: Ok(_), warnings }) = exercise else {
            let reason = format!("{} does not build, so no fix of it does.", pattern.exercise());
            return Ok(if failures.is_empty() {
                Outcome::CouldNotRun(reason)
            } else {
                Outcome::Failed(failures)
            });
        };
        let folder = bench.target.join("verify").join(&pattern.name);
        scratch::lay(pattern, &fixes, &folder)?;
        let packages: Vec<String> = fixes.iter().map(|(fix, _)| fix.package.clone()).collect();
        let stage = format!("Trying the fixes of {}", pattern.name);
        let build = bench.build_beside(&stage, &folder, &packages)?;
        let mut tried = Vec::new();
        for (fix, _) in &fixes {
            match choose(fix, &build, warnings.is_empty()) {
                Ok((test, trials)) => tried.push((fix, test, trials)),
                Err(failure) => failures.push(failure),
            }
        }
        let chosen: Vec<_> = tried.iter().map(|(_, test, trials)| (*test, &trials[..])).collect();
        for ((fix, ..), trials) in
            tried.iter().zip(bench.measure(&stage, SoakSettings::default(), &chosen)?)
        {
            failures.extend(claim::check(fix, pattern, &trials));
        }
        let right = fixes.iter().filter(|(fix, _)| fix.claim == Claim::Right).count();
        let wrong = fixes.len() - right;
        Ok(Outcome::of(failures, format!("{wrong} wrong ones rejected, {right} right ones pass")))
    }
}

/// The memory test of `fix`, and the trials that it is to be judged by. Where the exercise itself
/// compiles with a warning (`is_quiet` is false), its fixes are not blamed for theirs.
fn choose<'a>(
    fix: &Fix,
    build: &'a Build,
    is_quiet: bool,
) -> Result<(&'a Path, Vec<String>), Failure> {
    let fail = |wrong: String, next: &str| Failure::new(&fix.place, wrong, next);
    let unbuilt = "Applied, it is not built.".to_owned();
    let Built { test, warnings } = build
        .packages
        .get(&fix.package)
        .ok_or_else(|| fail(unbuilt, "Look at what cargo says."))?;
    let test = test.as_ref().map_err(|reason| {
        let wrong = format!("Applied, it does not compile:\n{}", reason.message.trim_end());
        fail(wrong, "A fix compiles: correct the patch.")
    })?;
    if let (Some(warning), true) = (warnings.first(), is_quiet) {
        let wrong = format!("Applied, it compiles with a warning:\n{}", warning.trim_end());
        return Err(fail(wrong, "A fix compiles without one: correct the patch."));
    }
    let names = measure::trials(test, "")
        .map_err(|error| fail(format!("{error:#}."), "Make its memory test list its trials."))?;
    let trials = match &fix.claim {
        Claim::Right => names,
        Claim::RejectedBy(trial) if names.contains(trial) => vec![trial.clone()],
        Claim::RejectedBy(trial) => {
            let wrong = format!("It names the trial {trial}, and there is none.");
            return Err(fail(wrong, &format!("Name one of {}.", names.join(", "))));
        }
    };
    Ok((test, trials))
}
