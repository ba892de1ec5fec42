//! Turns the histories of call sites into findings: the growing places, each with its culprit line.

use std::collections::BTreeSet;

use super::call_stack::{self, Judgement};
use super::exchange::{self, HeapAccess};
use super::lines::{ByLine, CallStacks, Line, Running, by_line, grows_as_line};
use crate::allocator;
use crate::site::{self, Attribution, Excluded, Frame, Grain, History, Ledger, Site, Suppressions};
use crate::verdict::{Decision, Verdict};

/// The resources in which lines of the program grow.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct GrowingLines {
    /// At least one line has a growing number of blocks.
    pub(crate) blocks: bool,
    /// At least one line has a growing number of bytes.
    pub(crate) bytes: bool,
}

/// The findings on the call sites of a soak.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The places that grow or may grow, ordered by bytes per operation, largest first.
    pub(crate) sites: Vec<Site>,
    /// Places that may grow, with the reasons.
    pub(crate) suppressed: Vec<(Site, String)>,
    /// Suppressions that match no growing place.
    pub(crate) unmatched: Vec<String>,
    /// The readings of suppressed places, other tests in the process and captured output. They are subtracted
    /// from the totals before these are judged.
    pub(crate) excluded: Excluded,
    /// Live bytes at the end that other tests in the process allocated during the soak.
    pub(crate) other_tests_bytes: u64,
    /// Live bytes at the end in output that the test harness captured.
    pub(crate) captured_output_bytes: u64,
    /// Whether further rounds could not change the verdict on any site.
    pub(crate) decided: bool,
}

impl Judged {
    /// The resources in which lines of the program grow.
    pub(crate) fn growing_lines(&self) -> GrowingLines {
        let growing = || self.sites.iter().filter(|site| site.verdict == Verdict::Growing);
        let is_some = |rate: Option<f64>| rate.is_some_and(|rate| rate > 0.0);
        GrowingLines {
            blocks: growing().any(|site| is_some(site.blocks_per_operation)),
            bytes: growing().any(|site| is_some(site.bytes_per_operation)),
        }
    }
}

/// Judges every site that changed: first each call stack by itself, then the sums of stacks that share a
/// line.
///
/// Allocations of other tests in the process, and output captured by the test harness, are not attributed to
/// this soak. `heap` says whether the heap may be scanned for stacks that share a container.
pub(crate) fn judge_sites(
    ledger: &Ledger,
    operations: u64,
    suppressions: &Suppressions,
    heap: HeapAccess,
) -> Judged {
    let running = || Running::new(ledger);
    judge_histories(&ledger.changing(), running, operations, suppressions, heap)
}

/// Judges call stacks that changed, which `call_stacks` names if that is necessary.
pub(crate) fn judge_histories<S: CallStacks>(
    changing: &[History],
    call_stacks: impl FnOnce() -> S,
    operations: u64,
    suppressions: &Suppressions,
    heap: HeapAccess,
) -> Judged {
    allocator::as_meter(|| {
        let stacks = verdicts_of(changing, heap);
        // Resolving names takes time, so it is done only if something is not steady. The buffer of captured
        // output may be steady by itself and still make the process seem to grow.
        if stacks.iter().all(|stack| stack.verdict == Verdict::Steady)
            && !changing.iter().any(site::may_be_captured_output)
        {
            let unmatched = suppressions.unmatched(&BTreeSet::new());
            return Judged { decided: true, unmatched, ..Judged::default() };
        }
        let ByLine { lines, others, captured } =
            by_line(changing, &mut call_stacks(), suppressions);
        let mut judged = Judged::default();
        if let Some(others) = others {
            judged.other_tests_bytes = others.last().bytes;
            judged.excluded.add(&others);
        }
        if let Some(captured) = captured {
            judged.captured_output_bytes = captured.last().bytes;
            judged.excluded.add(&captured);
        }
        let count = lines.len();
        let mut matched = BTreeSet::new();
        for mut line in lines {
            let sum = History::sum(line.members.iter().map(|member| &changing[*member]));
            let suppressed = line.suppressed.take();
            let grows = grows_as_line(&line, changing, &stacks, count);
            let Some(site) = finding(line, &sum, &stacks, grows.as_ref(), operations, count) else {
                continue;
            };
            match suppressions.reason_for(&site, suppressed.as_deref()) {
                Some(reason) => {
                    judged.excluded.add(&sum);
                    judged.suppressed.push((site, reason));
                    matched.extend(suppressed);
                }
                None => judged.sites.push(site),
            }
        }
        judged.unmatched = suppressions.unmatched(&matched);
        judged.sites.sort_by(|a, b| {
            let order =
                |site: &Site| (!is_standard(site), site.verdict == Verdict::Growing, site.own);
            let bytes = |site: &Site| site.bytes_per_operation.unwrap_or(0.0);
            order(b).cmp(&order(a)).then(bytes(b).total_cmp(&bytes(a)))
        });
        judged.decided = judged.sites.iter().all(|site| site.verdict != Verdict::Undecided);
        judged
    })
}

