//! Exchanges between made-up call stacks.

use super::*;
use crate::allocator::SiteId;
use crate::holders::Sharing;
use crate::site::Reading;

/// A table that grows with the work is replaced by a larger one from time to time, each time by one of three
/// call stacks, as when tasks run on several threads. The base-three digits of `turns` select the stacks.
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

/// A call stack with this number of blocks in each round.
fn history(blocks: impl Fn(u32) -> u32) -> History {
    let reading = |round| {
        let blocks = u64::from(blocks(round));
        Reading { blocks, bytes: 64 * blocks, reallocations: 0 }
    };
    let readings = (1..=96).map(reading).collect();
    History { site: SiteId::METER, readings, rest: None, allocates: true }
}

/// The revised verdicts on growing call stacks beside falling ones, from a round on. `answers` has a word for
/// each growing stack, and in it a letter for each falling stack: O for one container, D for different ones.
/// `over` is the number of further stacks that fall until that round.
fn revised_from(from: u32, answers: &[&str], over: usize) -> Vec<Option<Verdict>> {
    let rises = history(|round| 200 * round);
    let falls = history(|round| 20_000 - 200 * round);
    // These fall in steps, like blocks that are freed late.
    let has_fallen = history(|round| 20_000 - 4000 * (round.min(from) / 20));
    let fall = |history, ran_out| Fall { history, ran_out };
    let lives: Vec<Fall> = answers[0].chars().map(|_| fall(&falls, None)).collect();
    let over: Vec<Fall> = (0..over).map(|_| fall(&has_fallen, Some(from as usize))).collect();
    let (lives, over): (Vec<&Fall>, Vec<&Fall>) = (lives.iter().collect(), over.iter().collect());
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
fn growth_that_balances_is_an_exchange_even_if_one_scan_misses_a_pair() {
    assert_eq!(revised(&["OO", "OO"]), [Some(Verdict::Steady); 2]);
    assert_eq!(revised(&["DOO", "OOO", "OOO"]), [Some(Verdict::Steady); 3]);
    assert_eq!(revised(&["ODD", "OOD", "DOO"]), [Some(Verdict::Steady); 3]);
    // Two caches, each with its own entries.
    assert_eq!(revised(&["ODDD", "OODD", "DDOO", "DDDO"]), [Some(Verdict::Steady); 4]);
}

#[test]
fn growth_that_does_not_balance_or_is_elsewhere_is_growth() {
    assert_eq!(revised(&["DD", "OO", "OO"]), [None, Some(Verdict::Steady), Some(Verdict::Steady)]);
    assert_eq!(revised(&["OO", "OO", "OO"]), [None; 3]);
    assert_eq!(revised(&["DO", "OO", "OO"]), [None; 3]);
}

#[test]
fn growth_that_balanced_until_some_blocks_had_run_out_is_undecided() {
    assert_eq!(revised_from(68, &["OO", "OO", "OO"], 1), [Some(Verdict::Undecided); 3]);
    assert_eq!(revised_from(68, &["OO", "OO", "DD"], 1)[2], None);
    // Here they did not balance before that round either.
    assert_eq!(revised_from(68, &["OO", "OO", "OO", "OO"], 1), [None; 4]);
}

#[test]
fn a_growing_table_that_moves_between_stacks_is_not_an_exchange() {
    for turns in 0..3_u32.pow(8) {
        let changing = table(turns);
        let mut verdicts: Vec<Judgement> =
            changing.iter().map(|history| Judgement::of_history(history, changing.len())).collect();
        judge(&changing, &mut verdicts, HeapAccess::Later);
        let proves = |(_, verdict): &(&History, &Judgement)| !verdict.proves_nothing;
        let plain = changing.iter().zip(&verdicts).filter(proves).map(|(history, _)| history);
        let line = Judgement::of_history(&History::sum(plain), 1);
        assert_eq!(line.verdict, Verdict::Growing, "{turns}: {verdicts:?}");
    }
}
