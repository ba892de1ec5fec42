//! Whether one container holds the blocks of growing and of falling call stacks, and the conclusions from
//! that.

use super::balance::{Fall, Suspect, has_just_stopped, is_made_up_for, recent_rate, together};
use crate::allocator::SiteId;
use crate::holders::{self, Falling, Sharing};
use crate::site::History;
use crate::verdict::{Reason, Verdict};

/// With more falling call stacks than this, the heap is not scanned, because each takes memory.
const MOST_FALLING: usize = 16;
/// With more growing call stacks than this, it is not scanned either, because each takes time.
const MOST_GROWING: usize = 32;

/// Whether the heap may be scanned for holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeapAccess {
    /// Once, at the end of a soak.
    Allowed,
    /// Not during a soak, because a scan takes too long.
    Later,
    /// Never, because the soak's configuration says so.
    SwitchedOff,
    /// Never, because the readings are of another process.
    Elsewhere,
}

/// The verdict that replaces Growing, and why.
pub(super) type Revised = (Verdict, Reason);

/// For each suspect, what the heap shows about it and each falling stack. `Err` has the reason why the heap
/// was not scanned.
pub(super) fn ask(
    suspects: &[Suspect],
    falls: &[&Fall],
    heap: HeapAccess,
) -> Vec<Result<Vec<Sharing>, String>> {
    let answers = match heap {
        HeapAccess::Allowed if suspects.len() > MOST_GROWING || falls.len() > MOST_FALLING => {
            Err("too many call stacks change at once".to_owned())
        }
        HeapAccess::Allowed => {
            let growing: Vec<SiteId> =
                suspects.iter().map(|suspect| suspect.history.site).collect();
            let falling: Vec<Falling> = falls.iter().map(|fall| falling(fall.history)).collect();
            holders::share_a_container(&growing, &falling)
        }
        HeapAccess::Later => Err("the soak has not ended".to_owned()),
        HeapAccess::SwitchedOff => Err("the search for holders is switched off".to_owned()),
        HeapAccess::Elsewhere => Err("the heap itself is not in the profiles".to_owned()),
    };
    match answers {
        Err(reason) => vec![Err(reason); suspects.len()],
        Ok(mut answers) => {
            for (number, fall) in falls.iter().enumerate() {
                if has_just_stopped(&fall.history.blocks()) {
                    let reason = "the old blocks have only just run out";
                    for row in &mut answers {
                        row[number] = Sharing::CannotTell(reason);
                    }
                }
            }
            answers.into_iter().map(Ok).collect()
        }
    }
}

fn falling(history: &History) -> Falling {
    Falling { site: history.site, per_round: recent_rate(&history.blocks()) }
}

/// The verdict that replaces Growing for a suspect; `None` if Growing stands. `answers` concern the first list
/// of falls; the second list had ended before the rounds in which the suspect is judged.
pub(super) fn revise(
    suspect: &Suspect,
    answer: &Result<Vec<Sharing>, String>,
    suspects: &[Suspect],
    answers: &[Result<Vec<Sharing>, String>],
    [falls, over]: [&[&Fall]; 2],
) -> Option<Revised> {
    let cannot_tell =
        |why: &str| Some((Verdict::Undecided, Reason::PerhapsExchanged { why: why.to_owned() }));
    let row = match answer {
        Ok(row) => row,
        Err(reason) => return cannot_tell(reason),
    };
    let unclear = row.iter().find_map(|sharing| match sharing {
        Sharing::CannotTell(reason) => Some(*reason),
        Sharing::OneContainer | Sharing::Different => None,
    });
    let those = |wanted: fn(&Sharing) -> bool| {
        row.iter().zip(falls).filter(move |(sharing, _)| wanted(sharing)).map(|(_, fall)| *fall)
    };
    let shared: Vec<&Fall> = those(is_shared).collect();
    let possible: Vec<&Fall> = those(|sharing| *sharing != Sharing::Different).collect();
    if shared.is_empty() || !is_made_up_for(suspect.history, &shared, suspect.from) {
        let may_be = unclear.filter(|_| is_made_up_for(suspect.history, &possible, suspect.from));
        return may_be.and_then(cannot_tell);
    }
    // The answers are uncertain, and may differ between the call stacks of one container. If the stacks that
    // share a container with the suspect do not balance, all stacks linked by shared containers are considered
    // together.
    let own: Vec<bool> = row.iter().map(is_shared).collect();
    let mut groups = vec![own.clone(), linked(own, answers)];
    groups.dedup();
    let mut balanced_before = false;
    for group in groups {
        // Several paths may refresh the same cache.
        let members = suspects.iter().zip(answers).filter(|(_, answer)| shares_one(answer, &group));
        let members = members.map(|(member, _)| member.history);
        let fallen = falls.iter().zip(&group).filter(|(_, is_in)| **is_in);
        let fallen: Vec<&History> = fallen.map(|(fall, _)| fall.history).collect();
        let are_known = fallen.iter().all(|history| history.site != SiteId::UNKNOWN);
        let histories: Vec<&History> = members.chain(fallen).collect();
        let verdicts = together(histories.iter().copied(), suspect.from);
        if verdicts.contains(&Verdict::Growing) {
            let all = histories.into_iter().chain(over.iter().map(|fall| fall.history));
            balanced_before = !over.is_empty() && !together(all, 0).contains(&Verdict::Growing);
            continue;
        }
        if are_known && verdicts == [Verdict::Steady; 2] {
            return Some((Verdict::Steady, Reason::Exchanged));
        }
        return cannot_tell(if are_known {
            "one container holds both, but they are not clearly steady together"
        } else {
            "one container holds both, but blocks without a call stack may come from other places too"
        });
    }
    if balanced_before {
        return cannot_tell(
            "one container holds both, but they balanced only until other blocks had run out",
        );
    }
    None
}

fn is_shared(sharing: &Sharing) -> bool {
    *sharing == Sharing::OneContainer
}

/// Whether a growing call stack shares a container with one of the falling ones in `group`.
fn shares_one(answer: &Result<Vec<Sharing>, String>, group: &[bool]) -> bool {
    answer.iter().flatten().zip(group).any(|(sharing, is_in)| *is_in && is_shared(sharing))
}

/// The falling call stacks that are linked to those in `group`: two are linked if a growing call stack shares
/// a container with each of them.
fn linked(mut group: Vec<bool>, answers: &[Result<Vec<Sharing>, String>]) -> Vec<bool> {
    loop {
        let mut wider = group.clone();
        for answer in answers.iter().filter(|answer| shares_one(answer, &group)) {
            for (is_in, sharing) in wider.iter_mut().zip(answer.iter().flatten()) {
                *is_in |= is_shared(sharing);
            }
        }
        if wider == group {
            return group;
        }
        group = wider;
    }
}
