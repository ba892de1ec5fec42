//! The latest result: the verdict, the growth now and last time, the growing lines, other failures.

use exercise_harness::explain::{self, Section};
use exercise_harness::units;
use leak_meter::{Growth, Resource, Verdict};

use super::linked;
use crate::document::VersionResult;
use crate::failure;
use crate::last_result::{ExerciseState, LastResult};
use crate::measure::{BEHAVIOURS, GROWTH, Measured};
use crate::show::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::show::rows::amount;
use crate::show::trials::seconds;
use crate::show::window;
use crate::status::Stage;
use crate::text::wrapped;
use crate::watch::state::{Details, Tested, WatchState};
use crate::workspace::Version;

/// The latest result, compared with the previous one.
pub fn lines(state: &WatchState, width: usize) -> Vec<String> {
    let Some(Tested { result, warnings, details }) = &state.now else {
        return vec!["Not tested yet ...".to_owned()];
    };
    let mut lines = Vec::new();
    if state.is_outdated {
        lines.push(paint(OPEN, "Before your last save:"));
    }
    match details {
        Details::DidNotBuild(message) => {
            lines.push(paint(BAD, "BROKEN: it does not build. The compiler's message:"));
            lines.extend(message.lines().map(str::to_owned));
        }
        Details::Window(measured) => {
            let behaviours =
                measured.iter().filter(|measured| measured.trial.starts_with(BEHAVIOURS));
            let all = behaviours.clone().count();
            let failed = behaviours.filter(|measured| sentence(state, measured).is_some()).count();
            let style = if failed == 0 { QUIET } else { BAD };
            let passed = format!("{} of {all} behaviours pass", all - failed);
            lines.push(format!("{}: {}", paint(OPEN, "NOT JUDGED"), paint(style, &passed)));
            let growth = state.growth();
            if let Some(growth) = growth.filter(|growth| !growth.rounds().is_empty()) {
                lines.extend(window::lines(&state.exercise, &growth, width));
            }
            let broken = measured.iter().filter(|measured| measured.ended.report().is_none());
            lines.extend(failures(state, &broken.cloned().collect::<Vec<_>>(), width));
            let question =
                "Is it a leak, or growth that ends by itself? Read the task, then press v.";
            lines.extend(wrapped(question, width));
        }
        Details::Measured(measured) => {
            lines.push(verdict(result, state, measured));
            lines.extend(failing(state, measured).iter().flat_map(|text| wrapped(text, width)));
            let reservation = state.reservation.iter().flat_map(|text| wrapped(text, width));
            lines.extend(reservation.map(|line| paint(OPEN, &line)));
            let measured_growth = state.growth();
            let growth = measured_growth.as_ref().map_or(&[][..], VersionResult::growth);
            lines.extend(changes(state.before.as_ref(), result, growth));
            lines.extend(state.beside.iter().map(|(version, result)| beside(*version, result)));
            lines.extend(holder_lines(measured, width));
            lines.extend(growing_lines(measured, width));
            lines.extend(failures(state, measured, width));
            if !warnings.is_empty() {
                lines.push(paint(OPEN, "The compiler warns:"));
                let all = warnings.iter().flat_map(|warning| warning.trim().lines());
                lines.extend(all.map(str::to_owned));
            }
            if result.state == ExerciseState::Fixed {
                let readme =
                    format!("{}/README.md", Version::Solution.folder(&state.exercise.name));
                let compare =
                    format!("Compare with ours: d, or {}", linked(&state.exercise.root, &readme));
                let next =
                    state.next.as_ref().map(|next| format!("Next exercise: {next}, press n"));
                lines.extend([compare, next.unwrap_or("No exercise is left.".to_owned())]);
            }
        }
    }
    lines
}

fn verdict(result: &LastResult, state: &WatchState, measured: &[Measured]) -> String {
    let failed = measured.iter().filter(|measured| sentence(state, measured).is_some()).count();
    let (all, passed) = (measured.len(), measured.len() - failed);
    let (style, word) = match result.state {
        ExerciseState::Fixed if state.status.stage == Stage::Judged => (GOOD, "JUDGED, no leak"),
        ExerciseState::Fixed if state.status.stage == Stage::Misjudged => {
            (OPEN, "NO LEAK (answer again: v)")
        }
        ExerciseState::Fixed => (GOOD, "FIXED"),
        ExerciseState::Leaking => (BAD, "LEAKING"),
        ExerciseState::OverBound => (BAD, "OVER A BOUND"),
        ExerciseState::Broken => (BAD, "BROKEN"),
        ExerciseState::Open => (OPEN, "NOT PROVEN YET"),
    };
    let took = state.took.map(|took| format!(" ({} after the {})", seconds(took.time), took.since));
    let took = took.unwrap_or_default();
    format!("{}: {passed} of {all} trials pass{took}", paint(style, word))
}

/// The names of the failing trials, if there are any.
fn failing(state: &WatchState, measured: &[Measured]) -> Option<String> {
    let failing = measured.iter().filter(|measured| sentence(state, measured).is_some());
    let names: Vec<&str> = failing.map(|measured| measured.trial.as_str()).collect();
    (!names.is_empty()).then(|| format!("Failing: {}", names.join(", ")))
}

