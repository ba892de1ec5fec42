//! From the sites' histories to findings: the places that grow, each at its culprit line.

use std::collections::{BTreeSet, HashMap};

use super::exchange::{self, HeapLook};
use super::frame::Frame;
use super::harness::SoakedTest;
use super::judgement::{self, Judgement};
use super::ledger::{Apart, History, Ledger, Reading};
use super::nameless::{nameless, why_no_line};
use super::names::{self, Names};
use super::origin::relative;
use super::suppression::Suppressions;
use super::{Grain, Site, capture, signature};
use crate::allocator;
use crate::judge::GrowingLines;
use crate::verdict::{Decision, Verdict};

/// What the sites of a soak show.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The places that grow or may grow, most bytes per operation first.
    pub(crate) sites: Vec<Site>,
    /// Places that grow and are allowed to, each with the reason.
    pub(crate) suppressed: Vec<(Site, String)>,
    /// Suppressions that no place which grows belongs to.
    pub(crate) unmatched: Vec<String>,
    /// What the suppressed places, other tests of the process and captured output held: no part of what the
    /// program as a whole is judged by.
    pub(crate) apart: Apart,
    /// Bytes live at the end that other tests of the process had allocated meanwhile.
    pub(crate) other_tests_bytes: u64,
    /// Bytes live at the end of output that the test harness captured.
    pub(crate) captured_output_bytes: u64,
    /// Whether more rounds could not change any site's verdict.
    pub(crate) decided: bool,
}

