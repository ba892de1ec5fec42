//! Call stacks that grow while others fall: whether their sums balance.

use crate::judge::call_stack::Judgement;
use crate::site::History;
use crate::verdict::{Reason, Series, Verdict, decide};

/// Fewer rounds do not show whether growth went on.
const FEWEST_ROUNDS: usize = decide::FEWEST_ROUNDS;

/// A call stack that falls.
pub(super) struct Fall<'a> {
    pub(super) history: &'a History,
    /// The round from which it no longer falls.
    pub(super) ran_out: Option<usize>,
}

/// A growing call stack whose growth the fall of others makes up for.
pub(super) struct Suspect<'a> {
    /// Its index among the changing call stacks.
    pub(super) at: usize,
    pub(super) history: &'a History,
    /// The round from which it is judged: earlier ones are explained by what has run out since.
    pub(super) from: usize,
}

/// Whether a series grows.
pub(super) fn rises(readings: &[u64], series_count: usize) -> bool {
    Series::new(readings).series_count(series_count).decide().verdict == Verdict::Growing
}

/// Whether a series rises as surely as one [`falls`].
pub(super) fn may_rise(readings: &[u64]) -> bool {
    let highest = readings.iter().max().copied().unwrap_or(0);
    let mirrored: Vec<u64> = readings.iter().map(|reading| highest - reading).collect();
    falls(&mirrored)
}

/// Whether a series falls.
pub(super) fn falls(readings: &[u64]) -> bool {
    decide::falls(readings)
}

/// The verdicts on the blocks and the bytes of some stacks together, from a round on.
pub(super) fn together<'a>(
    histories: impl Iterator<Item = &'a History>,
    from: usize,
) -> [Verdict; 2] {
    let all = History::sum(histories);
    [all.blocks(), all.bytes()].map(|series| decide::decide(&series[from..]).verdict)
}

/// Whether a stack does not grow any more once the stacks that fall are added to it.
pub(super) fn is_made_up_for(growing: &History, falls: &[&Fall], from: usize) -> bool {
    let falls = falls.iter().map(|fall| fall.history);
    !together(falls.chain([growing]), from).contains(&Verdict::Growing)
}

/// The round from which a falling series falls no more, if enough rounds follow.
pub(super) fn runs_out(readings: &[u64]) -> Option<usize> {
    let rounds = readings.len();
    let last = rounds.checked_sub(FEWEST_ROUNDS.max(rounds / 4))?;
    // Each test takes long in a long run.
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
    // Rare growth can continue unseen in a part of the rounds.
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

/// How many blocks went in one of the last rounds, on average.
pub(super) fn recent_rate(blocks: &[u64]) -> u64 {
    let quarter = (blocks.len() / 4).max(1);
    let before = blocks.len().checked_sub(quarter + 1).and_then(|at| blocks.get(at));
    let fall = before.zip(blocks.last()).map_or(0, |(before, last)| before.saturating_sub(*last));
    fall / quarter as u64
}

/// Whether a falling series has not fallen at the end for longer than ever before in the second half. The
/// blocks that were freed may all be gone, and then the heap shows nothing about them.
pub(super) fn has_just_stopped(blocks: &[u64]) -> bool {
    /// Smaller falls are noise: one in so many of a round's blocks.
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
