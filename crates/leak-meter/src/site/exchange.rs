//! Growth that is an exchange: a full container gives back blocks of one call stack and takes as many
//! of another.
//!
//! A cache whose entries were made before the soak, or by one path while it filled and by another since,
//! exchanges them one by one. The new stack grows until all are exchanged, and the old one falls. Numbers
//! alone cannot tell this from a queue that drains while something else leaks. So the heap is asked whether
//! one container holds the blocks of both stacks, and only then are they judged together.
//!
//! An exchange ends when the old blocks have run out. From then on each stack is judged by itself.

use super::findings::sum;
use super::judgement::Judgement;
use super::ledger::History;
use crate::allocator::SiteId;
use crate::holders::{self, Falling, Sharing};
use crate::verdict::{Reason, Series, Verdict, decide};

/// More falling call stacks are not asked about: each takes memory.
const MOST_FALLING: usize = 16;
/// Nor are more growing ones: each takes time.
const MOST_GROWING: usize = 32;
/// Fewer rounds do not show whether growth went on.
const FEWEST_ROUNDS: usize = decide::FEWEST_ROUNDS;

/// Whether the heap can be asked who holds what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeapAccess {
    /// At the end of a soak: once.
    Allowed,
    /// During a soak: a look takes too long.
    Later,
    /// Never, by the soak's own choice.
    SwitchedOff,
}

/// A call stack that falls.
struct Fall<'a> {
    history: &'a History,
    /// The round from which it no longer falls.
    ran_out: Option<usize>,
}

/// A growing call stack whose growth the fall of others makes up for.
struct Suspect<'a> {
    /// Its number among those that change.
    at: usize,
    history: &'a History,
    /// The round from which it is judged: earlier ones are explained by what has run out since.
    from: usize,
}

