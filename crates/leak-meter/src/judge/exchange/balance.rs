//! Checks whether call stacks that grow and call stacks that fall balance.

use crate::judge::call_stack::Judgement;
use crate::site::History;
use crate::verdict::{Reason, Series, Verdict, decide};

/// With fewer rounds it is not visible whether growth continued.
const FEWEST_ROUNDS: usize = decide::FEWEST_ROUNDS;

/// A falling call stack.
pub(super) struct Fall<'a> {
    pub(super) history: &'a History,
    /// The round from which it no longer falls.
    pub(super) ran_out: Option<usize>,
}

/// A growing call stack whose growth is offset by falling ones.
pub(super) struct Suspect<'a> {
    /// Its index among the changing call stacks.
    pub(super) at: usize,
    pub(super) history: &'a History,
    /// The round from which it is judged: stacks that have run out since then explain the earlier ones.
    pub(super) from: usize,
}

/// Whether a series grows.
pub(super) fn rises(readings: &[u64], series_count: usize) -> bool {
    Series::new(readings).series_count(series_count).decide().verdict == Verdict::Growing
}

/// Whether a series rises, with the same certainty as [`falls`].
pub(super) fn may_rise(readings: &[u64]) -> bool {
    let highest = readings.iter().max().copied().unwrap_or(0);
    let mirrored: Vec<u64> = readings.iter().map(|reading| highest - reading).collect();
    falls(&mirrored)
}

/// Whether a series falls.
pub(super) fn falls(readings: &[u64]) -> bool {
    decide::falls(readings)
}

/// The verdicts on the sums of the blocks and of the bytes of several stacks, from a round on.
pub(super) fn together<'a>(
    histories: impl Iterator<Item = &'a History>,
    from: usize,
) -> [Verdict; 2] {
    let all = History::sum(histories);
    [all.blocks(), all.bytes()].map(|series| decide::decide(&series[from..]).verdict)
}

/// Whether a stack no longer grows once the falling stacks are added to it.
pub(super) fn is_made_up_for(growing: &History, falls: &[&Fall], from: usize) -> bool {
    let falls = falls.iter().map(|fall| fall.history);
    !together(falls.chain([growing]), from).contains(&Verdict::Growing)
}

/// The round from which a falling series no longer falls, if enough rounds follow.
pub(super) fn runs_out(readings: &[u64]) -> Option<usize> {
    let rounds = readings.len();
    let last = rounds.checked_sub(FEWEST_ROUNDS.max(rounds / 4))?;
    // In a long run, each check takes long.
    (rounds / 4..=last).step_by((rounds / 48).max(1)).find(|from| !falls(&readings[*from..]))
}

/// The judgement on a call stack from a round on.
pub(super) fn since(history: &History, from: usize, series_count: usize) -> Judgement {
    let readings = history.readings[from..].to_vec();
    let plain = Judgement::of_history(&History { readings, ..history.clone() }, series_count);
    let blocks = history.blocks();
    let rate = |blocks: &[u64]| {
        let first_and_last = blocks.first().zip(blocks.last());
        first_and_last.map_or(0.0, |(first, last)| {
            (*last as f64 - *first as f64) / blocks.len().max(1) as f64
        })
    };
    // Rare growth may continue unnoticed in a part of the rounds.
    let (before, after) = (rate(&blocks[..from]), rate(&blocks[from..]));
    let verdict = match plain.verdict {
        Verdict::Steady if 2.0 * after > before => Verdict::Undecided,
        verdict => verdict,
    };
    let reason = match verdict {
        Verdict::Growing => plain.reason.clone(),
        _ => Reason::StoppedWithOthers { round: from },
    };
    Judgement { verdict, reason, proves_nothing: true, ..plain }
}

/// The mean number of blocks freed per round, over the last rounds.
pub(super) fn recent_rate(blocks: &[u64]) -> u64 {
    let quarter = (blocks.len() / 4).max(1);
    let before = blocks.len().checked_sub(quarter + 1).and_then(|at| blocks.get(at));
    let fall = before.zip(blocks.last()).map_or(0, |(before, last)| before.saturating_sub(*last));
    fall / quarter as u64
}

/// Whether a falling series has now been level for longer than ever before in the second half. All its
/// blocks may have been freed, and then the heap shows nothing about them.
pub(super) fn has_just_stopped(blocks: &[u64]) -> bool {
    /// Smaller falls are noise: one in this many of the blocks freed per round.
    const NOISE: u64 = 10;
    let least = recent_rate(blocks) / NOISE;
    let half = blocks.len() / 2;
    let (mut lowest, mut last, mut longest) = (u64::MAX, half, 1);
    for (round, now) in blocks.iter().enumerate().skip(half) {
        if *now < lowest.saturating_sub(least) {
            longest = longest.max(round - last);
            (lowest, last) = (*now, round);
        }
    }
    blocks.len() - 1 - last > longest
}
