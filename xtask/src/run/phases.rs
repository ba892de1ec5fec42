//! Measures memory while the load changes, for an exercise that has such a trial.

use std::collections::BTreeMap;

use exercise_harness::SoakSettings;
use exercise_harness::event::TrialOutcome;
use exercise_harness::explain;
use exercise_harness::isolated::Ending;

use crate::build;
use crate::cargo::Built;
use crate::document::ExerciseResult;
use crate::measure::{self, PHASES};
use crate::progress::Progress;
use crate::workspace::Exercise;

/// Measures the phases of each version in `result`, a result of `exercise`, and adds them to it. Does
/// nothing if there is no such trial.
pub fn measure(
    exercise: &Exercise,
    built: &BTreeMap<String, Built>,
    result: &mut ExerciseResult,
    progress: &Progress,
) -> anyhow::Result<()> {
    let (mut jobs, mut version_of_job) = (Vec::new(), Vec::new());
    for (index, version) in result.versions.iter().enumerate() {
        let Ok(test) = build::test(built, exercise, version.version) else { continue };
        let phases = measure::jobs(test, PHASES, SoakSettings::default())?;
        version_of_job.extend(phases.iter().map(|_| index));
        jobs.extend(phases);
    }
    if jobs.is_empty() {
        return Ok(());
    }
    progress.stage("Measuring while the load changes");
    let measured = measure::run(&jobs, |_, _| Ok(()))?;
    progress.end();
    for (index, measured) in version_of_job.into_iter().zip(measured) {
        let version = &mut result.versions[index];
        if let Ending::Completed(TrialOutcome::Phased { phases }) = measured.ended.ending {
            version.phases = Some(phases);
        } else {
            let why = explain::verdict(&measured.ended, &exercise.metadata).err();
            version.phases_message = Some(why.unwrap_or_default());
        }
    }
    Ok(())
}
