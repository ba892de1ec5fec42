//! Check of a decoy's version: it behaves, it rises and levels off where the metadata says, and a
//! run that is too short says what the metadata says.

use exercise_harness::exercise::Decoy;
use exercise_harness::isolated::TrialRun;
use exercise_harness::{SoakSettings, explain, units};
use leak_meter::{Report, Resource};

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;
use super::trials::{self, Trials};
use crate::measure::GROWTH;

/// By so much, as a share, a level may still move.
const LEVEL: f64 = 0.01;

/// How the run that is too short is to be run.
pub fn too_short(decoy: &Decoy) -> SoakSettings {
    SoakSettings {
        rounds: Some(decoy.too_short.rounds),
        operations: decoy.too_short.operations_per_round,
        ..SoakSettings::default()
    }
}

/// Every trial of `version` passes, what is declared levels off as it is declared, and `short`, the
/// growth trial of a run that is too short, ends with its declared verdict.
pub fn check(
    pattern: &Pattern,
    decoy: &Decoy,
    version: &str,
    trials: &Trials,
    short: Option<&TrialRun>,
) -> Outcome {
    let mut failures = trials::missing(version, trials);
    failures.extend(trials::failing(pattern, version, trials).map(|(place, wrong)| {
        let next = "A decoy passes every trial as it is: correct the service, or the trial.";
        Failure::new(place, wrong, next)
    }));
    let place = format!("{version}, trial {GROWTH}");
    let long = trials.get(GROWTH).and_then(TrialRun::report);
    failures.extend(long.into_iter().flat_map(|report| level(pattern, decoy, &place, report)));
    let short = short.map(|ended| (ended, ended.report()));
    match short {
        Some((_, Some(report))) => {
            failures.extend(verdict_of_short(pattern, decoy, &place, report));
        }
        Some((ended, None)) => {
            let wrong = explain::verdict(ended, &pattern.metadata).err().unwrap_or_default();
            let next = "A growth trial is a soak that comes to its end: mend it.";
            failures.push(Failure::new(&place, format!("In a short run: {wrong}"), next));
        }
        // Then it has no growth trial, which is said already.
        None => {}
    }
    let rounds = long.map_or(0, |report| report.rounds.len());
    let seen = format!(
        "{} trials pass, steady in {rounds} rounds and level after {} operations; {}: {}",
        trials.len(),
        units::count(decoy.levels_off_after),
        in_short_run(pattern, decoy),
        decoy.too_short.verdict
    );
    Outcome::of(failures, seen)
}

/// Each declared resource rises and then no more, the last of them after the declared operations.
fn level(pattern: &Pattern, decoy: &Decoy, place: &str, report: &Report) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut last = 0;
    for resource in &decoy.resources {
        let name = resource.name();
        let next = "A decoy rises for a while and is then level: let it, or correct [decoy].";
        let wrong = match level_of(report, *resource) {
            None => format!("{name} are not measured."),
            Some(1) => format!("{name} do not rise: they are level from the first round on."),
            Some(round) if round == report.rounds.len() => {
                format!("{name} rise to the end of the run, which is {round} rounds long.")
            }
            Some(round) => {
                last = last.max(round);
                continue;
            }
        };
        failures.push(Failure::new(place, wrong, next));
    }
    let operations = |rounds: usize| -> u64 {
        report.rounds.iter().take(rounds).map(|round| round.operations).sum()
    };
    let (before, after) = (operations(last.saturating_sub(1)), operations(last));
    let declared = decoy.levels_off_after;
    if failures.is_empty() && !(before < declared && declared <= after) {
        let wrong = format!(
            "{} says that it levels off after {} operations; it does between {} and {}.",
            pattern.metadata_file(),
            units::count(declared),
            units::count(before),
            units::count(after)
        );
        failures.push(Failure::new(place, wrong, "Correct [decoy].levels_off_after."));
    }
    failures
}

/// The round, counted from 1, in which `resource` reached the level that it did not leave again
/// upwards. `None` if it is not measured.
fn level_of(report: &Report, resource: Resource) -> Option<usize> {
    let readings: Option<Vec<u64>> =
        report.rounds.iter().map(|round| round.reading(resource)).collect();
    let readings = readings?;
    let highest = *readings.iter().max()? as f64;
    readings.iter().position(|reading| *reading as f64 * (1.0 + LEVEL) >= highest).map(|at| at + 1)
}

/// A short run's verdict, in all and of each declared resource, is the declared one.
fn verdict_of_short(
    pattern: &Pattern,
    decoy: &Decoy,
    place: &str,
    report: &Report,
) -> Vec<Failure> {
    let declared = decoy.too_short.verdict;
    let of_resources = decoy.resources.iter().map(|resource| {
        let growth = report.growth_of(*resource);
        (resource.name(), growth.map(|growth| growth.verdict))
    });
    let found = std::iter::once(("in all", Some(report.verdict))).chain(of_resources);
    let wrong = found.filter(|(_, verdict)| *verdict != Some(declared));
    wrong
        .map(|(what, verdict)| {
            let verdict =
                verdict.map_or_else(|| "not measured".to_owned(), |verdict| verdict.to_string());
            let run = in_short_run(pattern, decoy);
            let wrong = format!("{what}, {run}: {verdict}, and declared is {declared}.");
            Failure::new(place, wrong, "Correct [decoy.too_short], or the workload.")
        })
        .collect()
}

fn in_short_run(pattern: &Pattern, decoy: &Decoy) -> String {
    let operations =
        decoy.too_short.operations_per_round.unwrap_or(pattern.metadata.operations_per_round);
    format!("in {} rounds of {} operations", decoy.too_short.rounds, units::count(operations))
}
