//! Which kinds of pointers to counted blocks are strong: the choice that makes the sums come out right.

use std::collections::HashMap;

/// Kinds of pointers to the blocks of one place that are told apart.
const MOST_KINDS: u32 = 6;

/// A kind of pointer: the place of the block that it stands in, and of a field in which word.
pub(super) type Kind = (u32, u32);

/// A block that may be counted, and how many pointers of each kind there are to its start.
#[derive(Debug)]
pub(super) struct Sampled {
    pub(super) counts: (u64, u64),
    pub(super) pointers: HashMap<Kind, u64>,
}

/// The kinds of pointers to the blocks of a place.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) strong: Vec<Kind>,
    pub(super) not_strong: Vec<Kind>,
}

/// As [`Sampled`], with the kinds by their numbers.
#[derive(Debug)]
struct Sum {
    pointers: Vec<(usize, u64)>,
    counts: (u64, u64),
}

/// What the pointers of a kind may be.
const STRONG: u32 = 0;
const WEAK: u32 = 1;
const CHOICES: u32 = 3;

/// Which kinds of pointers are strong, if the counts of most blocks are right; `None` if these are no
/// counted blocks. Where the blocks are `known` to be counted, they may count more owners than there are:
/// then an owner has gone without counting down.
pub(super) fn choose(sampled: &[Sampled], known: bool) -> Option<Chosen> {
    let mut frequent: HashMap<Kind, u64> = HashMap::new();
    for (kind, number) in sampled.iter().flat_map(|sampled| &sampled.pointers) {
        *frequent.entry(*kind).or_default() += number;
    }
    let mut kinds: Vec<(Kind, u64)> = frequent.into_iter().collect();
    // The most frequent ones; rare ones are remains, or of blocks that are in motion.
    kinds.sort_by_key(|(kind, number)| (std::cmp::Reverse(*number), *kind));
    kinds.truncate(MOST_KINDS as usize);
    let kinds: Vec<Kind> = kinds.into_iter().map(|(kind, _)| kind).collect();
    let place = |kind: &Kind| kinds.iter().position(|other| other == kind);
    let by_number = |sampled: &Sampled| {
        let pointers =
            sampled.pointers.iter().filter_map(|(kind, number)| Some((place(kind)?, *number)));
        Sum { pointers: pointers.collect(), counts: sampled.counts }
    };
    let sums: Vec<Sum> = sampled.iter().map(by_number).collect();
    // A choice is a number with one digit for each kind.
    let digit =
        |choice: u32, at: usize| choice / CHOICES.pow(u32::try_from(at).unwrap_or(0)) % CHOICES;
    let fits = |choice: u32, may_exceed: bool| {
        let fits = |Sum { pointers, counts: (strong, weak) }: &&Sum| {
            let sum = |wanted: u32| {
                let those = pointers.iter().filter(|(at, _)| digit(choice, *at) == wanted);
                those.map(|(_, number)| number).sum::<u64>()
            };
            // All strong pointers together hold one weak one.
            let owners = sum(STRONG);
            (*strong == owners || (may_exceed && *strong > owners))
                && *weak == sum(WEAK) + u64::from(*strong > 0)
        };
        sums.iter().filter(fits).count()
    };
    let others = |choice: u32| (0..kinds.len()).filter(|at| digit(choice, *at) != STRONG).count();
    // Chance makes some fit, and pointers from stacks, which are not counted here, leave some out.
    let tried = |may_exceed: bool| {
        let choices = 0..CHOICES.pow(u32::try_from(kinds.len()).unwrap_or(0));
        let all: Vec<(usize, u32)> =
            choices.map(|choice| (fits(choice, may_exceed), choice)).collect();
        let best = all.iter().map(|(fits, _)| *fits).max()?;
        (best > 0 && best * 2 >= sampled.len()).then_some((all, best))
    };
    let (all, best) = tried(false).or_else(|| known.then(|| tried(true)).flatten())?;
    // Of those that are as good, the one with the most strong kinds. If that is not one alone, all are
    // called strong: what may be either holds.
    let good = || all.iter().filter(|(fits, _)| *fits == best).map(|(_, choice)| *choice);
    let fewest = good().map(others).min()?;
    let mut chosen = good().filter(|choice| others(*choice) == fewest);
    let choice = chosen.next().filter(|_| chosen.next().is_none()).unwrap_or(STRONG);
    let (strong, not_strong): (Vec<_>, Vec<_>) =
        kinds.iter().enumerate().partition(|(at, _)| digit(choice, *at) == STRONG);
    let [strong, not_strong] =
        [strong, not_strong].map(|kinds| kinds.into_iter().map(|(_, kind)| *kind).collect());
    Some(Chosen { strong, not_strong })
}
