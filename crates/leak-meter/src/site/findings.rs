//! From the sites' histories to findings: the places that grow, each at its culprit line.

use std::collections::BTreeMap;

use super::exchange::{self, HeapLook};
use super::excuse::Excuses;
use super::ledger::{History, Ledger, Reading};
use super::names::{self, Frame, Names, Owner};
use super::{Grain, Site};
use crate::allocator;
use crate::verdict::decide::Decision;
use crate::verdict::{Verdict, container, decide, trend};

/// What the sites of a soak show.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The places that grow or may grow, most bytes per operation first.
    pub(crate) sites: Vec<Site>,
    /// Places that grow and are allowed to, each with the reason.
    pub(crate) excused: Vec<(Site, String)>,
    /// What the excused places and other tests of the process held, round by round: no part of what
    /// the program as a whole is judged by.
    pub(crate) apart: Vec<Reading>,
    /// Bytes live at the end that other tests of the process had allocated meanwhile.
    pub(crate) other_tests_bytes: u64,
    /// Whether more rounds could not change any site's verdict.
    pub(crate) decided: bool,
}

/// Judges every site that changed: first each call stack by itself, then the sum of the stacks that
/// share a line.
///
/// What other tests of the same process allocate is not blamed on this one. `look` says whether the heap
/// can be asked which stacks share a container.
pub(crate) fn judge(ledger: &Ledger, operations: u64, excuses: &Excuses, look: HeapLook) -> Judged {
    allocator::as_meter(|| {
        let changing = ledger.changing();
        let stacks = verdicts_of(&changing, look);
        // Names cost time: only where something is not steady.
        if stacks.iter().all(|stack| stack.verdict == Verdict::Steady) {
            return Judged { decided: true, ..Judged::default() };
        }
        let (lines, others) = by_line(&changing);
        let mut judged = Judged::default();
        if let Some(others) = others {
            judged.other_tests_bytes = last(&others).bytes;
            set_apart(&mut judged.apart, &others);
        }
        let count = lines.len();
        for line in lines {
            let sum = sum(line.members.iter().map(|member| &changing[*member]));
            let grows = grows_as_line(&line, &changing, &stacks, count);
            let Some(site) = finding(line, &sum, &stacks, grows, operations, count) else {
                continue;
            };
            match excuses.reason_for(&site) {
                Some(reason) => {
                    set_apart(&mut judged.apart, &sum);
                    judged.excused.push((site, reason));
                }
                None => judged.sites.push(site),
            }
        }
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

/// What the series of one call stack show.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct StackVerdict {
    pub(super) verdict: Verdict,
    /// Why, in one sentence.
    pub(super) reason: String,
    /// Whether its blocks may take the place of other stacks' blocks. Then its growth proves nothing.
    pub(super) may_be_exchange: bool,
}

impl From<Decision> for StackVerdict {
    fn from(decision: Decision) -> Self {
        Self { verdict: decision.verdict, reason: decision.reason, may_be_exchange: false }
    }
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
fn verdicts_of(changing: &[History], look: HeapLook) -> Vec<StackVerdict> {
    let mut verdicts: Vec<StackVerdict> =
        changing.iter().map(|history| verdict_of(history, changing.len())).collect();
    exchange::judge(changing, &mut verdicts, look);
    verdicts
}

/// Blocks first; where their number is constant and the bytes grow, it is a container.
pub(super) fn verdict_of(history: &History, among: usize) -> StackVerdict {
    let blocks = decide::decide_among(&history.blocks(), among);
    if blocks.verdict == Verdict::Growing {
        return blocks.into();
    }
    let bytes = history.bytes();
    let bytes = if history.keeps_its_blocks() {
        container::decide(&bytes, among)
    } else {
        decide::decide_among(&bytes, among)
    };
    match (blocks.verdict, bytes.verdict) {
        (_, Verdict::Growing) => bytes.into(),
        (Verdict::Undecided, _) => blocks.into(),
        _ => bytes.into(),
    }
}

/// The stacks that share a culprit.
struct Line {
    frames: Vec<Frame>,
    culprit: Frame,
    members: Vec<usize>,
}

/// The changing stacks by their culprit lines, and the sum of those that belong to other tests.
fn by_line(changing: &[History]) -> (Vec<Line>, Option<History>) {
    let mut names = Names::new();
    let mut lines: BTreeMap<(String, Option<u32>, String), Line> = BTreeMap::new();
    let mut others = Vec::new();
    for (at, history) in changing.iter().enumerate() {
        let mut frames = names.of(&allocator::frames(history.site));
        // The unwinder begins in the meter's own hooks.
        let first = frames.iter().position(|frame| frame.owner != Owner::Meter);
        frames.drain(..first.unwrap_or(0));
        if names::is_of_another_test(&frames) {
            others.push(history);
            continue;
        }
        let culprit = names::culprit(&frames).cloned().unwrap_or_else(|| nameless(history.site));
        let file = culprit.file.as_ref().map(|file| file.display().to_string());
        let key = (file.unwrap_or_default(), culprit.line, culprit.function.clone());
        let line = lines.entry(key).or_insert_with(|| Line {
            frames: frames.clone(),
            culprit,
            members: Vec::new(),
        });
        let largest = line.members.iter().map(|member| last(&changing[*member]).bytes).max();
        if largest.is_some_and(|largest| largest < last(history).bytes) {
            line.frames = frames;
        }
        line.members.push(at);
    }
    let others = (!others.is_empty()).then(|| sum(others.into_iter()));
    (lines.into_values().collect(), others)
}

/// What the stacks of a line show together, if that is growth. Growth that may be an exchange is left
/// out: the sum of the line does not decide it.
fn grows_as_line(
    line: &Line,
    changing: &[History],
    stacks: &[StackVerdict],
    lines: usize,
) -> Option<StackVerdict> {
    let plain = line.members.iter().filter(|member| !stacks[**member].may_be_exchange);
    let mut plain = plain.map(|member| &changing[*member]).peekable();
    plain.peek()?;
    Some(verdict_of(&sum(plain), lines)).filter(|line| line.verdict == Verdict::Growing)
}

/// The finest grain that grows is the finding: a stack, else the line.
fn finding(
    line: Line,
    sum: &History,
    stacks: &[StackVerdict],
    grows_as_line: Option<StackVerdict>,
    operations: u64,
    lines: usize,
) -> Option<Site> {
    let of = |wanted: Verdict| {
        line.members.iter().map(|member| &stacks[*member]).find(|stack| stack.verdict == wanted)
    };
    let (grain, StackVerdict { verdict, reason, .. }) = match (of(Verdict::Growing), grows_as_line)
    {
        (Some(growing), _) => (Grain::CallStack, growing.clone()),
        (None, Some(grows)) => (Grain::Line, grows),
        (None, None) => (Grain::CallStack, of(Verdict::Undecided)?.clone()),
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
        signature: signature(&line.frames),
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

/// What stands for a site whose stack is not known.
pub(crate) fn nameless(site: allocator::SiteId) -> Frame {
    let function = match site {
        allocator::SiteId::UNKNOWN => "blocks from before the soak, or without a call stack",
        allocator::SiteId::OVERFLOW => "call sites that did not fit into the table",
        allocator::SiteId::FOREIGN_STACK => "a stack that is not the thread's own",
        _ => "code without names",
    };
    Frame { function: function.to_owned(), file: None, line: None, owner: Owner::Foreign }
}

/// A hash of the program's own functions on the way (FNV-1a, 64 bit), as 16 hexadecimal digits.
fn signature(frames: &[Frame]) -> String {
    let own = frames.iter().filter(|frame| frame.owner.is_programs());
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in own.flat_map(|frame| frame.function.bytes().chain([b'\n'])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    format!("{hash:016x}")
}
