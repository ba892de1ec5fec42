//! From the sites' histories to findings: the places that grow, each at its culprit line.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{History, Ledger, Reading};
use super::nameless::{nameless, why_no_line};
use super::names::{self, Frame, Names, Owner};
use super::suppression::Suppressions;
use super::{Grain, Site, capture, exchange, signature};
use crate::allocator;
use crate::verdict::{Verdict, container, decide, trend};

/// What the sites of a soak show.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The places that grow or may grow, most bytes per operation first.
    pub(crate) sites: Vec<Site>,
    /// Places that grow and are allowed to, each with the reason.
    pub(crate) suppressed: Vec<(Site, String)>,
    /// Suppressions that no place which grows belongs to.
    pub(crate) unmatched: Vec<String>,
    /// What the suppressed places, other tests of the process and captured output held, round by
    /// round: no part of what the program as a whole is judged by.
    pub(crate) apart: Vec<Reading>,
    /// Bytes live at the end that other tests of the process had allocated meanwhile.
    pub(crate) other_tests_bytes: u64,
    /// Bytes live at the end of output that the test harness captured.
    pub(crate) captured_output_bytes: u64,
    /// Whether more rounds could not change any site's verdict.
    pub(crate) decided: bool,
}

/// Judges every site that changed: first each call stack by itself, then the sum of the stacks that
/// share a line.
///
/// What other tests of the same process allocate is not blamed on this one, nor is the output that the
/// test harness captures.
pub(crate) fn judge(ledger: &Ledger, operations: u64, suppressions: &Suppressions) -> Judged {
    allocator::as_meter(|| {
        let changing = ledger.changing();
        let stacks = verdicts_of(&changing);
        // Names cost time: only where something is not steady. The buffer of captured output may
        // be, and yet make the process as a whole seem to grow.
        if stacks.iter().all(|(verdict, _)| *verdict == Verdict::Steady)
            && !changing.iter().any(capture::may_be_captured_output)
        {
            let unmatched = suppressions.unmatched(&BTreeSet::new());
            return Judged { decided: true, unmatched, ..Judged::default() };
        }
        let ByLine { lines, others, captured } = by_line(&changing, suppressions);
        let mut judged = Judged::default();
        if let Some(others) = others {
            judged.other_tests_bytes = last(&others).bytes;
            set_apart(&mut judged.apart, &others);
        }
        if let Some(captured) = captured {
            judged.captured_output_bytes = last(&captured).bytes;
            set_apart(&mut judged.apart, &captured);
        }
        let count = lines.len();
        let mut matched = BTreeSet::new();
        for mut line in lines {
            let sum = sum(line.members.iter().map(|member| &changing[*member]));
            let suppressed = line.suppressed.take();
            let Some(site) = finding(line, &sum, &stacks, operations, count) else {
                continue;
            };
            match suppressions.reason_for(&site, suppressed.as_deref()) {
                Some(reason) => {
                    set_apart(&mut judged.apart, &sum);
                    judged.suppressed.push((site, reason));
                    matched.extend(suppressed);
                }
                None => judged.sites.push(site),
            }
        }
        judged.unmatched = suppressions.unmatched(&matched);
        judged.sites.sort_by(|a, b| {
            let order = |site: &Site| (site.verdict == Verdict::Growing, site.own);
            let bytes = |site: &Site| site.bytes_per_operation.unwrap_or(0.0);
            order(b).cmp(&order(a)).then(bytes(b).total_cmp(&bytes(a)))
        });
        judged.decided = judged.sites.iter().all(|site| site.verdict != Verdict::Undecided);
        judged
    })
}

/// Adds a history to what is kept apart from the program's own.
fn set_apart(apart: &mut Vec<Reading>, history: &History) {
    apart.resize(history.readings.len(), Reading::default());
    for (sum, reading) in apart.iter_mut().zip(&history.readings) {
        sum.blocks += reading.blocks;
        sum.bytes += reading.bytes;
    }
}

/// The verdicts on every call stack that changed. Cheaper than [`judge`]: without names.
pub(crate) fn verdicts(ledger: &Ledger) -> Vec<Verdict> {
    allocator::as_meter(|| {
        verdicts_of(&ledger.changing()).into_iter().map(|(verdict, _)| verdict).collect()
    })
}

/// The verdict on each call stack that changed, in view of the others.
fn verdicts_of(changing: &[History]) -> Vec<(Verdict, String)> {
    let mut verdicts: Vec<(Verdict, String)> =
        changing.iter().map(|history| verdict_of(history, changing.len())).collect();
    exchange::judge(changing, &mut verdicts);
    verdicts
}