impl Judged {
    /// What the lines that grow grow in.
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
/// What other tests of the same process allocate is not blamed on this one, nor is the output that the
/// test harness captures. `look` says whether the heap can be asked which stacks share a container.
pub(crate) fn judge(
    ledger: &Ledger,
    operations: u64,
    suppressions: &Suppressions,
    look: HeapLook,
) -> Judged {
    allocator::as_meter(|| {
        let changing = ledger.changing();
        let stacks = verdicts_of(&changing, look);
        // Names cost time: only where something is not steady. The buffer of captured output may
        // be, and yet make the process as a whole seem to grow.
        if stacks.iter().all(|stack| stack.verdict == Verdict::Steady)
            && !changing.iter().any(capture::may_be_captured_output)
        {
            let unmatched = suppressions.unmatched(&BTreeSet::new());
            return Judged { decided: true, unmatched, ..Judged::default() };
        }
        let ByLine { lines, others, captured } = by_line(&changing, ledger, suppressions);
        let mut judged = Judged::default();
        if let Some(others) = others {
            judged.other_tests_bytes = last(&others).bytes;
            judged.apart.add(&others);
        }
        if let Some(captured) = captured {
            judged.captured_output_bytes = last(&captured).bytes;
            judged.apart.add(&captured);
        }
        let count = lines.len();
        let mut matched = BTreeSet::new();
        for mut line in lines {
            let sum = sum(line.members.iter().map(|member| &changing[*member]));
            let suppressed = line.suppressed.take();
            let grows = grows_as_line(&line, &changing, &stacks, count);
            let Some(site) = finding(line, &sum, &stacks, grows.as_ref(), operations, count) else {
                continue;
            };
            match suppressions.reason_for(&site, suppressed.as_deref()) {
                Some(reason) => {
                    judged.apart.add(&sum);
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

/// Whether a place lies in the standard library or the system, so that it says least of where to look: the
/// code of the program and of its dependencies comes first, even where it is less certain that it grows.
fn is_standard(site: &Site) -> bool {
    !site.own && site.package.is_none()
}

/// The verdicts on every call stack that changed. Cheaper than [`judge`]: without names, and without a
/// look at the heap.
pub(crate) fn verdicts(ledger: &Ledger) -> Vec<Verdict> {
    allocator::as_meter(|| {
        let stacks = verdicts_of(&ledger.changing(), HeapLook::Later);
        stacks.into_iter().map(|stack| stack.verdict).collect()
    })
}

/// The verdict on each call stack that changed, in view of the others.
fn verdicts_of(changing: &[History], look: HeapLook) -> Vec<Judgement> {
    let mut verdicts: Vec<Judgement> =
        changing.iter().map(|history| Judgement::of(history, changing.len())).collect();
    exchange::judge(changing, &mut verdicts, look);
    judgement::excuse_kept_room(changing, &mut verdicts);
    verdicts
}

/// The stacks that share a culprit.
struct Line {
    frames: Vec<Frame>,
    culprit: Frame,
    /// Why the culprit has no line.
    lineless: Option<&'static str>,
    members: Vec<usize>,
    /// The signature of the first of the stacks that is suppressed.
    suppressed: Option<String>,
}

/// The changing stacks.
struct ByLine {
    /// By their culprit lines.
    lines: Vec<Line>,
    /// The sum of those that belong to other tests.
    others: Option<History>,
    /// The sum of those on which the test harness captured output.
    captured: Option<History>,
}

fn by_line(changing: &[History], ledger: &Ledger, suppressions: &Suppressions) -> ByLine {
    let mut names = Names::new();
    let soaked = SoakedTest::new(ledger.origin(), &mut names);
    let mut lines: Vec<Line> = Vec::new();
    let mut numbers: HashMap<(String, Option<u32>, String, Option<String>), usize> = HashMap::new();
    let (mut others, mut captured) = (Vec::new(), Vec::new());
    for (at, history) in changing.iter().enumerate() {
        let frames = names.outside_the_meter(&allocator::frames(history.site));
        // Output first: the buffer of a test that waits for its soak was made outside of it.
        if capture::is_captured_output(&frames) {
            captured.push(history);
            continue;
        }
        if soaked.is_not_of(&frames, history.allocates) {
            others.push(history);
            continue;
        }
        let suppressed =
            signature::of(&frames).filter(|signature| suppressions.contains(signature));
        let culprit = names::culprit(&frames).map(|at| &frames[at]);
        let lineless = why_no_line(history.site, culprit, &frames);
        let culprit = culprit.cloned().unwrap_or_else(|| nameless(history.site));
        // Without the program's own functions the culprit is only where the thread began. Stacks that
        // share it may have nothing else in common, so what suppresses one does not suppress all.
        let alone = if culprit.owner.is_programs() { None } else { suppressed.clone() };
        let key = (
            culprit.file.clone().unwrap_or_default(),
            culprit.line,
            culprit.function.clone(),
            alone,
        );
        let number = *numbers.entry(key).or_insert_with(|| {
            let frames = frames.clone();
            lines.push(Line { frames, culprit, lineless, members: Vec::new(), suppressed: None });
            lines.len() - 1
        });
        let line = &mut lines[number];
        line.suppressed = line.suppressed.take().or(suppressed);
        let largest = line.members.iter().map(|member| last(&changing[*member]).bytes).max();
        if largest.is_some_and(|largest| largest < last(history).bytes) {
            line.frames = frames;
        }
        line.members.push(at);
    }
    let sum_of = |stacks: Vec<&History>| (!stacks.is_empty()).then(|| sum(stacks.into_iter()));
    ByLine { lines, others: sum_of(others), captured: sum_of(captured) }
}

/// What the stacks of a line show together, if that is growth. Growth that proves nothing is left out: the
/// sum of the line does not decide it.
fn grows_as_line(
    line: &Line,
    changing: &[History],
    stacks: &[Judgement],
    lines: usize,
) -> Option<Judgement> {
    let plain = line.members.iter().filter(|member| !stacks[**member].proves_nothing);
    let mut plain = plain.map(|member| &changing[*member]).peekable();
    plain.peek()?;
    Some(Judgement::of(&sum(plain), lines)).filter(|line| line.verdict == Verdict::Growing)
}

/// The finest grain that grows is the finding: a stack, else the line.
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
    let end = last(sum);
    let grows = decisive.verdict == Verdict::Growing;
    // The line's own rates; where its sum is not certain, those of the stack that grows.
    let whole = Judgement::of(sum, lines);
    let rate = |of: fn(&Judgement) -> &Decision| {
        let certain = |judgement| Some(of(judgement)).filter(|of| of.verdict == Verdict::Growing);
        let decision = certain(&whole).or_else(|| certain(decisive));
        decision.and_then(|decision| decision.rate).filter(|_| grows)
    };
    let (blocks, bytes) = (rate(|judgement| &judgement.blocks), rate(|judgement| &judgement.bytes));
    let blocks = blocks.map(|rate| rate.per_round / operations);
    // Blocks of which it is certain that they grow, and of their bytes not: by their mean size.
    let mean_size = end.bytes as f64 / end.blocks.max(1) as f64;
    let bytes_by_blocks = blocks.map(|blocks| blocks * mean_size);
    let per_operation = |rate: f64| rate / operations;
    Some(Site {
        file: line.culprit.file.as_deref().map(|file| relative(file).to_owned()),
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
        signature: signature::of(&line.frames),
    })
}

pub(super) fn sum<'a>(histories: impl Iterator<Item = &'a History>) -> History {
    histories
        .cloned()
        .reduce(|mut sum, other| {
            if let (Some(total), Some(more)) = (&mut sum.rest, other.rest) {
                total.blocks += more.blocks;
                total.bytes += more.bytes;
            }
            for (total, more) in sum.readings.iter_mut().zip(other.readings) {
                total.blocks += more.blocks;
                total.bytes += more.bytes;
                total.reallocations += more.reallocations;
            }
            sum
        })
        .expect("a line has at least one stack")
}

fn last(history: &History) -> Reading {
    history.readings.last().copied().unwrap_or_default()
}
