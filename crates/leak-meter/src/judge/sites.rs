//! From the sites' histories to findings: the places that grow, each at its culprit line.

use std::collections::BTreeSet;

use super::call_stack::{self, Judgement};
use super::exchange::{self, HeapAccess};
use super::lines::{ByLine, Line, by_line, grows_as_line};
use crate::allocator;
use crate::site::{self, Attribution, Excluded, Frame, Grain, History, Ledger, Site, Suppressions};
use crate::verdict::{Decision, Verdict};

/// In which resources lines of the program grow.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct GrowingLines {
    /// At least one line holds more and more blocks.
    pub(crate) blocks: bool,
    /// At least one line holds more and more bytes.
    pub(crate) bytes: bool,
}

/// The findings on the call sites of a soak.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The places that grow or may grow, most bytes per operation first.
    pub(crate) sites: Vec<Site>,
    /// Places that grow and are allowed to, each with the reason.
    pub(crate) suppressed: Vec<(Site, String)>,
    /// Suppressions that match no growing place.
    pub(crate) unmatched: Vec<String>,
    /// What the suppressed places, other tests of the process and captured output held. The totals of the
    /// program are judged without it.
    pub(crate) excluded: Excluded,
    /// Bytes live at the end that other tests of the process had allocated meanwhile.
    pub(crate) other_tests_bytes: u64,
    /// Bytes live at the end of output that the test harness captured.
    pub(crate) captured_output_bytes: u64,
    /// Whether more rounds could not change any site's verdict.
    pub(crate) decided: bool,
}

impl Judged {
    /// In which resources lines of the program grow.
    pub(crate) fn growing_lines(&self) -> GrowingLines {
        let growing = || self.sites.iter().filter(|site| site.verdict == Verdict::Growing);
        let is_some = |rate: Option<f64>| rate.is_some_and(|rate| rate > 0.0);
        GrowingLines {
            blocks: growing().any(|site| is_some(site.blocks_per_operation)),
            bytes: growing().any(|site| is_some(site.bytes_per_operation)),
        }
    }
}

/// Judges every site that changed: first each call stack by itself, then the sum of the stacks that
/// share a line.
///
/// What other tests of the same process allocate is not blamed on this one, nor is the output that the test
/// harness captures. `heap` says whether the heap may be scanned for stacks that share a container.
pub(crate) fn judge_sites(
    ledger: &Ledger,
    operations: u64,
    suppressions: &Suppressions,
    heap: HeapAccess,
) -> Judged {
    allocator::as_meter(|| {
        let changing = ledger.changing();
        let stacks = verdicts_of(&changing, heap);
        // Names are resolved only if something is not steady, since that takes time. The buffer of captured
        // output may be steady and still make the process seem to grow.
        if stacks.iter().all(|stack| stack.verdict == Verdict::Steady)
            && !changing.iter().any(site::may_be_captured_output)
        {
            let unmatched = suppressions.unmatched(&BTreeSet::new());
            return Judged { decided: true, unmatched, ..Judged::default() };
        }
        let ByLine { lines, others, captured } = by_line(&changing, ledger, suppressions);
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
            let grows = grows_as_line(&line, &changing, &stacks, count);
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

/// Whether a place lies in the standard library or the system, so that it says the least about where to look:
/// the code of the program and of its dependencies comes first, even where it is less certain that it grows.
fn is_standard(site: &Site) -> bool {
    !site.own && site.package.is_none()
}

/// The verdicts on every call stack that changed. Cheaper than [`judge_sites`]: without names, and without a
/// heap scan.
pub(crate) fn verdicts_on_sites(ledger: &Ledger) -> Vec<Verdict> {
    allocator::as_meter(|| {
        let stacks = verdicts_of(&ledger.changing(), HeapAccess::Later);
        stacks.into_iter().map(|stack| stack.verdict).collect()
    })
}

/// The verdict on each call stack that changed, in view of the others.
fn verdicts_of(changing: &[History], heap: HeapAccess) -> Vec<Judgement> {
    let mut verdicts: Vec<Judgement> =
        changing.iter().map(|history| Judgement::of_history(history, changing.len())).collect();
    exchange::judge(changing, &mut verdicts, heap);
    call_stack::excuse_kept_room(changing, &mut verdicts);
    verdicts
}

/// Reports the finest granularity that grows: a call stack, else the line.
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
    // The line's own rates; where its sum is not certain, those of the stack that grows.
    let whole = Judgement::of_history(sum, lines);
    let rate = |of: fn(&Judgement) -> &Decision| {
        let certain = |judgement| Some(of(judgement)).filter(|of| of.verdict == Verdict::Growing);
        let decision = certain(&whole).or_else(|| certain(decisive));
        decision.and_then(|decision| decision.rate).filter(|_| grows)
    };
    let (blocks, bytes) = (rate(|judgement| &judgement.blocks), rate(|judgement| &judgement.bytes));
    let blocks = blocks.map(|rate| rate.per_round / operations);
    // If only the growth of the blocks is certain, that of their bytes follows from their mean size.
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

/// The verdict on all sites. It is never Steady if the table of sites overflowed.
pub(crate) fn verdict_of_sites(judged: &Judged, attribution: &Attribution) -> Verdict {
    if judged.sites.iter().any(|site| site.verdict == Verdict::Growing) {
        Verdict::Growing
    } else if judged.decided && attribution.sites_refused == 0 {
        Verdict::Steady
    } else {
        Verdict::Undecided
    }
}