/// Blocks first; where their number is constant and the bytes grow, it is a container.
fn verdict_of(history: &History, among: usize) -> (Verdict, String) {
    let blocks = decide::decide_among(&history.blocks(), among);
    if blocks.verdict == Verdict::Growing {
        return (blocks.verdict, blocks.reason);
    }
    let bytes = history.bytes();
    let bytes = if history.keeps_its_blocks() {
        container::decide(&bytes, among)
    } else {
        decide::decide_among(&bytes, among)
    };
    match (blocks.verdict, bytes.verdict) {
        (_, Verdict::Growing) => (bytes.verdict, bytes.reason),
        (Verdict::Undecided, _) => (blocks.verdict, blocks.reason),
        _ => (bytes.verdict, bytes.reason),
    }
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

fn by_line(changing: &[History], suppressions: &Suppressions) -> ByLine {
    let mut names = Names::new();
    let mut lines: BTreeMap<(String, Option<u32>, String, Option<String>), Line> = BTreeMap::new();
    let (mut others, mut captured) = (Vec::new(), Vec::new());
    for (at, history) in changing.iter().enumerate() {
        let mut frames = names.of(&allocator::frames(history.site));
        // The unwinder begins in the meter's own hooks.
        let first = frames.iter().position(|frame| frame.owner != Owner::Meter);
        frames.drain(..first.unwrap_or(0));
        // Output first: the buffer of a test that waits for its soak was made outside of it.
        if capture::is_captured_output(&frames) {
            captured.push(history);
            continue;
        }
        if names::is_of_another_test(&frames) {
            others.push(history);
            continue;
        }
        let suppressed =
            signature::of(&frames).filter(|signature| suppressions.contains(signature));
        let culprit = names::culprit(&frames);
        let lineless = why_no_line(history.site, culprit, &frames);
        let culprit = culprit.cloned().unwrap_or_else(|| nameless(history.site));
        let file = culprit.file.as_ref().map(|file| file.display().to_string());
        // Without the program's own functions the culprit is only where the thread began. Stacks that
        // share it may have nothing else in common, so what suppresses one does not suppress all.
        let alone = if culprit.owner.is_programs() { None } else { suppressed.clone() };
        let key = (file.unwrap_or_default(), culprit.line, culprit.function.clone(), alone);
        let line = lines.entry(key).or_insert_with(|| Line {
            frames: frames.clone(),
            culprit,
            lineless,
            members: Vec::new(),
            suppressed: None,
        });
        line.suppressed = line.suppressed.take().or(suppressed);
        let largest = line.members.iter().map(|member| last(&changing[*member]).bytes).max();
        if largest.is_some_and(|largest| largest < last(history).bytes) {
            line.frames = frames;
        }
        line.members.push(at);
    }
    let sum_of = |stacks: Vec<&History>| (!stacks.is_empty()).then(|| sum(stacks.into_iter()));
    ByLine {
        lines: lines.into_values().collect(),
        others: sum_of(others),
        captured: sum_of(captured),
    }
}

/// The finest grain that grows is the finding: a stack, else the line.
fn finding(
    line: Line,
    sum: &History,
    stacks: &[(Verdict, String)],
    operations: u64,
    lines: usize,
) -> Option<Site> {
    let of = |wanted: Verdict| {
        line.members.iter().map(|member| &stacks[*member]).find(|(verdict, _)| *verdict == wanted)
    };
    let (grain, (verdict, reason)) = match of(Verdict::Growing) {
        Some(growing) => (Grain::CallStack, growing.clone()),
        None => match (verdict_of(sum, lines), of(Verdict::Undecided)) {
            // What its stacks leave open by themselves, such as an exchange, their sum does not decide.
            ((Verdict::Growing, _), Some(open)) if exchange::is_said(&open.1) => {
                (Grain::CallStack, open.clone())
            }
            (grows @ (Verdict::Growing, _), _) => (Grain::Line, grows),
            (_, open) => (Grain::CallStack, open?.clone()),
        },
    };
    let operations = operations.max(1) as f64;
    let slope = |values: &[u64]| {
        let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
        trend::slope(&values[values.len() / 4..])
    };
    let (blocks, bytes) = (slope(&sum.blocks()), slope(&sum.bytes()));
    let visible = decide::decide_among(&sum.bytes(), lines).smallest_visible;
    let end = last(sum);
    Some(Site {
        file: line.culprit.file.as_deref().map(|file| names::relative(file).display().to_string()),
        line: line.culprit.line,
        no_line: line.lineless.map(str::to_owned),
        own: line.culprit.owner.is_programs(),
        function: line.culprit.function,
        grain,
        verdict,
        reason,
        live_blocks: end.blocks,
        live_bytes: end.bytes,
        blocks_per_operation: blocks.map(|slope| slope.median / operations),
        bytes_per_operation: bytes.map(|slope| slope.median / operations),
        bytes_low: bytes.map(|slope| slope.low / operations),
        bytes_high: bytes.map(|slope| slope.high / operations),
        smallest_visible: visible.map(|rate| rate / operations),
        reallocations: end.reallocations,
        history: sum.bytes(),
        stack: line.frames.iter().map(Frame::to_line).collect(),
        signature: signature::of(&line.frames),
    })
}

pub(super) fn sum<'a>(histories: impl Iterator<Item = &'a History>) -> History {
    histories
        .cloned()
        .reduce(|mut sum, other| {
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
