//! Part of `run`: memory while the load changes, for an exercise that has a trial of it.

use std::collections::BTreeMap;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::{SoakSettings, explain};
use leak_meter::Resource;

use crate::cargo::Built;
use crate::document::ExerciseResult;
use crate::measure::{self, PHASES};
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version};

/// Measures the versions of `result`, which are of `entry`, in phases, and adds what was found to it;
/// nothing without such a trial.
///
/// # Errors
/// A trial that cannot be started.
pub fn measure(
    entry: &Entry,
    built: &BTreeMap<String, Built>,
    result: &mut ExerciseResult,
    progress: &Progress,
) -> anyhow::Result<()> {
    let (mut jobs, mut of_jobs) = (Vec::new(), Vec::new());
    for (at, version) in result.versions.iter().enumerate() {
        let package = built.get(&version.version.package(&entry.name));
        let Some(Ok(test)) = package.map(|built| &built.test) else { continue };
        let phases = measure::jobs(test, PHASES, SoakSettings::default())?;
        of_jobs.extend(phases.iter().map(|_| at));
        jobs.extend(phases);
    }
    if jobs.is_empty() {
        return Ok(());
    }
    progress.stage("Measuring while the load changes");
    let measured = measure::run(&jobs, |_, _| Ok(()))?;
    progress.end();
    for (at, measured) in of_jobs.into_iter().zip(measured) {
        let version = &mut result.versions[at];
        if let Ending::Completed(TrialOutcome::Phased { phases }) = measured.ended.ending {
            version.phases = Some(phases);
        } else {
            let why = explain::verdict(&measured.ended, &entry.metadata).err();
            version.phases_message = Some(why.unwrap_or_default());
        }
    }
    Ok(())
}

/// Shows the phases of `result`, if it has any. Its growth gives the bug report's rows.
///
/// # Errors
/// An output that cannot be written.
pub fn show(result: &ExerciseResult) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for version in &result.versions {
        if let Some(why) = &version.phases_message {
            show::phases::not_measured(version.version, why)?;
        }
        found.extend(version.phases.as_ref().map(|phases| (version.version, phases)));
    }
    if found.is_empty() {
        return Ok(());
    }
    let growth = result.version(Version::Exercise).and_then(|version| {
        let found = version.growing(&[Resource::LiveBytes]).into_iter().next();
        found.filter(|growth| growth.resource == Resource::LiveBytes)?.per_operation
    });
    show::phases::print(&found, growth, result.requests_per_second)
}
