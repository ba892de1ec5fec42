//! Checks: the behaviours of the exercise pass and it leaks what it declares; the solution passes every
//! trial.

use std::collections::BTreeMap;

use exercise_harness::event::TrialOutcome;
use exercise_harness::exercise::Leak;
use exercise_harness::isolated::{Ending, TrialRun};
use exercise_harness::trial::TrialKind;
use exercise_harness::{explain, units};
use leak_meter::{Report, Verdict};

use super::culprit;
use super::holder;
use super::measured_leak;
use super::outcome::{CheckOutcome, Failure};
use crate::measure::MEMORY;
use crate::workspace::{Exercise, Version};

/// The trials of one version by name, each with how it ended.
pub type Trials = BTreeMap<String, TrialRun>;

/// Checks that every behaviour passes, the declared resources grow, and every bound is exceeded.
pub fn check_exercise(exercise: &Exercise, leak: &Leak, trials: &Trials) -> CheckOutcome {
    let mut failures = missing(&exercise.folder(Version::Exercise), trials);
    for (name, ended) in trials {
        let place = format!("{}, trial {name}", exercise.folder(Version::Exercise));
        let outcome = match &ended.ending {
            Ending::Completed(outcome) => Some(outcome),
            _ => None,
        };
        match (TrialKind::from_name(name), outcome) {
            (Some(TrialKind::Growth), Some(TrialOutcome::Soaked { report })) => {
                failures.extend(check_leak(exercise, leak, &place, report));
            }
            (Some(TrialKind::Bound), Some(TrialOutcome::Bounded { bound })) => {
                failures.extend(bound.is_kept().then(|| {
                    let wrong = "The bound is not exceeded, so the trial passes although the service leaks.";
                    Failure::new(&place, wrong, "Measure after more work, or set a lower limit.")
                }));
            }
            (Some(TrialKind::Phases), Some(TrialOutcome::Phased { phases })) => {
                failures.extend(phases.is_kept().then(|| {
                    let wrong = "No phase exceeds its limit, although the service leaks.";
                    Failure::new(&place, wrong, "Make the phases longer, or set a lower limit.")
                }));
            }
            (Some(TrialKind::Behaviour), _) => {
                failures.extend(explain::verdict(ended, &exercise.metadata).err().map(|wrong| {
                    let next = "A behaviour must pass on both versions: correct the service or the \
                                behaviour.";
                    Failure::new(&place, wrong, next)
                }));
            }
            (Some(TrialKind::Growth | TrialKind::Bound | TrialKind::Phases), _) => {
                let wrong = explain::verdict(ended, &exercise.metadata).err();
                let next = "A memory trial may fail only because of what it measures: fix it.";
                failures.push(Failure::new(&place, wrong.unwrap_or_default(), next));
            }
            (None, _) => {
                let wrong = "Its name does not tell its kind.";
                failures.push(Failure::new(
                    &place,
                    wrong,
                    "Begin it with behaviour:: or memory::.",
                ));
            }
        }
    }
    let memory = trials.keys().filter(|name| name.starts_with(MEMORY)).count();
    let behaviours = trials.len() - memory;
    let seen = format!(
        "{}, {} as expected, first by {}",
        units::plural_verb(behaviours as u64, "behaviour", "pass"),
        units::plural_verb(memory as u64, "memory trial", "fail"),
        leak.function
    );
    CheckOutcome::new(failures, seen)
}

