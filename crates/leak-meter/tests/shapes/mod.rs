//! Synthetic series with a known truth, one reading per round for as long as a soak may be.

mod containers;
mod healthy;
mod leaking;
mod noise;

use fastrand::Rng;
use leak_meter::Verdict;
use leak_meter::verdict::container;
use leak_meter::verdict::decide::{self, Decision};

/// The rounds at which a soak looks whether it can decide.
pub const CHECKPOINTS: [usize; 4] = [12, 24, 48, 96];
const ROUNDS: usize = 96;
/// From so many rounds on a soak ends with the first series that grows, whatever the others do.
const LONG_RUN: usize = 48;

/// Every shape, the healthy ones first.
pub fn catalogue() -> Vec<Shape> {
    [healthy::shapes(), leaking::shapes(), containers::shapes()].into_iter().flatten().collect()
}

/// Makes a member of a family: one series, or several side by side.
type Member = Box<dyn Fn(&mut Rng) -> Vec<Vec<f64>>>;

/// A family of series; each seed gives another member.
pub struct Shape {
    pub name: &'static str,
    leaks: bool,
    /// The highest share of wrong answers: Growing for a healthy shape, Steady for a leak.
    most_wrong: f64,
    /// The lowest share of right answers.
    fewest_right: f64,
    judge: fn(&[u64], usize) -> Decision,
    /// The series that are looked at together: one for each place in a program.
    member: Member,
}

/// How often each verdict was given.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    pub growing: usize,
    pub steady: usize,
    pub undecided: usize,
    /// Rounds run, over all seeds.
    pub rounds: usize,
}

impl Shape {
    /// Runs the soak's procedure on `seeds` members.
    pub fn rates(&self, seeds: u64) -> Rates {
        let mut rates = Rates::default();
        for seed in 0..seeds {
            let (verdict, rounds) = self.soak(&(self.member)(&mut Rng::with_seed(seed)));
            rates.rounds += rounds;
            match verdict {
                Verdict::Growing => rates.growing += 1,
                Verdict::Steady => rates.steady += 1,
                Verdict::Undecided => rates.undecided += 1,
            }
        }
        rates
    }

    /// Whether these rates, of so many seeds, are as good as declared. Of few seeds one more may
    /// miss than the share allows; a wrong answer that may never be given is none of them.
    pub fn keeps(&self, rates: &Rates, seeds: u64) -> bool {
        let (wrong, right) =
            if self.leaks { (rates.steady, rates.growing) } else { (rates.growing, rates.steady) };
        let seeds = seeds as f64;
        let spare = if seeds < 500.0 { 2.0 } else { 0.0 };
        let most_wrong = self.most_wrong * seeds + if self.most_wrong > 0.0 { spare } else { 0.0 };
        let fewest_right = self.fewest_right * seeds - spare;
        wrong as f64 <= most_wrong && right as f64 >= fewest_right
    }

    /// What a soak that reads these series ends with, and after how many rounds.
    fn soak(&self, member: &[Vec<f64>]) -> (Verdict, usize) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        // small counts, not negative.
        let readings: Vec<Vec<u64>> = member
            .iter()
            .map(|values| values.iter().map(|value| value.max(0.0).round() as u64).collect())
            .collect();
        let among = readings.len();
        for rounds in CHECKPOINTS {
            let judged = readings.iter().map(|series| (self.judge)(&series[..rounds], among));
            let verdicts: Vec<Verdict> = judged.map(|decision| stated(&decision)).collect();
            let growing = verdicts.contains(&Verdict::Growing);
            let open = verdicts.contains(&Verdict::Undecided);
            if !open || rounds == ROUNDS || (growing && rounds >= LONG_RUN) {
                let verdict = match (growing, open) {
                    (true, _) => Verdict::Growing,
                    (false, true) => Verdict::Undecided,
                    (false, false) => Verdict::Steady,
                };
                return (verdict, rounds);
            }
        }
        unreachable!("the last checkpoint returns")
    }
}

/// The verdict, which always has its reason, and the growth that it could have seen if it is Steady.
fn stated(decision: &Decision) -> Verdict {
    assert!(!decision.reason.is_empty());
    if decision.verdict == Verdict::Steady {
        assert!(decision.smallest_visible.is_some_and(|growth| growth > 0.0), "{decision:?}");
    }
    decision.verdict
}

/// A healthy shape: never called Growing in more than `most_wrong`, and called Steady in at least
/// `fewest_right` of its members.
fn healthy(
    name: &'static str,
    most_wrong: f64,
    fewest_right: f64,
    series: fn(&mut Rng) -> Vec<f64>,
) -> Shape {
    let member = Box::new(move |rng: &mut Rng| vec![series(rng)]);
    Shape { name, leaks: false, most_wrong, fewest_right, judge: decide::decide_among, member }
}

/// A leak: never called Steady in more than `most_wrong`, and found in at least `fewest_right`.
fn leak(
    name: &'static str,
    most_wrong: f64,
    fewest_right: f64,
    series: fn(&mut Rng) -> Vec<f64>,
) -> Shape {
    Shape { leaks: true, ..healthy(name, most_wrong, fewest_right, series) }
}

impl Shape {
    /// The same, as the bytes of one site, where a container may be behind them.
    fn in_bytes(self) -> Self {
        Self { judge: container::decide, ..self }
    }

    /// The same beside `others` more, each a series of its own.
    fn beside(self, others: usize, other: fn(&mut Rng) -> Vec<f64>) -> Self {
        let alone = self.member;
        let member = Box::new(move |rng: &mut Rng| {
            let mut member = alone(rng);
            member.extend((0..others).map(|_| other(rng)));
            member
        });
        Self { member, ..self }
    }
}
