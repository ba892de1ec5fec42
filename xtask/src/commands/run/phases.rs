//! Part of `run`: memory while the load changes, for an exercise that has a trial of it.

use std::collections::BTreeMap;

use exercise_harness::alone::Ending;
use exercise_harness::context::SoakSettings;
use exercise_harness::event::TrialOutcome;
use exercise_harness::judge;
use leak_meter::Resource;

use crate::cargo::Built;
use crate::document::ExerciseResult;
use crate::measure::{self, PHASES};
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version};

/// Measures `versions` of `entry` in phases and shows what was found; nothing without such a trial.
/// The growth of `result` gives the bug report's rows.
///
/// # Errors
/// A trial that cannot be started, or an output that cannot be written.
pub fn show(
    entry: &Entry,
    versions: &[Version],
    built: &BTreeMap<String, Built>,
    result: &ExerciseResult,
    progress: &Progress,
) -> anyhow::Result<()> {
    let (mut jobs, mut of_jobs) = (Vec::new(), Vec::new());
    for version in versions {
        let package = built.get(&version.package(&entry.name));
        let Some(Ok(test)) = package.map(|built| &built.test) else { continue };
        let phases = measure::jobs(test, PHASES, SoakSettings::default())?;
        of_jobs.extend(phases.iter().map(|_| *version));
        jobs.extend(phases);
    }
    if jobs.is_empty() {
        return Ok(());
    }
    progress.stage("Measuring while the load changes");
    let measured = measure::run(&jobs, |_, _| Ok(()))?;
    progress.end();
    let mut found = Vec::new();
    for (version, measured) in of_jobs.into_iter().zip(measured) {
        if let Ending::Told(TrialOutcome::Phased { phases }) = measured.ended.ending {
            found.push((version, phases));
        } else {
            let why = judge::verdict_of(&measured.ended, &entry.metadata).err();
            show::phases::not_measured(version, &why.unwrap_or_default())?;
        }
    }
    let growth = result.version(Version::Exercise).and_then(|version| {
        let found = version.growing(&[Resource::LiveBytes]).into_iter().next();
        found.filter(|growth| growth.resource == Resource::LiveBytes)?.per_operation
    });
    show::phases::print(&found, growth, result.requests_per_second)
}
