//! Tests, on small series, how evidence besides the series affects a verdict.

use super::*;
use crate::verdict::Rate;

/// A round of 10 operations that ended with these readings.
fn round(live_blocks: u64, live_bytes: u64, open_files: u64) -> Round {
    Round {
        operations: 10,
        allocations: 0,
        deallocations: 0,
        reallocations: 0,
        live_blocks,
        live_bytes,
        open_files: Some(open_files),
        sockets: Some(0),
        temporary_files: None,
        temporary_bytes: None,
        threads: Some(1),
        tasks: None,
        foreign_bytes: Some(0),
        resident_bytes: None,
        settled: true,
        nanoseconds: 1000,
    }
}

const LIMIT: Limit = Limit { most: 128, own: 0 };

/// The evidence of a soak with these rounds; a test changes the rest.
struct Known {
    rounds: Vec<Round>,
    rest: Option<Round>,
    excluded: Excluded,
    limits: BTreeMap<Resource, Limit>,
    lines: GrowingLines,
    none: BTreeMap<Resource, String>,
}

impl Known {
    fn from_rounds(rounds: impl Iterator<Item = Round>) -> Self {
        Self {
            rounds: rounds.collect(),
            rest: None,
            excluded: Excluded::default(),
            limits: BTreeMap::new(),
            lines: GrowingLines::default(),
            none: BTreeMap::new(),
        }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            rounds: &self.rounds,
            after_rest: self.rest.as_ref(),
            excluded: &self.excluded,
            bounds: &[],
            limits: &self.limits,
            unavailable: &self.none,
            failed: &self.none,
            installed: true,
            stopped: None,
            lines_grow: self.lines,
            largest_block: 0,
        }
    }

    fn finding(&self, resource: Resource) -> Growth {
        let findings = judge_resources(&self.evidence());
        findings.into_iter().find(|found| found.resource == resource).expect("it was measured")
    }
}

#[test]
fn growth_of_total_bytes_alone_is_undecided() {
    let mut known = Known::from_rounds((0..96).map(|at| round(500, 50_000 + 640 * at, 3)));
    let bytes = known.finding(Resource::LiveBytes);
    assert_eq!((bytes.verdict, &bytes.reason), (Verdict::Undecided, &Reason::OnlyTotalBytes));
    assert_eq!((bytes.per_operation, bytes.detection_limit), (None, None));
    // A line whose blocks grow says nothing about bytes.
    known.lines.blocks = true;
    assert_eq!(known.finding(Resource::LiveBytes).verdict, Verdict::Undecided);

    known.lines = GrowingLines { blocks: false, bytes: true };
    let bytes = known.finding(Resource::LiveBytes);
    assert_eq!((bytes.verdict, bytes.per_operation), (Verdict::Growing, Some(64.0)));

    // If the number of blocks grows, no line is needed.
    let known = Known::from_rounds((0..96).map(|at| round(500 + at, 50_000 + 640 * at, 3)));
    assert_eq!(known.finding(Resource::LiveBytes).verdict, Verdict::Growing);
    assert_eq!(known.finding(Resource::LiveBlocks).verdict, Verdict::Growing);
}

#[test]
fn a_total_is_not_steady_while_a_line_grows() {
    let mut known = Known::from_rounds((0..96).map(|_| round(500, 50_000, 3)));
    for (blocks, bytes) in [(false, false), (true, false), (false, true), (true, true)] {
        known.lines = GrowingLines { blocks, bytes };
        for (resource, grows) in [(Resource::LiveBlocks, blocks), (Resource::LiveBytes, bytes)] {
            let found = known.finding(resource);
            if grows {
                let hidden = (Verdict::Undecided, Reason::HiddenByOthers);
                assert_eq!((found.verdict, found.reason), hidden, "{:?}", known.lines);
                assert_eq!(found.detection_limit, None);
            } else {
                assert_eq!(found.verdict, Verdict::Steady, "{:?}", known.lines);
            }
        }
        // Other resources have no lines.
        assert_eq!(known.finding(Resource::OpenFiles).verdict, Verdict::Steady);
    }
}

