//! Checks: the exercise behaves and leaks what it declares; the solution passes every trial.

use std::collections::BTreeMap;

use exercise_harness::event::TrialOutcome;
use exercise_harness::exercise::Leak;
use exercise_harness::isolated::{Ending, TrialRun};
use exercise_harness::trial::TrialKind;
use exercise_harness::{explain, units};
use leak_meter::{Report, Verdict};

use super::culprit;
use super::holder;
use super::observed;
use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;

/// The trials of one version by their names, each with how it ended.
pub type Trials = BTreeMap<String, TrialRun>;

/// Every behaviour passes, what is declared grows, and no bound is kept.
pub fn check_exercise(pattern: &Pattern, leak: &Leak, trials: &Trials) -> Outcome {
    let mut failures = missing(&pattern.exercise(), trials);
    for (name, ended) in trials {
        let place = format!("{}, trial {name}", pattern.exercise());
        let told = match &ended.ending {
            Ending::Completed(outcome) => Some(outcome),
            _ => None,
        };
        match (TrialKind::from_name(name), told) {
            (Some(TrialKind::Growth), Some(TrialOutcome::Soaked { report })) => {
                failures.extend(check_leak(pattern, leak, &place, report));
            }
            (Some(TrialKind::Bound), Some(TrialOutcome::Bounded { bound })) => {
                failures.extend(bound.is_kept().then(|| {
                    let wrong = "The bound is kept, so the trial passes while the service leaks.";
                    Failure::new(&place, wrong, "Measure after more work, or set a lower limit.")
                }));
            }
            (Some(TrialKind::Phases), Some(TrialOutcome::Phased { phases })) => {
                failures.extend(phases.is_kept().then(|| {
                    let wrong = "No phase leaves more than it may, while the service leaks.";
                    Failure::new(&place, wrong, "Make longer phases, or set a lower limit.")
                }));
            }
            (Some(TrialKind::Behaviour), _) => {
                failures.extend(explain::verdict(ended, &pattern.metadata).err().map(|wrong| {
                    let next = "A behaviour passes on both versions: correct the service or the \
                                behaviour.";
                    Failure::new(&place, wrong, next)
                }));
            }
            (Some(TrialKind::Growth | TrialKind::Bound | TrialKind::Phases), _) => {
                let wrong = explain::verdict(ended, &pattern.metadata).err();
                let next = "A memory trial fails by what it measures, not otherwise: mend it.";
                failures.push(Failure::new(&place, wrong.unwrap_or_default(), next));
            }
            (None, _) => {
                let wrong = "Its name is of no kind.";
                failures.push(Failure::new(
                    &place,
                    wrong,
                    "Begin it with behaviour:: or memory::.",
                ));
            }
        }
    }
    let memory = trials.keys().filter(|name| name.starts_with("memory::")).count();
    let behaviours = trials.len() - memory;
    let seen = format!(
        "{behaviours} behaviours pass, {memory} memory trials fail as they should, first by {}",
        leak.function
    );
    Outcome::of(failures, seen)
}

/// The declared resources of a soak must all grow, and the first growing line be the declared one.
fn check_leak(pattern: &Pattern, leak: &Leak, place: &str, report: &Report) -> Vec<Failure> {
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
        let (name, file) = (resource.name(), pattern.metadata_file());
        let wrong = match report.growth_of(*resource) {
            Some(growth) if growth.verdict == Verdict::Growing => continue,
            Some(growth) => format!(
                "{file} declares that {name} grow, and their verdict is {}: {}.",
                growth.verdict, growth.reason
            ),
            None => format!("{file} declares that {name} grow, and they are not measured."),
        };
        let next = "Correct [leak].resources, or make the exercise leak them.";
        failures.push(Failure::new(place, wrong, next));
    }
    let rates: BTreeMap<_, _> = report
        .growing()
        .filter_map(|growth| Some((growth.resource, growth.per_operation?)))
        .collect();
    let differing = observed::differing_rates(&leak.per_operation, &rates);
    failures.extend(differing.into_iter().map(|(resource, declared, rate)| {
        let (file, name) = (pattern.metadata_file(), resource.name());
        let rate = rate.map_or("none".to_owned(), units::number);
        let declared = units::number(*declared);
        let wrong =
            format!("{file} declares {declared} {name} per operation; {rate} are observed.");
        let next =
            format!("Look at why; if it is right: cargo xtask verify {} --accept", pattern.name);
        Failure::new(place, wrong, next)
    }));
    failures.extend(culprit::check(pattern, leak, place, &report.sites));
    failures.extend(holder::check(pattern, leak, place, report.holders.as_ref()));
    failures.extend(culprit::check_also(pattern, leak, place, &report.sites));
    failures
}

/// Every trial passes.
pub fn check_solution(pattern: &Pattern, trials: &Trials) -> Outcome {
    let mut failures = missing(&pattern.solution(), trials);
    failures.extend(failing(pattern, &pattern.solution(), trials).map(|(place, wrong)| {
        Failure::new(place, wrong, "The solution passes every trial: correct it, or the trial.")
    }));
    let seen = format!("{} trials pass, and nothing grows", trials.len());
    Outcome::of(failures, seen)
}

/// The trials of `version` that fail: where, and what they say.
pub fn failing<'a>(
    pattern: &'a Pattern,
    version: &'a str,
    trials: &'a Trials,
) -> impl Iterator<Item = (String, String)> + 'a {
    trials.iter().filter_map(move |(name, ended)| {
        let wrong = explain::verdict(ended, &pattern.metadata).err()?;
        Some((format!("{version}, trial {name}"), wrong))
    })
}

/// The kinds of trial that a version lacks: without them the others prove nothing.
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
    use std::path::PathBuf;

    use exercise_harness::exercise::ExerciseKind;
    use exercise_harness::{Exercise, Phase, Phases};

    use super::*;

    /// What is said of an exercise whose operations leave this many bytes behind in each phase.
    fn said_of_phases(left: u64) -> Vec<String> {
        let metadata = include_str!("../../../tests/verify_tree/crates/toy-cache/exercise.toml");
        let metadata = Exercise::parse(metadata).unwrap();
        let pattern = Pattern { root: PathBuf::new(), name: "toy-cache".to_owned(), metadata };
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
            left_running: Vec::new(),
        };
        let trials = Trials::from([("memory::phases".to_owned(), ended)]);
        let ExerciseKind::Leak { leak, .. } = &pattern.metadata.kind else {
            panic!("the toy leaks")
        };
        let Outcome::Failed(failures) = check_exercise(&pattern, leak, &trials) else {
            panic!("it has neither behaviours nor growth, and is proven")
        };
        failures.into_iter().map(|failure| failure.wrong).collect()
    }

    #[test]
    fn the_phases_of_an_exercise_leave_too_much() {
        let wrong = "No phase leaves more than it may, while the service leaks.".to_owned();
        assert!(said_of_phases(100).contains(&wrong));
        assert!(!said_of_phases(101).contains(&wrong));
    }
}
