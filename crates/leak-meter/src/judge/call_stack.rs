//! Judges the readings of one call stack, or the sum of several.

use crate::site::History;
use crate::verdict::{Decision, Reason, Series, Verdict, doubling, with_rest};

/// The capacity that a container may have for each block that it holds, in bytes; at least a pointer.
const SMALLEST_ENTRY: u64 = 8;
const LARGEST_ENTRY: u64 = 1024;
/// Capacity that grew by more than this factor has doubled at least twice.
const TWICE_DOUBLED: u64 = 3;

/// The verdict on a call stack, and the decisions on its blocks and bytes that it is based on.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) reason: Reason,
    pub(super) blocks: Decision,
    pub(super) bytes: Decision,
    /// Whether the growth may be spurious: its blocks may replace those of other stacks, or its capacity may be
    /// unused.
    pub(super) proves_nothing: bool,
}

impl Judgement {
    /// Judges the blocks first, and the bytes if the number of blocks is not conclusive, as for a container.
    pub(super) fn of_history(history: &History, series_count: usize) -> Self {
        let (blocks, bytes) = (history.blocks(), history.bytes());
        let rest = history.rest;
        let of_blocks = with_rest(
            Series::new(&blocks).series_count(series_count).decide(),
            &blocks,
            rest.map(|rest| rest.blocks),
        );
        let mut of_bytes =
            with_rest(doubling::decide(&bytes, series_count), &bytes, rest.map(|rest| rest.bytes));
        if of_blocks.verdict == Verdict::Growing {
            of_bytes.rate = of_bytes.rate.map(|rate| rate.of_bytes(&bytes, &of_blocks));
        }
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

/// A container keeps its capacity when it is emptied, and then fills up again, either to about the previous
/// level or to a new maximum. So a container that may have held blocks which were freed, in a round or during
/// the rest, is Undecided if its capacity has since doubled at most once, or only when the number of those
/// blocks reached a new maximum.
pub(super) fn excuse_kept_room(changing: &[History], verdicts: &mut [Judgement]) {
    for at in 0..verdicts.len() {
        let doubles = matches!(verdicts[at].reason, Reason::Doubles { .. });
        if verdicts[at].verdict != Verdict::Growing || !doubles {
            continue;
        }
        let room = changing[at].bytes();
        let doubled_twice_since = |round: usize| {
            let then = room.get(round).copied();
            then.is_some_and(|then| room.last().is_some_and(|last| *last > TWICE_DOUBLED * then))
        };
        let may_be_room_of = |other: &History| {
            emptied_in(other, &room).is_some_and(|round| {
                !doubled_twice_since(round) || rises_with_records_since(round, &room, other)
            })
        };
        let mut others = changing.iter().enumerate().filter(|(other, _)| *other != at);
        if others.any(|(_, other)| may_be_room_of(other)) {
            let excused = &mut verdicts[at];
            excused.verdict = Verdict::Undecided;
            excused.reason = Reason::RoomKept;
            excused.proves_nothing = true;
        }
    }
}

/// Whether the capacity rises, after a round, only when the number of the other blocks is at a new maximum. A
/// round may end after a peak within it, so the gain of one round may be missing.
fn rises_with_records_since(emptied: usize, room: &[u64], other: &History) -> bool {
    let blocks = other.blocks();
    let mut rises = (emptied + 1..room.len()).filter(|round| room[*round] > room[round - 1]);
    rises.all(|round| {
        let gain = blocks[round].saturating_sub(blocks[round - 1]);
        let record = blocks[..round].iter().copied().max().unwrap_or(0);
        blocks[round] + gain >= record && gain > 0
    })
}

/// The first round by which at least half of this call stack's blocks had been freed, if there were enough of
/// them to fill a container of this capacity. The rest counts as the round after the last one.
fn emptied_in(history: &History, room: &[u64]) -> Option<usize> {
    let rest = history.rest.map(|rest| rest.blocks);
    let readings = history.readings.iter().map(|reading| reading.blocks).chain(rest);
    let mut highest = 0;
    readings.enumerate().position(|(round, blocks)| {
        highest = highest.max(blocks);
        let (gone, room) = (highest - blocks, room[round.min(room.len() - 1)]);
        let is_half = gone > 0 && 2 * gone >= highest;
        is_half && SMALLEST_ENTRY * gone <= room && room <= LARGEST_ENTRY * gone
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocator::SiteId;
    use crate::site::Reading;

    /// A call stack with these blocks and bytes after each round.
    fn history(readings: impl Iterator<Item = (u64, u64)>) -> History {
        let reading = |(blocks, bytes)| Reading { blocks, bytes, reallocations: 0 };
        let readings = readings.map(reading).collect();
        History { site: SiteId::METER, readings, rest: None, allocates: true }
    }

    /// The verdict on the first of two call stacks.
    fn first_of(changing: &[History; 2]) -> (Verdict, Reason) {
        let mut verdicts = changing.each_ref().map(|history| Judgement::of_history(history, 2));
        assert_eq!(verdicts[0].verdict, Verdict::Growing, "{:?}", verdicts[0]);
        excuse_kept_room(changing, &mut verdicts);
        let [first, _] = verdicts;
        (first.verdict, first.reason)
    }

    /// The capacity for 16 bytes per entry, with `each` entries added in a round, until the container is emptied
    /// in round `emptied`.
    fn room(each: u64, emptied: u64) -> History {
        history((1..=96).map(|round| (1, 16 * (each * round.min(emptied)).next_power_of_two())))
    }

    #[test]
    fn capacity_that_is_emptied_from_time_to_time_is_undecided() {
        let sessions = history((1..=96).map(|round| (50 * (round % 52), 5000 * (round % 52))));
        let undecided = (Verdict::Undecided, Reason::RoomKept);
        assert_eq!(first_of(&[room(47, 52), sessions.clone()]), undecided);
        // The second time there are slightly more entries, and the capacity doubles once more.
        assert_eq!(first_of(&[room(50, 96), sessions]), undecided);
    }

    #[test]
    fn capacity_that_keeps_doubling_after_others_were_freed_is_growing() {
        let sessions = history((1..=96).map(|round| (50 * (round % 20), 5000 * (round % 20))));
        assert_eq!(first_of(&[room(50, 96), sessions]).0, Verdict::Growing);
        // Too few or too many blocks: this capacity cannot belong to their container.
        for few_or_many in [history((1..=96).map(|round| (round / 60, 8))), {
            history((1..=96).map(|round| (100_000 * (round % 52), 1)))
        }] {
            assert_eq!(first_of(&[room(50, 96), few_or_many]).0, Verdict::Growing);
        }
    }

    #[test]
    fn capacity_that_rises_only_at_new_maxima_of_its_contents_is_undecided() {
        let peaks = [100, 300, 800, 2000];
        let live = |round: u64| peaks[((round - 1) / 24) as usize] * ((round - 1) % 24 + 1) / 24;
        let sessions = history((1..=96).map(|round| (live(round), 100 * live(round))));
        let record = |round: u64| (1..=round).map(live).max().unwrap();
        let room = history((1..=96).map(|round| (1, 16 * record(round).next_power_of_two())));
        let undecided = (Verdict::Undecided, Reason::RoomKept);
        assert_eq!(first_of(&[room.clone(), sessions]), undecided);
        // The same capacity beside blocks that are freed at other times.
        let others = history((1..=96).map(|round| (50 * (round % 20), 5000 * (round % 20))));
        assert_eq!(first_of(&[room, others]).0, Verdict::Growing);
    }

    #[test]
    fn capacity_that_stays_when_blocks_are_freed_in_the_rest_is_undecided() {
        let mut links = history((1..=96).map(|round| (50 * round, 5000 * round)));
        assert_eq!(first_of(&[room(50, 96), links.clone()]).0, Verdict::Growing);
        links.rest = Some(Reading::default());
        assert_eq!(first_of(&[room(50, 96), links]), (Verdict::Undecided, Reason::RoomKept));
    }
}