/// Revises what `verdicts` say of growth that the fall of other call stacks makes up for.
pub(super) fn judge(changing: &[History], verdicts: &mut [Judgement], heap: HeapAccess) {
    let series_count = changing.len();
    let grows = |at: &usize| match verdicts[*at].verdict {
        Verdict::Growing => rises(&changing[*at].blocks(), series_count),
        // Several of these can grow together, as a line.
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

/// What is found instead of Growing, and why.
type Revised = (Verdict, Reason);

/// Takes back what was said of growth. What was open before stays so.
fn apply((verdict, reason): Revised, judgement: &mut Judgement) {
    if judgement.verdict == Verdict::Growing {
        judgement.verdict = verdict;
        judgement.reason = reason;
    }
    judgement.proves_nothing = true;
}

/// Whether a series grows.
fn rises(readings: &[u64], series_count: usize) -> bool {
    Series::new(readings).series_count(series_count).decide().verdict == Verdict::Growing
}

/// Whether a series rises as surely as one [`falls`].
fn may_rise(readings: &[u64]) -> bool {
    let highest = readings.iter().max().copied().unwrap_or(0);
    let mirrored: Vec<u64> = readings.iter().map(|reading| highest - reading).collect();
    falls(&mirrored)
}

/// Whether a series falls.
fn falls(readings: &[u64]) -> bool {
    decide::falls(readings)
}

/// The verdicts on the blocks and the bytes of some stacks together, from a round on.
fn together<'a>(histories: impl Iterator<Item = &'a History>, from: usize) -> [Verdict; 2] {
    let all = sum(histories);
    [all.blocks(), all.bytes()].map(|series| decide::decide(&series[from..]).verdict)
}

/// Whether a stack does not grow any more once the stacks that fall are added to it.
fn is_made_up_for(growing: &History, falls: &[&Fall], from: usize) -> bool {
    let falls = falls.iter().map(|fall| fall.history);
    !together(falls.chain([growing]), from).contains(&Verdict::Growing)
}

/// The round from which a falling series falls no more, if enough rounds follow.
fn runs_out(readings: &[u64]) -> Option<usize> {
    let rounds = readings.len();
    let last = rounds.checked_sub(FEWEST_ROUNDS.max(rounds / 4))?;
    // Each test takes long in a long run.
    (rounds / 4..=last).step_by((rounds / 48).max(1)).find(|from| !falls(&readings[*from..]))
}

/// What a stack shows from a round on.
fn since(history: &History, from: usize, series_count: usize) -> Judgement {
    let readings = history.readings[from..].to_vec();
    let plain = Judgement::of_history(&History { readings, ..history.clone() }, series_count);
    let blocks = history.blocks();
    let rate = |blocks: &[u64]| {
        let first_and_last = blocks.first().zip(blocks.last());
        first_and_last.map_or(0.0, |(first, last)| {
            (*last as f64 - *first as f64) / blocks.len().max(1) as f64
        })
    };
    // Growth that is rare can go on unseen in a part of the rounds.
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

/// For each suspect, what the heap says of it and each of the falling stacks. `Err` is the reason why
/// the heap was not looked at.
fn ask(
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
        HeapAccess::SwitchedOff => Err("the look for holders is switched off".to_owned()),
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

/// How many blocks went in one of the last rounds, on average.
fn recent_rate(blocks: &[u64]) -> u64 {
    let quarter = (blocks.len() / 4).max(1);
    let before = blocks.len().checked_sub(quarter + 1).and_then(|at| blocks.get(at));
    let fall = before.zip(blocks.last()).map_or(0, |(before, last)| before.saturating_sub(*last));
    fall / quarter as u64
}

/// Whether a falling series has not fallen at the end for longer than ever before in the second half. What
/// it fell from may be gone, and then the heap shows nothing of it.
fn has_just_stopped(blocks: &[u64]) -> bool {
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

/// What is found of a suspect instead of Growing; `None` if that stands. The heap was asked about the first of
/// the falls; the others were over before the rounds from which the suspect is judged.
fn revise(
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
    // The answers are uncertain, and may differ between the call stacks of one container. If those that share
    // one with the suspect do not balance, all that are linked by shared containers are taken together.
    let own: Vec<bool> = row.iter().map(is_shared).collect();
    let mut groups = vec![own.clone(), linked(own, answers)];
    groups.dedup();
    let mut balanced_before = false;
    for group in groups {
        // Several paths may refresh one cache.
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
            "one container holds both, but blocks without a call stack may be of other places too"
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

/// The falling call stacks that are linked with those in `group`: two are linked if some growing call stack
/// shares a container with each of them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Reading;

    /// A table that grows with the work is replaced by a larger one now and then, each time from one of three
    /// call stacks, as where tasks run on several threads. `turns` tells which, in base three.
    fn table(turns: u32) -> Vec<History> {
        let room = |round: u64| (100 * round).next_power_of_two();
        let stack_of = |round: u64| turns / 3_u32.pow(room(round).ilog2() - 7) % 3;
        (0..3)
            .map(|stack| {
                let readings = (1..=96).map(|round| {
                    let blocks = u64::from(stack_of(round) == stack);
                    Reading { blocks, bytes: 16 * room(round) * blocks, reallocations: 0 }
                });
                let readings = readings.collect();
                History { site: SiteId::METER, readings, rest: None, allocates: true }
            })
            .collect()
    }

    /// A call stack whose number of blocks is this in each round.
    fn history(blocks: impl Fn(u32) -> u32) -> History {
        let reading = |round| {
            let blocks = u64::from(blocks(round));
            Reading { blocks, bytes: 64 * blocks, reallocations: 0 }
        };
        let readings = (1..=96).map(reading).collect();
        History { site: SiteId::METER, readings, rest: None, allocates: true }
    }

    /// What is found, from a round on, of growing call stacks beside falling ones. `answers` has a word for each
    /// of the former, and in it a letter for each of the latter: O for one container, D for different ones. As
    /// many others as `over` fall until that round.
    fn revised_from(from: u32, answers: &[&str], over: usize) -> Vec<Option<Verdict>> {
        let rises = history(|round| 200 * round);
        let falls = history(|round| 20_000 - 200 * round);
        // Some at a time, as what is freed late is.
        let has_fallen = history(|round| 20_000 - 4000 * (round.min(from) / 20));
        let fall = |history, ran_out| Fall { history, ran_out };
        let lives: Vec<Fall> = answers[0].chars().map(|_| fall(&falls, None)).collect();
        let over: Vec<Fall> = (0..over).map(|_| fall(&has_fallen, Some(from as usize))).collect();
        let (lives, over): (Vec<&Fall>, Vec<&Fall>) =
            (lives.iter().collect(), over.iter().collect());
        let suspect = |at| Suspect { at, history: &rises, from: from as usize };
        let suspects: Vec<Suspect> = (0..answers.len()).map(suspect).collect();
        let sharing = |letter| match letter {
            'O' => Sharing::OneContainer,
            _ => Sharing::Different,
        };
        let answers: Vec<_> =
            answers.iter().map(|row| Ok(row.chars().map(sharing).collect())).collect();
        let revise = |(suspect, answer)| {
            let revised = revise(suspect, answer, &suspects, &answers, [&lives, &over]);
            revised.map(|(verdict, _)| verdict)
        };
        suspects.iter().zip(&answers).map(revise).collect()
    }

    fn revised(answers: &[&str]) -> Vec<Option<Verdict>> {
        revised_from(0, answers, 0)
    }

    #[test]
    fn growth_that_balances_is_an_exchange_even_where_one_look_misses_a_pair() {
        assert_eq!(revised(&["OO", "OO"]), [Some(Verdict::Steady); 2]);
        assert_eq!(revised(&["DOO", "OOO", "OOO"]), [Some(Verdict::Steady); 3]);
        assert_eq!(revised(&["ODD", "OOD", "DOO"]), [Some(Verdict::Steady); 3]);
        // Two caches, each with its own entries.
        assert_eq!(revised(&["ODDD", "OODD", "DDOO", "DDDO"]), [Some(Verdict::Steady); 4]);
    }

    #[test]
    fn growth_that_does_not_balance_or_is_elsewhere_is_growth() {
        assert_eq!(
            revised(&["DD", "OO", "OO"]),
            [None, Some(Verdict::Steady), Some(Verdict::Steady)]
        );
        assert_eq!(revised(&["OO", "OO", "OO"]), [None; 3]);
        assert_eq!(revised(&["DO", "OO", "OO"]), [None; 3]);
    }

    #[test]
    fn growth_that_balanced_until_some_blocks_had_run_out_is_undecided() {
        assert_eq!(revised_from(68, &["OO", "OO", "OO"], 1), [Some(Verdict::Undecided); 3]);
        assert_eq!(revised_from(68, &["OO", "OO", "DD"], 1)[2], None);
        // Here they did not balance before that, either.
        assert_eq!(revised_from(68, &["OO", "OO", "OO", "OO"], 1), [None; 4]);
    }

    #[test]
    fn a_table_that_goes_from_stack_to_stack_as_it_grows_is_no_exchange() {
        for turns in 0..3_u32.pow(8) {
            let changing = table(turns);
            let mut verdicts: Vec<Judgement> = changing
                .iter()
                .map(|history| Judgement::of_history(history, changing.len()))
                .collect();
            judge(&changing, &mut verdicts, HeapAccess::Later);
            let proves = |(_, verdict): &(&History, &Judgement)| !verdict.proves_nothing;
            let plain = changing.iter().zip(&verdicts).filter(proves).map(|(history, _)| history);
            let line = Judgement::of_history(&sum(plain), 1);
            assert_eq!(line.verdict, Verdict::Growing, "{turns}: {verdicts:?}");
        }
    }
}