/// Open files that rise from 10 by `each` per round, up to the limit of 128.
fn up_to_the_limit(each: u64) -> Known {
    let mut known =
        Known::from_rounds((0..96).map(|at| round(500, 50_000, (10 + each * at).min(126))));
    known.limits.insert(Resource::OpenFiles, LIMIT);
    known
}

#[test]
fn growth_up_to_the_limit_is_growing() {
    for each in [2, 5] {
        let found = up_to_the_limit(each).finding(Resource::OpenFiles);
        assert_eq!(found.verdict, Verdict::Growing, "{each}: {:?}", found.reason);
        // The rounds at the limit do not lower the rate.
        assert_eq!(found.per_operation, Some(each as f64 / 10.0));
    }
}

#[test]
fn a_resource_close_to_its_limit_is_never_steady() {
    let at_limit = |known: &Known| {
        let found = known.finding(Resource::OpenFiles);
        let expected = (Verdict::Undecided, Reason::AtLimit { limit: 128 });
        assert_eq!((found.verdict, found.reason), expected);
        assert_eq!((found.per_operation, found.detection_limit), (None, None));
    };
    // There are so few rounds before the limit that they show no growth.
    at_limit(&up_to_the_limit(10));
    at_limit(&up_to_the_limit(200));
    // At the limit from the first round on: other work may have used them up.
    let mut full = Known::from_rounds((0..96).map(|_| round(500, 50_000, 120)));
    full.limits.insert(Resource::OpenFiles, LIMIT);
    at_limit(&full);
    // One less is not close to the limit, and without a limit no reading is.
    let mut below = Known::from_rounds((0..96).map(|_| round(500, 50_000, 119)));
    below.limits.insert(Resource::OpenFiles, LIMIT);
    assert_eq!(below.finding(Resource::OpenFiles).verdict, Verdict::Steady);
    // This holds unless the meter itself uses the missing one.
    let own = Limit { most: 128, own: 1 };
    below.limits.insert(Resource::OpenFiles, own);
    at_limit(&below);
    full.limits.clear();
    assert_eq!(full.finding(Resource::OpenFiles).verdict, Verdict::Steady);
}

/// The decision on growth from 1,000 by 10 in each of 96 rounds, with this reading after the rest.
fn after_rest(rest: Option<u64>) -> Decision {
    let readings: Vec<u64> = (1..=96).map(|at| 1000 + 10 * at).collect();
    with_rest(decide::decide(&readings), &readings, rest)
}

#[test]
fn growth_that_is_released_in_the_rest_is_not_a_leak() {
    for rest in [1000, 1010, 1015, 0] {
        let decision = after_rest(Some(rest));
        assert_eq!(decision.verdict, Verdict::Steady, "{rest}");
        assert_eq!((decision.reason, decision.rate), (Reason::ReleasedAtRest, None), "{rest}");
    }
    for (rest, share) in [(1100, 0.9), (1480, 0.5), (1700, 0.27)] {
        let decision = after_rest(Some(rest));
        assert_eq!((decision.verdict, decision.rate), (Verdict::Undecided, None), "{rest}");
        let Reason::PartlyReleasedAtRest { share: stated } = decision.reason else {
            panic!("{:?}", decision.reason)
        };
        assert!((stated - share).abs() < 0.02, "{stated} is not {share}");
    }
    // Readings that rose further, readings that fell only a little, and no rest at all.
    for rest in [Some(2000), Some(1960), Some(1800), None] {
        let decision = after_rest(rest);
        assert_eq!(decision.verdict, Verdict::Growing, "{rest:?}");
        assert!(decision.rate.is_some_and(|rate| rate.per_round == 10.0), "{rest:?}");
    }
}