/// Checks that the declared resources grow at the declared rates, and where and why.
fn check_leak(exercise: &Exercise, leak: &Leak, place: &str, report: &Report) -> Vec<Failure> {
    let mut failures = Vec::new();
    if report.verdict != Verdict::Growing {
        let wrong = format!("The verdict is {}, not Growing.", report.verdict);
        failures.push(Failure::new(
            place,
            wrong,
            "Make the exercise leak in proportion to its work.",
        ));
    }
    for resource in &leak.resources {
        let (name, file) = (resource.name(), exercise.metadata_file());
        let wrong = match report.growth_of(*resource) {
            Some(growth) if growth.verdict == Verdict::Growing => continue,
            Some(growth) => format!(
                "{file} declares that {name} grow, but their verdict is {}: {}.",
                growth.verdict, growth.reason
            ),
            None => format!("{file} declares that {name} grow, but they are not measured."),
        };
        let next = "Correct [leak].resources, or make the exercise leak them.";
        failures.push(Failure::new(place, wrong, next));
    }
    let rates: BTreeMap<_, _> = report
        .growing()
        .filter_map(|growth| Some((growth.resource, growth.per_operation?)))
        .collect();
    let differing = measured_leak::differing_rates(&leak.per_operation, &rates);
    failures.extend(differing.into_iter().map(|(resource, declared, rate)| {
        let (file, name) = (exercise.metadata_file(), resource.name());
        let rate = rate.map_or("none".to_owned(), units::number);
        let declared = units::number(*declared);
        let wrong =
            format!("{file} declares {declared} {name} per operation, but {rate} were measured.");
        let next =
            format!("Find out why; if it is right: cargo xtask author accept {}", exercise.name);
        Failure::new(place, wrong, next)
    }));
    failures.extend(culprit::check(exercise, leak, place, &report.sites));
    failures.extend(holder::check(exercise, leak, place, report.holders.as_ref()));
    failures.extend(culprit::check_also(exercise, leak, place, &report.sites));
    failures
}

/// Checks that every trial passes.
pub fn check_solution(exercise: &Exercise, trials: &Trials) -> CheckOutcome {
    let mut failures = missing(&exercise.folder(Version::Solution), trials);
    failures.extend(failing(exercise, &exercise.folder(Version::Solution), trials).map(
        |(place, wrong)| {
            Failure::new(
                place,
                wrong,
                "The solution must pass every trial: correct it or the trial.",
            )
        },
    ));
    let seen =
        format!("{}, and nothing grows", units::plural_verb(trials.len() as u64, "trial", "pass"));
    CheckOutcome::new(failures, seen)
}

/// The failing trials of `version`, each with its sentence.
pub fn failing<'a>(
    exercise: &'a Exercise,
    version: &'a str,
    trials: &'a Trials,
) -> impl Iterator<Item = (String, String)> + 'a {
    trials.iter().filter_map(move |(name, ended)| {
        let wrong = explain::verdict(ended, &exercise.metadata).err()?;
        Some((format!("{version}, trial {name}"), wrong))
    })
}

/// The required kinds of trial that a version lacks.
pub fn missing(version: &str, trials: &Trials) -> Vec<Failure> {
    let kinds = [(TrialKind::Behaviour, "behaviour"), (TrialKind::Growth, "growth")];
    let lacks = kinds
        .into_iter()
        .filter(|(kind, _)| !trials.keys().any(|name| TrialKind::from_name(name) == Some(*kind)));
    lacks
        .map(|(_, name)| {
            let wrong = format!("Its memory test has no {name} trial.");
            Failure::new(version, wrong, format!("Add one to the suite with `.{name}(...)`."))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use exercise_harness::exercise::ExerciseKind;
    use exercise_harness::isolated::LeftBehind;
    use exercise_harness::{Phase, Phases};

    use super::*;
    use crate::workspace::tests::toy_cache;

    /// The failures of an exercise whose operations leave this many bytes behind in each phase.
    fn failures(left: u64) -> Vec<String> {
        let exercise = toy_cache();
        let phase = |operations: u64| Phase {
            name: "traffic".to_owned(),
            operations,
            nanoseconds: 1,
            bytes_before: 0,
            bytes_after: operations * left,
        };
        let phases = Phases { phases: vec![phase(5), phase(10)], limit_per_operation: 100.0 };
        let ending = Ending::Completed(TrialOutcome::Phased { phases });
        let ended = TrialRun {
            ending,
            rounds: Vec::new(),
            output: String::new(),
            left_behind: LeftBehind::default(),
        };
        let trials = Trials::from([("memory::phases".to_owned(), ended)]);
        let ExerciseKind::Leak { leak, .. } = &exercise.metadata.kind else {
            panic!("the toy leaks")
        };
        let CheckOutcome::Failed(failures) = check_exercise(&exercise, leak, &trials) else {
            panic!("proven without behaviours and growth")
        };
        failures.into_iter().map(|failure| failure.wrong).collect()
    }

    #[test]
    fn the_phases_of_an_exercise_must_exceed_their_limit() {
        let wrong = "No phase exceeds its limit, although the service leaks.".to_owned();
        assert!(failures(100).contains(&wrong));
        assert!(!failures(101).contains(&wrong));
    }
}