/// Whether a place is in the standard library or the system, which gives the least useful hint. Places in the
/// program and its dependencies come first, even if their growth is less certain.
fn is_standard(site: &Site) -> bool {
    !site.own && site.package.is_none()
}

/// The verdicts on every call stack that changed. Cheaper than [`judge_sites`], because it neither resolves
/// names nor scans the heap.
pub(crate) fn verdicts_on_sites(ledger: &Ledger) -> Vec<Verdict> {
    allocator::as_meter(|| {
        let stacks = verdicts_of(&ledger.changing(), HeapAccess::Later);
        stacks.into_iter().map(|stack| stack.verdict).collect()
    })
}

/// The verdict on each call stack that changed, taking the others into account.
fn verdicts_of(changing: &[History], heap: HeapAccess) -> Vec<Judgement> {
    let mut verdicts: Vec<Judgement> =
        changing.iter().map(|history| Judgement::of_history(history, changing.len())).collect();
    exchange::judge(changing, &mut verdicts, heap);
    call_stack::excuse_kept_room(changing, &mut verdicts);
    verdicts
}

/// Reports the finest granularity that grows: a call stack, otherwise the line.
fn finding(
    line: Line,
    sum: &History,
    stacks: &[Judgement],
    grows_as_line: Option<&Judgement>,
    operations: u64,
    lines: usize,
) -> Option<Site> {
    let stack_with = |wanted: Verdict| {
        line.members.iter().map(|member| &stacks[*member]).find(|stack| stack.verdict == wanted)
    };
    let (grain, decisive) = match (stack_with(Verdict::Growing), grows_as_line) {
        (Some(growing), _) => (Grain::CallStack, growing),
        (None, Some(grows)) => (Grain::Line, grows),
        (None, None) => (Grain::CallStack, stack_with(Verdict::Undecided)?),
    };
    let operations = operations.max(1) as f64;
    let end = sum.last();
    let grows = decisive.verdict == Verdict::Growing;
    // The rates of the line itself or, if its sum is not certain, those of the growing stack.
    let whole = Judgement::of_history(sum, lines);
    let rate = |of: fn(&Judgement) -> &Decision| {
        let certain = |judgement| Some(of(judgement)).filter(|of| of.verdict == Verdict::Growing);
        let decision = certain(&whole).or_else(|| certain(decisive));
        decision.and_then(|decision| decision.rate).filter(|_| grows)
    };
    let (blocks, bytes) = (rate(|judgement| &judgement.blocks), rate(|judgement| &judgement.bytes));
    let blocks = blocks.map(|rate| rate.per_round / operations);
    // If only the growth of the blocks is certain, the growth of their bytes is calculated from their mean
    // size.
    let mean_size = end.bytes as f64 / end.blocks.max(1) as f64;
    let bytes_by_blocks = blocks.map(|blocks| blocks * mean_size);
    let per_operation = |rate: f64| rate / operations;
    Some(Site {
        file: line.culprit.reported().file,
        line: line.culprit.line,
        no_line: line.lineless.map(str::to_owned),
        own: line.culprit.owner.is_programs(),
        package: line.culprit.package,
        function: line.culprit.function,
        grain,
        verdict: decisive.verdict,
        reason: decisive.reason.clone(),
        live_blocks: end.blocks,
        live_bytes: end.bytes,
        blocks_per_operation: blocks.or_else(|| grows.then_some(0.0)),
        bytes_per_operation: bytes.map(|rate| per_operation(rate.per_round)).or(bytes_by_blocks),
        bytes_low: bytes.map(|rate| per_operation(rate.low)).or(bytes_by_blocks),
        bytes_high: bytes.map(|rate| per_operation(rate.high)).or(bytes_by_blocks),
        reallocations: end.reallocations,
        history: sum.bytes(),
        stack: line.frames.iter().map(Frame::reported).collect(),
        signature: site::signature_of(&line.frames),
    })
}

/// The overall verdict on all sites. It is never Steady if the site table overflowed.
pub(crate) fn verdict_of_sites(judged: &Judged, attribution: &Attribution) -> Verdict {
    if judged.sites.iter().any(|site| site.verdict == Verdict::Growing) {
        Verdict::Growing
    } else if judged.decided && attribution.sites_refused == 0 {
        Verdict::Steady
    } else {
        Verdict::Undecided
    }
}
