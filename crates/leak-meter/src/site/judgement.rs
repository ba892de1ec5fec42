//! What the readings of one call stack, or of the sum of several, show.

use super::ledger::History;
use crate::judge::with_rest;
use crate::verdict::{Decision, Reason, Series, Verdict, doubling};

/// The verdict on a call stack, and the decisions on its blocks and its bytes that it rests on.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) blocks: Decision,
    pub(super) bytes: Decision,
    /// Whether its blocks may take the place of other stacks' blocks, or its room may be empty.
    pub(super) proves_nothing: bool,
}

impl Judgement {
    /// Judges the blocks first, and the bytes where the number of blocks tells nothing, as of a container.
    pub(super) fn of(history: &History, series_count: usize) -> Self {
        let (blocks, bytes) = (history.blocks(), history.bytes());
        let rest = history.rest;
        let of_blocks = with_rest(
            Series::new(&blocks).among(series_count).decide(),
            &blocks,
            rest.map(|rest| rest.blocks),
        );
        let of_bytes =
            with_rest(doubling::decide(&bytes, series_count), &bytes, rest.map(|rest| rest.bytes));
        let decisive = match (of_blocks.verdict, of_bytes.verdict) {
            (Verdict::Growing, _) => &of_blocks,
            (_, Verdict::Growing) => &of_bytes,
            (Verdict::Undecided, _) => &of_blocks,
            _ => &of_bytes,
        };
        Self {
            verdict: decisive.verdict,
            reason: decisive.reason.clone(),
            blocks: of_blocks,
            bytes: of_bytes,
            proves_nothing: false,
        }
    }
}

/// Where blocks went away in the rest, the container that held them keeps its room: a container whose room
/// grew is Undecided then, since nobody can tell whether it is empty.
pub(super) fn excuse_kept_room(verdicts: &mut [Judgement]) {
    if !verdicts.iter().any(|stack| stack.blocks.reason == Reason::ReleasedAtRest) {
        return;
    }
    let is_room = |stack: &&mut Judgement| {
        stack.verdict == Verdict::Growing && matches!(stack.reason, Reason::Doubles { .. })
    };
    for stack in verdicts.iter_mut().filter(is_room) {
        stack.verdict = Verdict::Undecided;
        stack.reason = Reason::RoomKept;
        stack.proves_nothing = true;
    }
}
