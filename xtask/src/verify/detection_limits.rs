//! The rarest leak that an exercise's trials detect: the exercise's own leak, if it occurred in one of N
//! operations only.
//!
//! N is calculated from measurements of both versions. A soak detects growth above the detection limit of the
//! solution's readings, where one operation of the exercise leaks one piece. A bound detects a leak that fills
//! the room between the solution's measurement and the limit. Phases detect a leak above the limit per operation.

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{Ending, TrialRun};
use exercise_harness::{Phase, SoakSettings};
use leak_meter::internals::Series;
use leak_meter::{Report, Resource};

use super::test_bed::TestBed;
use crate::measure::{self, MEMORY};
use crate::workspace::{Exercise, Version};

/// The rarest leak that one trial detects.
#[derive(Debug, Clone, PartialEq)]
pub struct Detected {
    /// The trial.
    pub trial: String,
    /// The number N of operations of which one leaks.
    pub one_in: f64,
    /// The resource that shows it.
    pub resource: Resource,
}

/// The rarest leak that each memory trial of `exercise` detects, the rarest of all first. There is none for a
/// trial that both versions pass, such as a decoy's.
pub fn measure(exercise: &Exercise, test_bed: &TestBed<'_>) -> anyhow::Result<Vec<Detected>> {
    let mut tests = Vec::new();
    for version in [Version::Exercise, Version::Solution] {
        let built = test_bed.build.packages.get(&exercise.package(version));
        let Some(Ok(test)) = built.map(|built| &built.test) else {
            anyhow::bail!("{} does not build.", exercise.folder(version));
        };
        tests.push((test.as_path(), measure::trials(test, MEMORY)?));
    }
    let chosen: Vec<_> = tests.iter().map(|(test, trials)| (*test, trials.as_slice())).collect();
    let stage = format!("Measuring {}", exercise.name);
    let measured = test_bed.measure(&stage, SoakSettings::default(), &chosen)?;
    let [leaking, steady] = measured.as_slice() else { return Ok(Vec::new()) };
    let of_trial = |(trial, leaking): (&String, &TrialRun)| {
        let (one_in, resource) = detected(leaking, steady.get(trial)?)?;
        Some(Detected { trial: trial.clone(), one_in, resource })
    };
    let mut found: Vec<Detected> = leaking.iter().filter_map(of_trial).collect();
    found.sort_by(|a, b| b.one_in.total_cmp(&a.one_in));
    Ok(found)
}

/// The rarest leak that a trial detects, from its runs with the exercise's leak and without it.
fn detected(leaking: &TrialRun, steady: &TrialRun) -> Option<(f64, Resource)> {
    let (Ending::Completed(leaking), Ending::Completed(steady)) = (&leaking.ending, &steady.ending)
    else {
        return None;
    };
    match (leaking, steady) {
        (TrialOutcome::Soaked { report: leaking }, TrialOutcome::Soaked { report: steady }) => {
            by_soak(leaking, steady)
        }
        (TrialOutcome::Bounded { bound: leaking }, TrialOutcome::Bounded { bound: steady }) => {
            let more = leaking.measured.checked_sub(steady.measured)? as f64;
            // One more than the room that is left.
            let room = steady.limit.checked_sub(steady.measured)? as f64 + 1.0;
            Some((more / room, leaking.resource))
        }
        (TrialOutcome::Phased { phases: leaking }, TrialOutcome::Phased { phases: steady }) => {
            // Every phase must exceed the limit.
            let of_phase = |(leaking, steady): (&Phase, &Phase)| {
                Some((leaking.per_operation()?, steady.per_operation()?))
            };
            let both = leaking.phases.iter().zip(&steady.phases).filter_map(of_phase);
            let limit = leaking.limit_per_operation;
            let one_in = both.map(|(leaking, steady)| (leaking - steady) / (limit - steady));
            let least = one_in.min_by(f64::total_cmp)?;
            Some((least, Resource::LiveBytes))
        }
        _ => None,
    }
    .filter(|(one_in, _)| one_in.is_finite() && *one_in >= 1.0)
}

/// The rarest leak that a soak detects, and the resource that shows it.
fn by_soak(leaking: &Report, steady: &Report) -> Option<(f64, Resource)> {
    let of_resource = |resource: Resource| {
        let rate = leaking.growth_of(resource)?.per_operation?;
        let readings = steady.rounds.iter().map(|round| round.reading(resource));
        let series = Series::new(&readings.collect::<Option<Vec<u64>>>()?);
        // What one operation leaks is allocated at once, and there is no less than one unit.
        let piece = rate.max(1.0);
        let limit = series.detection_limit(piece)?;
        let operations = steady.rounds.first()?.operations as f64;
        Some((rate * operations / limit, resource))
    };
    let growing = leaking.growing().map(|growth| growth.resource);
    // Bytes also grow in the spare room of containers, for which their limit allows.
    let counted = growing.filter(|resource| !resource.is_bytes());
    counted.filter_map(of_resource).max_by(|(a, _), (b, _)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use exercise_harness::Bound;
    use exercise_harness::isolated::LeftBehind;

    use super::*;

    fn bounded(measured: u64) -> TrialRun {
        let bound =
            Bound { resource: Resource::OpenFiles, measured, limit: 14, after: String::new() };
        let ending = Ending::Completed(TrialOutcome::Bounded { bound });
        run_with(ending)
    }

    fn run_with(ending: Ending) -> TrialRun {
        TrialRun {
            ending,
            rounds: Vec::new(),
            output: String::new(),
            left_behind: LeftBehind::default(),
        }
    }

    #[test]
    fn a_bound_detects_a_leak_that_fills_its_room() {
        // 100 more, of which one in 10 or less fits into the room from 5 to 14.
        let found = detected(&bounded(105), &bounded(5)).unwrap();
        assert_eq!(found, (10.0, Resource::OpenFiles));
        assert_eq!(detected(&bounded(5), &bounded(5)), None);
    }
}
