//! The rows of the comparison: figures as text, with one column per version.

use std::collections::BTreeMap;
use std::time::Duration;

use exercise_harness::{explain, units};
use leak_meter::verdict::Reason;
use leak_meter::{Growth, Resource, Round, Verdict};

use super::curve::{Scale, curve};
use super::palette;
use crate::document::{ExerciseResult, VersionResult};
use crate::workspace::Exercise;

/// The label of the row with the verdicts.
pub const VERDICT: &str = "verdict";
/// The label of the row with the curves of live bytes.
pub const DRAWN: &str = "live bytes, drawn";
/// The width of a curve, if there is room.
const CURVE: usize = 24;
/// The width of the labels and the gap behind them.
const LABELS: usize = 21;
/// Replaces a figure that is not available.
const NONE: &str = "not available";
/// The resources whose first and last readings are shown, in this order, and whether even if every
/// reading is 0.
const SHOWN: [(Resource, bool); 8] = [
    (Resource::LiveBlocks, true),
    (Resource::LiveBytes, true),
    (Resource::OpenFiles, true),
    (Resource::Sockets, false),
    (Resource::TemporaryFiles, true),
    (Resource::Threads, true),
    (Resource::Tasks, false),
    (Resource::ResidentBytes, true),
];

type Row = Vec<String>;

/// Every row, in display order, for a table of at most `width` characters.
pub fn all(exercise: &Exercise, result: &ExerciseResult, width: usize) -> Vec<Row> {
    let versions = &result.versions;
    let row = |label: &str, cell: &dyn Fn(&VersionResult) -> String| {
        std::iter::once(label.to_owned()).chain(versions.iter().map(cell)).collect::<Row>()
    };
    let mut rows = vec![
        row(VERDICT, &palette::word),
        row("rounds", &|version| units::count(version.rounds().len() as u64)),
        row("operations", &|version| units::count(operations(version))),
        row("allocations", &total(|round| round.allocations)),
        row("deallocations", &total(|round| round.deallocations)),
        row("reallocations", &total(|round| round.reallocations)),
    ];
    let shown = SHOWN.iter().filter(|(resource, always)| *always || has_any(versions, *resource));
    rows.extend(
        shown.map(|(resource, _)| row(resource.name(), &|version| readings(version, *resource))),
    );
    let all_rounds = versions.iter().flat_map(VersionResult::rounds);
    let scale = Scale::new(all_rounds.map(|round| round.live_bytes));
    // A curve must not be broken.
    let share = width.saturating_sub(LABELS) / versions.len().max(1);
    let curve_width = CURVE.min(share.saturating_sub(3)).max(8);
    rows.push(row(DRAWN, &|version| {
        let values: Vec<u64> = version.rounds().iter().map(|round| round.live_bytes).collect();
        if values.is_empty() { NONE.to_owned() } else { curve(&values, scale, curve_width) }
    }));
    rows.push(row("growth per op.", &|_| String::new()));
    let judged = judged(exercise, versions);
    rows.extend(judged.iter().map(|resource| {
        row(&format!("  {}", resource.name()), &|version| growth(version, *resource))
    }));
    rows.push(row("detection limit", &|_| String::new()));
    rows.extend(judged.iter().map(|resource| {
        row(&format!("  {}", resource.name()), &|version| detection_limit(version, *resource))
    }));
    rows.push(row("out of memory in", &out_of_memory));
    rows
}

/// The labels and figures that one version has without a verdict.
pub fn readings_of(version: &VersionResult) -> Vec<[String; 2]> {
    let row = |label: &str, cell: String| [label.to_owned(), cell];
    let mut rows = vec![
        row("allocations", total(|round| round.allocations)(version)),
        row("deallocations", total(|round| round.deallocations)(version)),
        row("reallocations", total(|round| round.reallocations)(version)),
    ];
    let versions = std::slice::from_ref(version);
    let shown = SHOWN.iter().filter(|(resource, always)| *always || has_any(versions, *resource));
    rows.extend(shown.map(|(resource, _)| row(resource.name(), readings(version, *resource))));
    rows
}

/// A function that shows the sum of a figure over all rounds, and its mean per operation.
fn total(figure: fn(&Round) -> u64) -> impl Fn(&VersionResult) -> String {
    move |version| match version.rounds() {
        [] => NONE.to_owned(),
        rounds => {
            let sum: u64 = rounds.iter().map(figure).sum();
            let each = units::number(sum as f64 / operations(version).max(1) as f64);
            format!("{} ({each} per op.)", units::count(sum))
        }
    }
}

