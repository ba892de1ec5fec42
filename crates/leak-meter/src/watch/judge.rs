//! Judges a series of readings with the verdict of a soak.

use std::collections::BTreeMap;

use super::even::FEWEST_ROUNDS;
use super::history::Series;
use super::report::{WatchReport, WatchedLine};
use crate::allocator;
use crate::holders;
use crate::judge::{self, Evidence, HeapAccess, Judged};
use crate::report::Suppressed;
use crate::series::{Resource, Round};
use crate::site::{self, Site, Suppressions};
use crate::units;
use crate::verdict::{Reason, Verdict};

/// What is known about a service besides the readings.
pub(super) struct Context<'a> {
    pub(super) unit: Option<&'a str>,
    pub(super) suppressions: &'a Suppressions,
    pub(super) unavailable: BTreeMap<Resource, String>,
    pub(super) failed: BTreeMap<Resource, String>,
    pub(super) now: Option<Round>,
    /// Whether the heap may be scanned, which can take seconds.
    pub(super) scans_heap: bool,
    pub(super) is_off: bool,
}

/// Judges the readings of a watch.
pub(super) fn report(series: &Series, context: Context<'_>) -> WatchReport {
    let timeline = Timeline {
        work: series.marks.iter().map(|mark| mark.work).collect(),
        times: series.marks.iter().map(|mark| units::unix_milliseconds(mark.time)).collect(),
        step: series.step,
    };
    let mut report = WatchReport::new(context.unit, &timeline);
    report.no_verdict = no_verdict(series, &context);
    report.now = context.now;
    report.unavailable = context.unavailable;
    let attribution = site::attribution();
    if report.no_verdict.is_some() {
        report.attribution = Some(attribution);
        return report;
    }
    let heap = if context.scans_heap { HeapAccess::Allowed } else { HeapAccess::SwitchedOff };
    // Rates are per round at first, and are converted to units of work later: a round may be less than one
    // unit.
    let judged = judge::judge_sites(&series.ledger, 1, context.suppressions, heap);
    report.verdict = judge::verdict_of_sites(&judged, &attribution);
    report.attribution = Some(attribution);
    let grows = judged.sites.iter().any(|site| site.verdict == Verdict::Growing);
    report.holders =
        (context.scans_heap && grows).then(|| holders::of_growing(&judged.sites, &series.ledger));
    let heap = Heap {
        installed: allocator::is_installed(),
        largest_block: series.ledger.largest_block(),
        failed: &context.failed,
    };
    report.conclude(judged, &series.rounds, &timeline, &heap);
    report
}

/// When each reading was taken, and at how much work.
pub(crate) struct Timeline {
    pub(crate) work: Vec<u64>,
    /// In milliseconds since 1970.
    pub(crate) times: Vec<u64>,
    /// The work in one round.
    pub(crate) step: f64,
}

/// What is known about the heap besides its readings.
pub(crate) struct Heap<'a> {
    pub(crate) installed: bool,
    pub(crate) largest_block: u64,
    pub(crate) failed: &'a BTreeMap<Resource, String>,
}

impl WatchReport {
    /// A report without a verdict.
    pub(crate) fn new(unit: Option<&str>, timeline: &Timeline) -> Self {
        let between = |values: &[u64]| {
            let ends = values.first().zip(values.last());
            ends.map_or(0, |(first, last)| last.saturating_sub(*first))
        };
        Self {
            verdict: Verdict::Undecided,
            no_verdict: None,
            unit: unit.map(str::to_owned),
            work: between(&timeline.work),
            seconds: between(&timeline.times) as f64 / 1000.0,
            read_at: timeline.times.last().copied(),
            readings: timeline.times.len(),
            now: None,
            growth: Vec::new(),
            unavailable: BTreeMap::new(),
            lines: Vec::new(),
            holders: None,
            suppressed: Vec::new(),
            attribution: None,
        }
    }

    /// Adds the findings on lines and resources. The verdict so far is that on the lines.
    pub(crate) fn conclude(
        &mut self,
        judged: Judged,
        rounds: &[Round],
        timeline: &Timeline,
        heap: &Heap<'_>,
    ) {
        let evidence = Evidence {
            rounds,
            after_rest: None,
            excluded: &judged.excluded,
            bounds: &[],
            limits: &BTreeMap::new(),
            unavailable: &self.unavailable,
            failed: heap.failed,
            installed: heap.installed,
            stopped: None,
            lines_grow: judged.growing_lines(),
            largest_block: heap.largest_block,
        };
        self.growth = judge::judge_resources(&evidence);
        let resources = self.growth.iter().filter(|growth| judge::decides(growth));
        let resources = resources.map(|growth| growth.verdict);
        self.verdict = Verdict::overall(resources.chain([self.verdict]));
        let per_hour = self.work_per_hour();
        let watched = |site: Site| watched(site, timeline, per_hour);
        self.lines = judged.sites.into_iter().map(watched).collect();
        let suppressed = judged.suppressed.into_iter().map(|(site, reason)| {
            let site = per_unit(site, timeline.step);
            Suppressed { site, reason }
        });
        self.suppressed = suppressed.collect();
    }
}

/// Why the readings so far do not suffice, as a sentence without a full stop.
fn no_verdict(series: &Series, context: &Context<'_>) -> Option<String> {
    if let Some(fault) = context.suppressions.fault() {
        return Some(fault.to_owned());
    }
    if context.is_off {
        return Some("the search for call sites is off, so no readings are taken".to_owned());
    }
    let rounds = series.rounds.len();
    (rounds < FEWEST_ROUNDS).then(|| {
        let work = if context.unit.is_some() { "rounds of work" } else { "readings" };
        format!(
            "{} {work} so far; a verdict needs {FEWEST_ROUNDS}, because a cache that is still filling looks \
             like a leak",
            units::count(rounds as u64)
        )
    })
}

fn watched(site: Site, timeline: &Timeline, per_hour: f64) -> WatchedLine {
    let site = per_unit(site, timeline.step);
    let hourly = |rate: Option<f64>| rate.map(|rate| rate * per_hour);
    let grows = site.verdict == Verdict::Growing;
    WatchedLine {
        blocks_per_hour: hourly(site.blocks_per_operation),
        bytes_per_hour: hourly(site.bytes_per_operation),
        growing_since: grew_from(&site.reason, &timeline.times).filter(|_| grows),
        site,
    }
}

/// Converts rates per round to rates per unit of work.
fn per_unit(mut site: Site, step: f64) -> Site {
    let rates = [
        &mut site.blocks_per_operation,
        &mut site.bytes_per_operation,
        &mut site.bytes_low,
        &mut site.bytes_high,
    ];
    for rate in rates {
        *rate = rate.map(|rate| rate / step);
    }
    site
}

/// The time since which a line has been growing, as far as the reason shows.
fn grew_from(reason: &Reason, times: &[u64]) -> Option<u64> {
    let row = match reason {
        Reason::GainsLast { rounds } => times.len().checked_sub(*rounds)?,
        Reason::Doubles { first, .. } => *first,
        _ => 0,
    };
    times.get(row).copied()
}
