//! Groups changing call stacks by the line that is responsible for them.

use std::collections::HashMap;

use super::call_stack::Judgement;
use crate::allocator::{self, SiteId};
use crate::site::{self, Frame, History, Ledger, Names, SoakedTest, Suppressions};
use crate::verdict::Verdict;

/// The call stacks that share a culprit.
pub(super) struct Line {
    pub(super) frames: Vec<Frame>,
    pub(super) culprit: Frame,
    /// Why the culprit has no line.
    pub(super) lineless: Option<&'static str>,
    pub(super) members: Vec<usize>,
    /// The signature of the first suppressed stack.
    pub(super) suppressed: Option<String>,
}

/// The changing call stacks, grouped.
pub(super) struct ByLine {
    /// Grouped by culprit line.
    pub(super) lines: Vec<Line>,
    /// The sum of the stacks that belong to other tests.
    pub(super) others: Option<History>,
    /// The sum of the stacks on which the test harness captured output.
    pub(super) captured: Option<History>,
}

/// Names the call stacks of histories.
pub(crate) trait CallStacks {
    /// The frames of a call stack, innermost first, without the meter's hooks.
    fn frames(&mut self, site: SiteId) -> Vec<Frame>;

    /// Whether a call stack belongs to another test of the process.
    fn is_of_another_test(&self, frames: &[Frame], allocates: bool) -> bool;
}

/// The call stacks of the running program.
pub(super) struct Running {
    names: Names,
    soaked: SoakedTest,
}

impl Running {
    pub(super) fn new(ledger: &Ledger) -> Self {
        let mut names = Names::new();
        let soaked = SoakedTest::new(ledger.origin(), &mut names);
        Self { names, soaked }
    }
}

impl CallStacks for Running {
    fn frames(&mut self, site: SiteId) -> Vec<Frame> {
        self.names.outside_the_meter(&allocator::frames(site))
    }

    fn is_of_another_test(&self, frames: &[Frame], allocates: bool) -> bool {
        self.soaked.is_not_of(frames, allocates)
    }
}

pub(super) fn by_line(
    changing: &[History],
    stacks: &mut impl CallStacks,
    suppressions: &Suppressions,
) -> ByLine {
    let mut lines: Vec<Line> = Vec::new();
    let mut numbers: HashMap<(String, Option<u32>, String, Option<String>), usize> = HashMap::new();
    let (mut others, mut captured) = (Vec::new(), Vec::new());
    for (at, history) in changing.iter().enumerate() {
        let frames = stacks.frames(history.site);
        // Captured output is checked first, because the buffer of a test that waits for its soak was created
        // outside the soak.
        if site::is_captured_output(&frames) {
            captured.push(history);
            continue;
        }
        if stacks.is_of_another_test(&frames, history.allocates) {
            others.push(history);
            continue;
        }
        let suppressed =
            site::signature_of(&frames).filter(|signature| suppressions.contains(signature));
        let culprit = site::culprit(&frames).map(|at| &frames[at]);
        let lineless = site::why_no_line(history.site, culprit, &frames);
        let culprit = culprit.cloned().unwrap_or_else(|| site::nameless(history.site));
        // Without a function of the program, the culprit is only the place where the thread began. Stacks
        // that share it may have nothing else in common, so a suppression of one does not apply to all.
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
        let largest = line.members.iter().map(|member| changing[*member].last().bytes).max();
        if largest.is_some_and(|largest| largest < history.last().bytes) {
            line.frames = frames;
        }
        line.members.push(at);
    }
    let sum_of =
        |stacks: Vec<&History>| (!stacks.is_empty()).then(|| History::sum(stacks.into_iter()));
    ByLine { lines, others: sum_of(others), captured: sum_of(captured) }
}

/// The judgement on the sum of a line's call stacks, if the sum grows. Stacks with possibly spurious growth
/// are left out.
pub(super) fn grows_as_line(
    line: &Line,
    changing: &[History],
    stacks: &[Judgement],
    lines: usize,
) -> Option<Judgement> {
    let plain = line.members.iter().filter(|member| !stacks[**member].proves_nothing);
    let mut plain = plain.map(|member| &changing[*member]).peekable();
    plain.peek()?;
    Some(Judgement::of_history(&History::sum(plain), lines))
        .filter(|line| line.verdict == Verdict::Growing)
}