/// The notes below the rows: the legend, and why some figures are missing. `drawn` is true if the row
/// [`DRAWN`] is among them.
pub fn notes(result: &ExerciseResult, drawn: bool) -> Vec<String> {
    let mut notes = vec![format!(
        "\"op.\" means operation, \"a -> b\" the readings after the first and the last round.{} \
         Growth is shown with its 95 % interval. Out of memory means from {} to {}, at {}.",
        if drawn { " The curves share one scale." } else { "" },
        units::bytes(explain::START_BYTES),
        units::bytes(explain::LIMIT_BYTES),
        units::rate(result.requests_per_second)
    )];
    let unavailable: BTreeMap<&Resource, &String> = result
        .versions
        .iter()
        .filter_map(|version| version.report.as_ref())
        .flat_map(|report| &report.unavailable)
        .collect();
    notes.extend(
        unavailable.iter().map(|(what, why)| format!("Not available: {} ({why}).", what.name())),
    );
    notes
}

/// The resources whose growth is shown: live memory, the declared ones, and those that are not steady
/// in some version.
fn judged(exercise: &Exercise, versions: &[VersionResult]) -> Vec<Resource> {
    let always = [Resource::LiveBlocks, Resource::LiveBytes];
    let unsteady = |resource: &Resource| {
        let all = versions.iter().flat_map(VersionResult::growth);
        all.filter(|growth| growth.resource == *resource)
            .any(|growth| growth.verdict != Verdict::Steady)
    };
    let declared = exercise.metadata.resources();
    let is_shown = |resource: &Resource| {
        always.contains(resource) || declared.contains(resource) || unsteady(resource)
    };
    Resource::ALL.iter().copied().filter(is_shown).collect()
}

/// Whether any reading of any version is above 0.
fn has_any(versions: &[VersionResult], resource: Resource) -> bool {
    let mut rounds = versions.iter().flat_map(VersionResult::rounds);
    rounds.any(|round| round.reading(resource).is_some_and(|reading| reading > 0))
}

fn operations(version: &VersionResult) -> u64 {
    version.rounds().iter().map(|round| round.operations).sum()
}

fn readings(version: &VersionResult, resource: Resource) -> String {
    let ends = version.rounds().first().zip(version.rounds().last());
    let ends = ends.and_then(|(first, last)| first.reading(resource).zip(last.reading(resource)));
    ends.map_or_else(
        || NONE.to_owned(),
        |(first, last)| {
            let [first, last] = [first, last].map(|value| units::reading(resource, value));
            if first == last { last } else { format!("{first} -> {last}") }
        },
    )
}

fn growth_of(version: &VersionResult, resource: Resource) -> Option<&Growth> {
    version.growth().iter().find(|growth| growth.resource == resource)
}

fn growth(version: &VersionResult, resource: Resource) -> String {
    let Some(growth) = growth_of(version, resource) else { return NONE.to_owned() };
    let (Some(rate), Some(low), Some(high)) = (growth.per_operation, growth.low, growth.high)
    else {
        return match growth.reason {
            Reason::TooFewRounds { .. } => "too few rounds",
            _ => "undecided",
        }
        .to_owned();
    };
    let [rate, low, high] = [rate, low, high].map(|value| amount(resource, value));
    if low == high { rate } else { format!("{rate} ({low} to {high})") }
}

/// Only a steady resource has a detection limit.
fn detection_limit(version: &VersionResult, resource: Resource) -> String {
    let limit = growth_of(version, resource).and_then(|growth| growth.detection_limit);
    limit.map_or_else(|| NONE.to_owned(), |limit| units::per_operation(resource, limit))
}

fn out_of_memory(version: &VersionResult) -> String {
    match version.seconds_to_out_of_memory.map(Duration::try_from_secs_f64) {
        Some(time) => units::span(time.unwrap_or(Duration::MAX)),
        None if version.verdict().is_none() => NONE.to_owned(),
        None => match growth_of(version, Resource::LiveBytes).map(|growth| growth.verdict) {
            Some(Verdict::Steady) => "never: it is steady".to_owned(),
            _ => "live bytes are undecided".to_owned(),
        },
    }
}

/// An amount per operation, without the resource's name.
pub fn amount(resource: Resource, value: f64) -> String {
    if resource.is_bytes() { units::bytes(value) } else { units::number(value) }
}