#[test]
fn an_overestimated_rate_does_not_lower_the_released_share() {
    let readings: Vec<u64> = (1..=96).collect();
    let decision = Decision {
        verdict: Verdict::Growing,
        reason: Reason::GainsLast { rounds: 96 },
        rate: Some(Rate { per_round: 1.1, low: 0.8, high: 1.4 }),
    };
    assert_eq!(with_rest(decision.clone(), &readings, Some(0)).verdict, Verdict::Steady);
    assert_eq!(with_rest(decision, &readings, Some(20)).verdict, Verdict::Undecided);
}

#[test]
fn retained_warm_up_need_not_be_released_in_the_rest() {
    let warm = |at: u64| if at < 8 { 500 * at } else { 4000 };
    let readings: Vec<u64> = (0..96).map(|at| warm(at) + 10 * at).collect();
    let decision = decide::decide(&readings);
    assert_eq!(decision.verdict, Verdict::Growing);
    assert_eq!(with_rest(decision, &readings, Some(4000)).verdict, Verdict::Steady);
}

#[test]
fn the_rest_changes_only_growing_verdicts() {
    for readings in [vec![1000; 96], vec![1000; 11]] {
        let decision = decide::decide(&readings);
        assert_eq!(with_rest(decision.clone(), &readings, Some(0)), decision);
    }
}

#[test]
fn excluded_memory_is_not_missed_in_the_rest() {
    // A suppressed place keeps 320 bytes per round, and the program's own 640 bytes per round are
    // released.
    let mut known =
        Known::from_rounds((1..=96).map(|at| round(500 + 20 * at, 50_000 + 960 * at, 3)));
    let excluded =
        (1..=96).map(|at| Reading { blocks: 10 * at, bytes: 320 * at, reallocations: 0 });
    known.excluded.readings = excluded.collect();
    known.excluded.rest = known.excluded.readings[95];
    known.rest = Some(round(500 + 960, 50_000 + 320 * 96, 3));
    for resource in [Resource::LiveBlocks, Resource::LiveBytes] {
        let found = known.finding(resource);
        assert_eq!(found.reason, Reason::ReleasedAtRest, "{resource:?}");
    }
}

#[test]
fn only_a_series_that_is_itself_steady_has_a_detection_limit() {
    let flat = Series::new(&[1000; 96]);
    let limit = |verdict, reason| limit_of(&Decision { verdict, reason, rate: None }, &flat, 1.0);
    let of_series = flat.detection_limit(1.0);
    assert!(of_series.is_some_and(|limit| limit > 0.0 && limit < 2.0), "{of_series:?}");
    assert_eq!(limit(Verdict::Steady, Reason::Flat { rounds: 64 }), of_series);
    assert_eq!(limit(Verdict::Steady, Reason::NoRise { rounds: 48 }), of_series);
    // Larger pieces hide more.
    assert!(limit_of(&flat.decide(), &flat, 100.0) > of_series);

    let tolerated = Reason::WithinTolerance { tolerance: 6400, rounds: 64 };
    assert_eq!(limit(Verdict::Steady, tolerated), Some(100.0));
    // Growth that is allowed, or that was released, says nothing about further growth.
    assert_eq!(limit(Verdict::Steady, Reason::WithinBound { bound: 2000 }), None);
    assert_eq!(limit(Verdict::Steady, Reason::ReleasedAtRest), None);
    assert_eq!(limit(Verdict::Growing, Reason::GainsLast { rounds: 96 }), None);
    assert_eq!(limit(Verdict::Undecided, Reason::OnlyTotalBytes), None);
}

#[test]
fn a_detection_limit_is_not_below_the_interval_of_the_measured_growth() {
    let flat = Series::new(&[10; 40]);
    let with_high = |high| {
        let rate = Some(Rate { per_round: 0.0, low: 0.0, high });
        let decision =
            Decision { verdict: Verdict::Steady, reason: Reason::NoRise { rounds: 20 }, rate };
        limit_of(&decision, &flat, 1.0).unwrap()
    };
    let of_series = with_high(0.0);
    assert!((with_high(of_series / 2.0) - of_series).abs() < 1e-9);
    assert!((with_high(of_series * 2.0) - of_series * 2.0).abs() < 1e-9);
}
