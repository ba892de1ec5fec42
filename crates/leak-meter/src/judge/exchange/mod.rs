//! Recognises growth that is an exchange: a full container frees blocks of one call stack and allocates the
//! same number of another.
//!
//! A cache exchanges its entries one by one if they were created before the soak, or by one path while it
//! filled and by another since then. The new stack grows until all entries are exchanged, and the old one
//! falls. Numbers alone cannot distinguish this from a queue that drains while something else leaks. So the
//! heap is scanned for a container that holds the blocks of both stacks, and only if there is one are they
//! judged together.
//!
//! An exchange ends when the old blocks have run out. From then on each stack is judged by itself.

mod balance;
mod containers;
#[cfg(test)]
mod tests;

use super::call_stack::Judgement;
use crate::site::History;
use crate::verdict::Verdict;

use balance::{Fall, Suspect, falls, is_made_up_for, may_rise, rises, runs_out, since};
use containers::{Revised, ask, revise};

pub(crate) use containers::HeapAccess;

/// Revises the `verdicts` on growth that is offset by other call stacks that fall.
pub(super) fn judge(changing: &[History], verdicts: &mut [Judgement], heap: HeapAccess) {
    let series_count = changing.len();
    let grows = |at: &usize| match verdicts[*at].verdict {
        Verdict::Growing => rises(&changing[*at].blocks(), series_count),
        // Several of these may grow together, as a line.
        Verdict::Undecided => may_rise(&changing[*at].blocks()),
        Verdict::Steady => false,
    };
    let growing: Vec<usize> = (0..series_count).filter(grows).collect();
    if growing.is_empty() {
        return;
    }
    let falls: Vec<Fall> = changing
        .iter()
        .filter(|history| falls(&history.blocks()))
        .map(|history| Fall { history, ran_out: runs_out(&history.blocks()) })
        .collect();
    let all: Vec<&Fall> = falls.iter().collect();
    let ran_out = falls.iter().filter_map(|fall| fall.ran_out).max();
    let mut suspects = Vec::new();
    for at in growing {
        let history = &changing[at];
        if falls.is_empty() || !is_made_up_for(history, &all, 0) {
            continue;
        }
        let Some(from) = ran_out else {
            suspects.push(Suspect { at, history, from: 0 });
            continue;
        };
        match since(history, from, series_count) {
            Judgement { verdict: Verdict::Growing, .. } => {
                if is_made_up_for(history, &all, from) {
                    suspects.push(Suspect { at, history, from });
                }
            }
            revised => apply((revised.verdict, revised.reason), &mut verdicts[at]),
        }
    }
    if suspects.is_empty() {
        return;
    }
    let (live, over): (Vec<&Fall>, Vec<&Fall>) =
        falls.iter().partition(|fall| fall.ran_out.is_none());
    let (falls, over) = if live.is_empty() { (all, Vec::new()) } else { (live, over) };
    let answers = ask(&suspects, &falls, heap);
    for (suspect, answer) in suspects.iter().zip(&answers) {
        if let Some(revised) = revise(suspect, answer, &suspects, &answers, [&falls, &over]) {
            apply(revised, &mut verdicts[suspect.at]);
        }
    }
}

/// Replaces a verdict of Growing, but keeps an Undecided one.
fn apply((verdict, reason): Revised, judgement: &mut Judgement) {
    if judgement.verdict == Verdict::Growing {
        judgement.verdict = verdict;
        judgement.reason = reason;
    }
    judgement.proves_nothing = true;
}
