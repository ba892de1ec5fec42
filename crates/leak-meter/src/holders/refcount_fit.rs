//! Finds which kinds of pointers to counted blocks are strong: the assignment that matches the counts.

use std::collections::HashMap;

/// The maximum number of kinds of pointers to the blocks of one place.
const MOST_KINDS: u32 = 6;

/// A kind of pointer: the place of the block that contains it and, if the block has fields, the word.
pub(super) type PointerKind = (u32, u32);

/// A block that may be counted, and the number of pointers of each kind to its start.
#[derive(Debug)]
pub(super) struct Sampled {
    pub(super) counts: (u64, u64),
    pub(super) pointers: HashMap<PointerKind, u64>,
}

/// The kinds of pointers to the blocks of a place.
#[derive(Debug)]
pub(super) struct RefcountFit {
    pub(super) strong: Vec<PointerKind>,
    pub(super) not_strong: Vec<PointerKind>,
}

/// Like [`Sampled`], with the kinds by their numbers.
#[derive(Debug)]
struct Sum {
    pointers: Vec<(usize, u64)>,
    counts: (u64, u64),
}

/// The possible meanings of a kind of pointer: strong, weak, or neither.
const STRONG: u32 = 0;
const WEAK: u32 = 1;
const MEANINGS: u32 = 3;

/// Finds which kinds of pointers are strong, if an assignment matches the counts of most blocks; `None` if
/// these are not counted blocks. Blocks that are `known` to be counted may count more owners than there are
/// pointers, because an owner was lost without decrementing the count.
pub(super) fn fit(sampled: &[Sampled], known: bool) -> Option<RefcountFit> {
    let mut frequent: HashMap<PointerKind, u64> = HashMap::new();
    for (kind, number) in sampled.iter().flat_map(|sampled| &sampled.pointers) {
        *frequent.entry(*kind).or_default() += number;
    }
    let mut kinds: Vec<(PointerKind, u64)> = frequent.into_iter().collect();
    // Only the most frequent kinds are used; rare ones are stale or belong to moving blocks.
    kinds.sort_by_key(|(kind, number)| (std::cmp::Reverse(*number), *kind));
    kinds.truncate(MOST_KINDS as usize);
    let kinds: Vec<PointerKind> = kinds.into_iter().map(|(kind, _)| kind).collect();
    let place = |kind: &PointerKind| kinds.iter().position(|other| other == kind);
    let by_number = |sampled: &Sampled| {
        let pointers =
            sampled.pointers.iter().filter_map(|(kind, number)| Some((place(kind)?, *number)));
        Sum { pointers: pointers.collect(), counts: sampled.counts }
    };
    let sums: Vec<Sum> = sampled.iter().map(by_number).collect();
    // An assignment is a number with one digit per kind.
    let digit = |assignment: u32, at: usize| {
        assignment / MEANINGS.pow(u32::try_from(at).unwrap_or(0)) % MEANINGS
    };
    let fits = |assignment: u32, may_exceed: bool| {
        let fits = |Sum { pointers, counts: (strong, weak) }: &&Sum| {
            let sum = |wanted: u32| {
                let those = pointers.iter().filter(|(at, _)| digit(assignment, *at) == wanted);
                those.map(|(_, number)| number).sum::<u64>()
            };
            // All strong pointers together hold one weak count.
            let owners = sum(STRONG);
            (*strong == owners || (may_exceed && *strong > owners))
                && *weak == sum(WEAK) + u64::from(*strong > 0)
        };
        sums.iter().filter(fits).count()
    };
    let others =
        |assignment: u32| (0..kinds.len()).filter(|at| digit(assignment, *at) != STRONG).count();
    // Some blocks fit by chance, and others do not fit because pointers from stacks are not counted here.
    let tried = |may_exceed: bool| {
        let assignments = 0..MEANINGS.pow(u32::try_from(kinds.len()).unwrap_or(0));
        let all: Vec<(usize, u32)> =
            assignments.map(|assignment| (fits(assignment, may_exceed), assignment)).collect();
        let best = all.iter().map(|(fits, _)| *fits).max()?;
        (best > 0 && best * 2 >= sampled.len()).then_some((all, best))
    };
    let (all, best) = tried(false).or_else(|| known.then(|| tried(true)).flatten())?;
    // Of equally good assignments, use the one with the most strong kinds. If several remain, all kinds count
    // as strong, because a pointer that may be strong must count as holding.
    let good = || all.iter().filter(|(fits, _)| *fits == best).map(|(_, assignment)| *assignment);
    let fewest = good().map(others).min()?;
    let mut chosen = good().filter(|assignment| others(*assignment) == fewest);
    let assignment = chosen.next().filter(|_| chosen.next().is_none()).unwrap_or(STRONG);
    let (strong, not_strong): (Vec<_>, Vec<_>) =
        kinds.iter().enumerate().partition(|(at, _)| digit(assignment, *at) == STRONG);
    let [strong, not_strong] =
        [strong, not_strong].map(|kinds| kinds.into_iter().map(|(_, kind)| *kind).collect());
    Some(RefcountFit { strong, not_strong })
}