/// The growth of each resource per operation, last time and now.
///
/// `measured` has every resource, also those that no longer grow.
fn changes(before: Option<&LastResult>, now: &LastResult, measured: &[Growth]) -> Vec<String> {
    let rate = |result: &LastResult, resource: Resource| {
        let found = result.growth.iter().find(|(grown, _)| *grown == resource);
        // A slightly negative slope is noise.
        found.map(|(_, value)| value.max(0.0))
    };
    let nothing = Vec::new();
    let earlier = before.map_or(&nothing, |before| &before.growth);
    let mut resources: Vec<Resource> = now.growth.iter().map(|(resource, _)| *resource).collect();
    for (resource, _) in earlier {
        if !resources.contains(resource) {
            resources.push(*resource);
        }
    }
    let line = |resource: Resource| {
        let was = before.and_then(|before| rate(before, resource));
        let measured = measured.iter().find(|growth| growth.resource == resource);
        let measured = measured.and_then(|growth| growth.per_operation).map(|rate| rate.max(0.0));
        match (was, rate(now, resource).or(measured)) {
            (Some(was), Some(now)) => format!(
                "  was {} per operation, now {}",
                units::quantity(resource, was),
                amount(resource, now)
            ),
            (None, Some(now)) => format!("  {} per operation", units::quantity(resource, now)),
            (Some(was), None) => {
                format!("  was {} per operation, now not measured", units::quantity(resource, was))
            }
            (None, None) => String::new(),
        }
    };
    resources.into_iter().map(line).filter(|line| !line.is_empty()).collect()
}

/// The result of another version.
fn beside(version: Version, result: &LastResult) -> String {
    let rates = result.growth.iter().map(|(resource, value)| units::quantity(*resource, *value));
    let rates = rates.collect::<Vec<_>>().join(", ");
    let noun = version.noun();
    if rates.is_empty() {
        format!("  {noun}: {}", result.state)
    } else {
        format!("  {noun}: {rates} per operation")
    }
}

/// What holds the growing memory, in three lines.
fn holder_lines(measured: &[Measured], width: usize) -> Vec<String> {
    let growth = measured.iter().find(|measured| measured.trial == GROWTH);
    let report = growth.and_then(|measured| measured.ended.report());
    let report = report.filter(|report| report.verdict == Verdict::Growing);
    let found = explain::first_holder(report.and_then(|report| report.holders.as_ref()));
    if found.is_empty() {
        return Vec::new();
    }
    let found = found.iter().map(|line| format!("  {line}"));
    let lines = std::iter::once("Who holds it (all of it: w):".to_owned()).chain(found);
    lines.flat_map(|line| wrapped(&line, width)).collect()
}

/// The growing lines, with their growth.
fn growing_lines(measured: &[Measured], width: usize) -> Vec<String> {
    let growth = measured.iter().find(|measured| measured.trial == GROWTH);
    let report = growth.and_then(|measured| measured.ended.report());
    let places = report.and_then(|report| explain::places(&report.sites, Verdict::Growing));
    places.into_iter().flat_map(Section::all).flat_map(|line| wrapped(&line, width)).collect()
}

/// Every other failing trial, with its sentence.
fn failures(state: &WatchState, measured: &[Measured], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for measured in measured {
        let Some(sentence) = sentence(state, measured) else { continue };
        let report = measured.ended.report();
        // The growing lines are listed above.
        if measured.trial == GROWTH && report.is_some_and(|r| r.verdict == Verdict::Growing) {
            continue;
        }
        lines.push(format!("{} {}", paint(BAD, "FAIL"), measured.trial));
        lines.extend(
            wrapped(&sentence, width.saturating_sub(5)).iter().map(|line| format!("     {line}")),
        );
    }
    let behaviours = measured.iter().filter(|measured| measured.trial.starts_with(BEHAVIOURS));
    let broken = behaviours.filter(|measured| sentence(state, measured).is_some()).count();
    if broken > 0 {
        let more = "Its README lists what must not change.";
        lines.push(paint(QUIET, more));
    }
    lines
}

fn sentence(state: &WatchState, measured: &Measured) -> Option<String> {
    failure::sentence(&state.exercise, &measured.ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measured_resource_is_compared_with_last_time() {
        let result = |growth: &[(Resource, f64)]| LastResult {
            content: String::new(),
            state: ExerciseState::Leaking,
            growth: growth.to_vec(),
            place: None,
        };
        let before = result(&[(Resource::LiveBlocks, 1.8), (Resource::OpenFiles, 0.4)]);
        let now = result(&[(Resource::LiveBlocks, 0.5)]);
        assert_eq!(
            changes(Some(&before), &now, &[]),
            [
                "  was 1.80 live blocks per operation, now 0.50",
                "  was 0.40 open files per operation, now not measured"
            ]
        );
        // A resource that no longer grows was measured all the same.
        let steady: Growth = serde_json::from_value(serde_json::json!({
            "resource": "open_files", "verdict": "steady", "reason": {"kind": "flat", "rounds": 40},
            "per_operation": 0.0, "low": 0.0, "high": 0.0, "detection_limit": 0.001,
        }))
        .unwrap();
        assert_eq!(
            changes(Some(&before), &now, &[steady])[1],
            "  was 0.40 open files per operation, now 0"
        );
        assert_eq!(changes(None, &now, &[]), ["  0.50 live blocks per operation"]);
    }
}
