//! The check of a decoy's version: its trials pass, it rises and levels off where the metadata says,
//! and a run that is too short has the declared verdict.

use crate::workspace::Exercise;
use exercise_harness::SoakSettings;
use exercise_harness::exercise::Decoy;
use exercise_harness::isolated::TrialRun;
use exercise_harness::{explain, units};
use leak_meter::{Report, Resource};

use super::outcome::{CheckOutcome, Failure};
use super::trials::{self, Trials};
use crate::measure::GROWTH;

/// The settings of the run that is too short.
pub fn too_short(decoy: &Decoy) -> SoakSettings {
    SoakSettings {
        rounds: Some(decoy.too_short.rounds),
        operations: decoy.too_short.operations_per_round,
        ..SoakSettings::default()
    }
}

/// The declared resources that this system shows. Resident memory rises without live bytes only where the
/// allocator keeps an arena for each thread, as that of the GNU C library does.
pub(super) fn shown_here(decoy: &Decoy) -> impl Iterator<Item = Resource> {
    let has_arenas = cfg!(all(target_os = "linux", target_env = "gnu"));
    decoy.resources.iter().copied().filter(move |resource| has_arenas || is_judged(*resource))
}

/// Whether a soak has a verdict on a resource. It shows resident memory without one.
fn is_judged(resource: Resource) -> bool {
    resource != Resource::ResidentBytes
}

/// Checks that every trial of `version` passes, that the declared resources level off as declared, and
/// that `short`, a growth trial that is too short, has the declared verdict.
pub fn check(
    exercise: &Exercise,
    decoy: &Decoy,
    version: &str,
    trials: &Trials,
    short: Option<&TrialRun>,
) -> CheckOutcome {
    let mut failures = trials::missing(version, trials);
    failures.extend(trials::failing(exercise, version, trials).map(|(place, wrong)| {
        let next = "A decoy passes every trial: correct the service or the trial.";
        Failure::new(place, wrong, next)
    }));
    let place = format!("{version}, trial {GROWTH}");
    let long = trials.get(GROWTH).and_then(TrialRun::report);
    failures
        .extend(long.into_iter().flat_map(|report| check_level(exercise, decoy, &place, report)));
    let short = short.map(|ended| (ended, ended.report()));
    match short {
        Some((_, Some(report))) => {
            failures.extend(verdict_of_short(exercise, decoy, &place, report));
        }
        Some((ended, None)) => {
            let wrong = explain::verdict(ended, &exercise.metadata).err().unwrap_or_default();
            let next = "A growth trial is a soak that completes: fix it.";
            failures.push(Failure::new(&place, format!("In a short run: {wrong}"), next));
        }
        // It has no growth trial, which is reported above.
        None => {}
    }
    let rounds = long.map_or(0, |report| report.rounds.len());
    let seen = format!(
        "{}, steady in {} and level after {} operations; {}: {}",
        units::plural_verb(trials.len() as u64, "trial", "pass"),
        units::plural(rounds as u64, "round"),
        units::count(decoy.levels_off_after),
        in_short_run(exercise, decoy),
        decoy.too_short.verdict
    );
    CheckOutcome::new(failures, seen)
}

/// Each declared resource rises and levels off, the last of them after the declared operations.
fn check_level(exercise: &Exercise, decoy: &Decoy, place: &str, report: &Report) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut last = 0;
    for resource in shown_here(decoy) {
        let name = resource.name();
        let next =
            "A decoy rises for a while and then levels off: change it so, or correct [decoy].";
        let wrong = match explain::level_round(report, resource) {
            None => format!("{name} are not measured."),
            Some(1) => format!("{name} do not rise: they are level from the first round on."),
            Some(round) if round == report.rounds.len() => {
                format!("{name} rise until the end of the run, after {round} rounds.")
            }
            Some(round) => {
                last = last.max(round);
                continue;
            }
        };
        failures.push(Failure::new(place, wrong, next));
    }
    let operations = |rounds| explain::operations_until(report, rounds);
    let (before, after) = (operations(last.saturating_sub(1)), operations(last));
    let declared = decoy.levels_off_after;
    let is_shown = shown_here(decoy).next().is_some();
    if is_shown && failures.is_empty() && !(before < declared && declared <= after) {
        let wrong = format!(
            "{} declares that it levels off after {} operations; it does so between {} and {}.",
            exercise.metadata_file(),
            units::count(declared),
            units::count(before),
            units::count(after)
        );
        failures.push(Failure::new(place, wrong, "Correct [decoy].levels_off_after."));
    }
    failures
}

/// The verdict of a short run, overall and for each declared resource, is the declared one.
fn verdict_of_short(
    exercise: &Exercise,
    decoy: &Decoy,
    place: &str,
    report: &Report,
) -> Vec<Failure> {
    let declared = decoy.too_short.verdict;
    let judged = shown_here(decoy).filter(|resource| is_judged(*resource));
    let by_resource = judged.map(|resource| {
        let growth = report.growth_of(resource);
        (resource.name(), growth.map(|growth| growth.verdict))
    });
    let found = std::iter::once(("overall", Some(report.verdict))).chain(by_resource);
    let wrong = found.filter(|(_, verdict)| *verdict != Some(declared));
    wrong
        .map(|(what, verdict)| {
            let verdict =
                verdict.map_or_else(|| "not measured".to_owned(), |verdict| verdict.to_string());
            let run = in_short_run(exercise, decoy);
            let wrong = format!("{what}, {run}: {verdict}, but {declared} is declared.");
            Failure::new(place, wrong, "Correct [decoy.too_short], or the workload.")
        })
        .collect()
}

fn in_short_run(exercise: &Exercise, decoy: &Decoy) -> String {
    let operations =
        decoy.too_short.operations_per_round.unwrap_or(exercise.metadata.operations_per_round);
    format!("in {} rounds of {} operations", decoy.too_short.rounds, units::count(operations))
}
