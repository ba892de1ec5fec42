//! The limits and the initial load of a measured process: the bug report's story, scaled down to
//! minutes on a laptop.

use std::time::Duration;

use exercise_harness::explain::{LIMIT_BYTES, START_BYTES};
use exercise_harness::plan::Planned;
use exercise_harness::units;
use leak_meter::{Report, Resource, Round, Verdict};

use crate::message::{Cap, Curve};
use crate::survey::Surveyed;

/// The approximate time, in seconds, that a leak takes to reach its cap at the initial load, and that
/// other growth takes to level off.
pub const TO_CAP: f64 = 75.0;
/// The share of a processor that the initial load may use.
const SHARE: f64 = 0.12;
/// The maximum live bytes of any process.
const MOST_BYTES: f64 = 100e6;
/// The memory scale if nothing grows.
const SCALE: f64 = 100.0;
/// The open files at which a process is killed, which is below the lowest limit of any system.
const FILES: u64 = 200;

/// The choices for an exercise, based on a measurement of its shipped version.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    /// The limits at which a process is killed.
    pub cap: Cap,
    /// The initial load, in operations per second.
    pub per_second: f64,
    /// The resource of the large curve.
    pub main: Curve,
}

/// The sentence for a process that has reached its cap after this many operations; `None` for any other.
pub fn reached(
    cap: &Cap,
    last: &Round,
    operations: u64,
    requests_per_second: f64,
) -> Option<String> {
    let (limit, scale) = if last.live_bytes >= cap.bytes {
        (units::bytes(cap.bytes as f64), cap.bytes_scale)
    } else if last.open_files.is_some_and(|files| files >= cap.files) {
        (format!("{} open files", cap.files), cap.files_scale)
    } else {
        return None;
    };
    let seconds = operations as f64 * scale / requests_per_second;
    let time = units::span(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    let rate = units::rate(requests_per_second).replace("operation", "request");
    Some(format!(
        "killed at {limit} after {} operations; the server would last {time} at {}",
        units::count(operations),
        rate.replace(" per second", "/s"),
    ))
}

/// The operations left until the process and the server reach their limits, at these growths per
/// operation of the resources that climb. `None` if neither bytes nor files climb, or if the cap is
/// further away than a thousand times the operations so far.
pub fn left(
    cap: &Cap,
    last: &Round,
    operations: u64,
    climbing: [Option<f64>; 4],
) -> Option<(f64, f64)> {
    let [bytes, _, files, _] = climbing;
    let room = |limit: u64, held: u64| limit.saturating_sub(held) as f64;
    let bytes = bytes.map(|growth| (room(cap.bytes, last.live_bytes) / growth, cap.bytes_scale));
    let files = files.zip(last.open_files);
    let files = files.map(|(growth, held)| (room(cap.files, held) / growth, cap.files_scale));
    let (own, scale) = [bytes, files].into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let near = own <= 1000.0 * (operations.max(1) as f64);
    near.then_some((own, own * scale))
}

/// Chooses the cap and the load. Without a measurement, both are cautious.
pub fn choose(exercise: &Planned, surveyed: Option<&Surveyed>) -> Chosen {
    let report = surveyed.map(|surveyed| &surveyed.report);
    let growing = |resource| {
        let growth = report?.growth_of(resource)?;
        growth.per_operation.filter(|_| growth.verdict == Verdict::Growing)
    };
    let start = surveyed.and_then(|surveyed| surveyed.start.as_ref());
    let files_at_start = start.and_then(|round| round.open_files).unwrap_or(0);
    let files_room = FILES.saturating_sub(files_at_start).max(1) as f64;
    let main = main(&exercise.resources);

    let mut per_second = exercise.operations_per_round as f64 / 2.0;
    if let Some(operations) = exercise.levels_off_after {
        per_second = per_second.min(round(operations as f64 / TO_CAP));
    }
    if let Some(seconds) = report.and_then(seconds_per_operation) {
        per_second = per_second.min(SHARE / seconds);
    }
    if let Some(files) = growing(Resource::OpenFiles) {
        per_second = per_second.min(files_room / files / TO_CAP);
    }
    let per_second = round_down(per_second);

    let server_room = LIMIT_BYTES - START_BYTES;
    // If open files end the server, its memory is far from the limit by then.
    let at_start = start.map_or(0, |round| round.live_bytes);
    let highest = report.and_then(|report| report.rounds.iter().map(|one| one.live_bytes).max());
    let scale = highest.and_then(|level| level_scale(exercise, at_start, level)).or_else(|| {
        let bytes = growing(Resource::LiveBytes).filter(|_| main != Curve::Files)?;
        Some(round(server_room / (bytes * per_second * TO_CAP)))
    });
    let scale = scale.unwrap_or(SCALE).max(server_room / MOST_BYTES);
    let cap = Cap {
        bytes: at_start + units::whole(server_room / scale),
        bytes_scale: scale,
        files: FILES,
        files_scale: exercise.open_files_limit as f64 / files_room,
    };
    Chosen { cap, per_second, main }
}

/// How many times more memory a decoy's server gains until it levels off than the process, which rises from
/// `at_start` bytes to `level`. `None` for a leak, and if live bytes do not show the level.
fn level_scale(exercise: &Planned, at_start: u64, level: u64) -> Option<f64> {
    let server = exercise.server_level_bytes? as f64 - START_BYTES;
    let own = level.checked_sub(at_start).filter(|own| *own > 0)?;
    exercise.resources.contains(&Resource::LiveBytes).then_some(server / own as f64)
}

/// The first of the declared resources that has a curve.
fn main(resources: &[Resource]) -> Curve {
    let curve = |resource: &Resource| match resource {
        Resource::OpenFiles | Resource::Sockets => Some(Curve::Files),
        Resource::LiveBlocks | Resource::LiveBytes => Some(Curve::Bytes),
        _ => None,
    };
    resources.iter().find_map(curve).unwrap_or(Curve::Bytes)
}

/// The time per operation, without settling.
fn seconds_per_operation(report: &Report) -> Option<f64> {
    let nanoseconds: u64 = report.rounds.iter().map(|round| round.nanoseconds).sum();
    let operations = report.operations();
    (operations > 0 && nanoseconds > 0).then(|| nanoseconds as f64 / 1e9 / operations as f64)
}

/// Rounds down to 1, 2 or 5 times a power of ten.
fn round_down(value: f64) -> f64 {
    if !value.is_finite() || value <= 0.0 {
        return 1.0;
    }
    let ten = 10_f64.powf(value.log10().floor());
    let step = [5.0, 2.0].into_iter().find(|step| value / ten >= *step);
    step.unwrap_or(1.0) * ten
}

/// Rounds to the nearest of 1, 2 and 5 times a power of ten, by ratio.
fn round(value: f64) -> f64 {
    let lower = round_down(value);
    let upper = round_down(lower * 2.6);
    if value / lower <= upper / value { lower } else { upper }
}

#[cfg(test)]
mod tests {
    use exercise_harness::Exercise;

    use super::*;

    #[test]
    fn numbers_are_rounded_to_1_2_or_5() {
        for (value, plain) in [(1.0, 1.0), (4.9, 2.0), (5.0, 5.0), (99.0, 50.0), (0.34, 0.2)] {
            assert!((round_down(value) - plain).abs() < 1e-9, "{value}: {}", round_down(value));
        }
        for (value, plain) in [(1.0, 1.0), (1.6, 2.0), (3.0, 2.0), (39.0, 50.0), (8.0, 10.0)] {
            assert!((round(value) - plain).abs() < 1e-9, "{value}: {}", round(value));
        }
        assert!((round_down(f64::NAN) - 1.0).abs() < 1e-9);
        assert!((round_down(0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_decoy_levels_off_after_about_a_minute() {
        let text = include_str!("../../task-search/exercise.toml");
        let decoy = Planned::new("task-search", &Exercise::parse(text).unwrap());
        let seconds = decoy.levels_off_after.unwrap() as f64 / choose(&decoy, None).per_second;
        assert!((45.0..120.0).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_decoy_levels_off_where_the_server_of_its_bug_report_does() {
        let text = include_str!("../../task-search/exercise.toml");
        let decoy = Planned::new("task-search", &Exercise::parse(text).unwrap());
        let scale = level_scale(&decoy, 34_000, 304_000).unwrap();
        let server = START_BYTES + 270_000.0 * scale;
        assert!((server - 506e6).abs() < 1.0, "{server} bytes");
        assert_eq!(level_scale(&decoy, 34_000, 34_000), None);
        let text = include_str!("../../retained-imports/exercise.toml");
        let resident = Planned::new("retained-imports", &Exercise::parse(text).unwrap());
        assert_eq!(level_scale(&resident, 34_000, 34_100), None);
    }

    #[test]
    fn the_first_resource_with_a_curve_is_the_large_one() {
        use Resource::{LiveBlocks, OpenFiles, Tasks, TemporaryFiles};
        assert_eq!(main(&[TemporaryFiles, OpenFiles, LiveBlocks]), Curve::Files);
        assert_eq!(main(&[Tasks, LiveBlocks]), Curve::Bytes);
        assert_eq!(main(&[Tasks]), Curve::Bytes);
    }

    #[test]
    fn without_a_measurement_the_cap_suits_a_laptop() {
        let text = include_str!("../../rc-cycles/exercise.toml");
        let chosen = choose(&Planned::new("rc-cycles", &Exercise::parse(text).unwrap()), None);
        assert!(chosen.cap.bytes <= 100_000_000);
        assert!(chosen.cap.files < 256);
        assert!(chosen.per_second > 0.0);
    }
}
