//! The JSON document, parsed by separate structs, so that a change of its format fails here.

use std::collections::BTreeMap;

use crate::support::toy::{ABORTING, BROKEN, EXITING, GROWING, PANICKING, Toy};
use exercise_harness::Phases;
use leak_meter::report::OpenFiles;
use leak_meter::{Growth, Holders, Resource, Round, Verdict};
use serde::Deserialize;

/// Keeps a block for each operation, and another one within a declared bound; has a gauge.
const LINES: &str = "
    context.soak().gauge(\"guests\", || 7).bound_site(\"keep_within_bounds\", 1 << 30).run(|operation| {
        toy::keep(operation.number());
        toy::keep_within_bounds(operation.number());
    })";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    exercises: Vec<ExerciseResult>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseResult {
    exercise: String,
    is_judged: bool,
    requests_per_second: f64,
    versions: Vec<VersionResult>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionResult {
    version: String,
    outcome: String,
    message: Option<String>,
    report: Option<Report>,
    rounds_until_failure: Vec<Round>,
    left_running: Vec<String>,
    left_files: Vec<String>,
    seconds_to_out_of_memory: Option<f64>,
    phases: Option<Phases>,
    phases_message: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    verdict: String,
    seed: u64,
    rounds: Vec<Round>,
    after_rest: Option<Round>,
    unavailable: BTreeMap<Resource, String>,
    growth: Vec<Growth>,
    open_files: Vec<OpenFiles>,
    gauges: Vec<GaugeGrowth>,
    sites: Vec<Site>,
    holders: Option<Holders>,
    suppressed: Vec<Suppressed>,
    unmatched_suppressions: Vec<String>,
    other_tests_bytes: u64,
    captured_output_bytes: u64,
    attribution: Attribution,
    stopped: Option<String>,
    ended_early: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GaugeGrowth {
    name: String,
    verdict: Verdict,
    reason: Reason,
    per_operation: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    detection_limit: Option<f64>,
    readings: Vec<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    function: String,
    file: Option<String>,
    line: Option<u32>,
    no_line: Option<String>,
    own: bool,
    package: Option<Package>,
    grain: String,
    verdict: Verdict,
    reason: Reason,
    live_blocks: u64,
    live_bytes: u64,
    blocks_per_operation: Option<f64>,
    bytes_per_operation: Option<f64>,
    bytes_low: Option<f64>,
    bytes_high: Option<f64>,
    reallocations: u64,
    history: Vec<u64>,
    stack: Vec<Frame>,
    signature: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    function: String,
    file: Option<String>,
    line: Option<u32>,
    address: Option<u64>,
    owner: String,
    package: Option<Package>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Package {
    name: String,
    version: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    kind: String,
    rounds: Option<usize>,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppressed {
    site: Site,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribution {
    method: String,
    advice: Option<String>,
    agreed: usize,
    disagreed: usize,
    sites: usize,
    sites_refused: usize,
    meter_bytes: u64,
    build_id: Option<String>,
    table_bytes: u64,
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn the_document_has_the_outcome_of_every_version() {
    let toy = Toy::new("workshop-in-json")
        .with(1, "toy-growing", GROWING)
        .with(2, "toy-broken", BROKEN)
        .with(3, "toy-panicking", PANICKING)
        .with(4, "toy-exiting", EXITING)
        .with(5, "toy-aborting", ABORTING);
    let arguments = ["run", "--format", "json", "--seed", "7", "--requests-per-second", "50"];
    let ran = toy.run(&arguments).ends_with(2).warns(&["exercises/toy-broken does not build"]);
    let document: Document = serde_json::from_str(&ran.out).expect("only JSON on standard output");

    assert_eq!(document.format, 5);
    assert!(document.exercises.iter().all(|exercise| exercise.is_judged));
    let names: Vec<&str> = document.exercises.iter().map(|e| e.exercise.as_str()).collect();
    assert_eq!(
        names,
        ["toy-growing", "toy-broken", "toy-panicking", "toy-exiting", "toy-aborting"]
    );
    for exercise in &document.exercises {
        assert!((exercise.requests_per_second - 50.0).abs() < 1e-9);
        let [_, solution] = exercise.versions.as_slice() else { panic!("{exercise:?}") };
        assert_eq!(solution.version, "solution");
        assert_eq!(solution.outcome, "measured");
        let report = solution.report.as_ref().expect("it was measured");
        assert_eq!((report.verdict.as_str(), report.seed), ("steady", 7));
        assert_eq!(solution.seconds_to_out_of_memory, None);
    }
    let version = |index: usize| &document.exercises[index].versions[0];
    let growing = version(0);
    assert_eq!((growing.version.as_str(), growing.outcome.as_str()), ("exercise", "measured"));
    assert_eq!(growing.message, None);
    assert!(growing.left_running.is_empty() && growing.left_files.is_empty(), "{growing:?}");
    let report = growing.report.as_ref().expect("it was measured");
    assert_eq!(
        (report.verdict.as_str(), &report.stopped, &report.ended_early),
        ("growing", &None, &None)
    );
    assert_eq!((report.other_tests_bytes, report.captured_output_bytes), (0, 0));
    assert!(report.open_files.is_empty() && report.after_rest.is_none());
    assert_eq!(report.rounds[0].operations, 100);
    assert!(report.unavailable.contains_key(&Resource::Tasks));
    let blocks = report.growth.iter().find(|growth| growth.resource == Resource::LiveBlocks);
    assert_eq!(blocks.and_then(|growth| growth.per_operation), Some(1.0));
    // From 200 MB to 2 GB at 8 bytes per operation and 50 operations per second.
    assert_eq!(growing.seconds_to_out_of_memory.map(f64::round), Some(1.8e9 / 8.0 / 50.0));

    for version in document.exercises.iter().flat_map(|exercise| &exercise.versions) {
        let measured = version.outcome == "measured";
        assert_eq!(version.report.is_some(), measured, "{version:?}");
        assert_eq!((&version.phases, &version.phases_message), (&None, &None));
    }

    for (index, outcome, words, rounds) in [
        (1, "did_not_build", "error[E0308]: mismatched types", 0),
        (2, "panicked", "out of tickets", 2),
        (3, "exited", "exit code 0", 2),
        (4, "aborted", "signal 6", 0),
    ] {
        let version = version(index);
        assert_eq!(version.outcome, outcome);
        assert!(version.message.as_ref().is_some_and(|text| text.contains(words)), "{version:?}");
        assert_eq!(version.rounds_until_failure.len(), rounds, "{outcome}");
    }
}

#[test]
#[ignore = "takes minutes with the others in `slow`: run with --ignored"]
fn the_document_has_the_growing_line_the_gauges_and_the_suppressed_lines() {
    let toy = Toy::new("lines-in-json").with(1, "toy-lines", LINES);
    let ran = toy.run(&["run", "--format", "json", "--version", "exercise"]).ends_with(0);
    let document: Document = serde_json::from_str(&ran.out).expect("only JSON on standard output");
    let report = document.exercises[0].versions[0].report.as_ref().expect("it was measured");

    let [site] = report.sites.as_slice() else { panic!("{report:?}") };
    assert_eq!(site.function, "toy_lines_exercise::keep");
    assert_eq!(site.file.as_deref(), Some("exercises/toy-lines/src/lib.rs"));
    assert_eq!(site.line, Some(5));
    assert_eq!(
        (site.own, site.grain.as_str(), site.verdict),
        (true, "call_stack", Verdict::Growing)
    );
    let rounds = report.rounds.len();
    assert_eq!((site.live_blocks, site.live_bytes), (100 * rounds as u64, 800 * rounds as u64));
    assert_eq!((site.blocks_per_operation, site.bytes_per_operation), (Some(1.0), Some(8.0)));
    assert_eq!((site.bytes_low, site.bytes_high), (Some(8.0), Some(8.0)));
    assert_eq!((site.reallocations, site.history.len()), (0, rounds));
    let frame = &site.stack.iter().find(|frame| frame.function == site.function).expect("its own");
    assert_eq!((&frame.file, frame.line), (&site.file, site.line));
    assert_eq!((frame.owner.as_str(), &frame.package, &site.package), ("program", &None, &None));
    assert!(frame.address.is_some(), "{frame:?}");
    assert!(site.stack.iter().any(|frame| frame.function.contains("memory::growth")), "{site:?}");
    assert_eq!((site.reason.kind.as_str(), &site.no_line), ("gains_last", &None), "{site:?}");
    assert!(site.reason.text.contains("rounds"), "{site:?}");
    assert_eq!(site.signature.as_ref().map(String::len), Some(16), "{site:?}");

    let holders = report.holders.as_ref().expect("something grows");
    let held = &holders.findings[0].held[0];
    assert_eq!((&held.function, held.of), (&site.function, site.live_blocks));

    let [gauge] = report.gauges.as_slice() else { panic!("{report:?}") };
    assert_eq!((gauge.name.as_str(), gauge.verdict), ("guests", Verdict::Steady));
    assert_eq!((gauge.per_operation, &gauge.readings), (Some(0.0), &vec![7; rounds]));
    assert_eq!((gauge.low, gauge.high), (Some(0.0), Some(0.0)));
    assert_eq!(gauge.reason.kind, "flat");
    assert!(gauge.detection_limit > Some(0.0) && gauge.reason.rounds > Some(0), "{gauge:?}");

    let [suppressed] = report.suppressed.as_slice() else { panic!("{report:?}") };
    assert_eq!(suppressed.site.function, "toy_lines_exercise::keep_within_bounds");
    assert!(!suppressed.reason.is_empty());
    assert!(report.unmatched_suppressions.is_empty(), "{report:?}");

    let found = &report.attribution;
    assert_eq!(
        (found.method.as_str(), &found.advice, found.disagreed),
        ("frame_pointers", &None, 0)
    );
    assert!(found.agreed > 0 && found.sites >= 2 && found.meter_bytes > 0, "{found:?}");
    assert_eq!(found.sites_refused, 0);
    assert!(found.table_bytes > 1 << 20, "{found:?}");
    // Some linkers write none.
    let is_hex = |id: &String| id.len() >= 8 && id.chars().all(|digit| digit.is_ascii_hexdigit());
    assert!(found.build_id.as_ref().is_none_or(is_hex), "{found:?}");
}
