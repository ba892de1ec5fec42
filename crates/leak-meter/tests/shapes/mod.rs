//! Synthetic series with a known truth, one reading per round for as long as a soak may be.

mod catalogue;

pub use catalogue::catalogue;
use fastrand::Rng;
use leak_meter::Verdict;
use leak_meter::verdict::decide;

/// The rounds at which a soak looks whether it can decide.
pub const CHECKPOINTS: [usize; 4] = [12, 24, 48, 96];
const ROUNDS: usize = 96;

/// A family of series; each seed gives another member.
pub struct Shape {
    pub name: &'static str,
    leaks: bool,
    /// The highest share of wrong answers: Growing for a healthy shape, Steady for a leak.
    most_wrong: f64,
    /// The lowest share of right answers.
    fewest_right: f64,
    series: fn(&mut Rng) -> Vec<f64>,
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
            let values = (self.series)(&mut Rng::with_seed(seed));
            let (verdict, rounds) = soak(&values);
            rates.rounds += rounds;
            match verdict {
                Verdict::Growing => rates.growing += 1,
                Verdict::Steady => rates.steady += 1,
                Verdict::Undecided => rates.undecided += 1,
            }
        }
        rates
    }

    /// Whether these rates, of so many seeds, are as good as declared.
    pub fn keeps(&self, rates: &Rates, seeds: u64) -> bool {
        let share = |count: usize| count as f64 / seeds as f64;
        let (wrong, right) = if self.leaks {
            (share(rates.steady), share(rates.growing))
        } else {
            (share(rates.growing), share(rates.steady))
        };
        wrong <= self.most_wrong && right >= self.fewest_right
    }
}

/// What a soak that reads `values` ends with, and after how many rounds.
pub fn soak(values: &[f64]) -> (Verdict, usize) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // readings are small counts.
    let readings: Vec<u64> = values.iter().map(|value| value.max(0.0).round() as u64).collect();
    for rounds in CHECKPOINTS {
        let verdict = decide::decide(&readings[..rounds]).verdict;
        if verdict != Verdict::Undecided || rounds == ROUNDS {
            return (verdict, rounds);
        }
    }
    unreachable!("the last checkpoint returns")
}

/// A healthy shape: never called Growing in more than `most_wrong`, and called Steady in at least
/// `fewest_right` of its members.
const fn healthy(
    name: &'static str,
    most_wrong: f64,
    fewest_right: f64,
    series: fn(&mut Rng) -> Vec<f64>,
) -> Shape {
    Shape { name, leaks: false, most_wrong, fewest_right, series }
}

const fn leak(
    name: &'static str,
    most_wrong: f64,
    fewest_right: f64,
    series: fn(&mut Rng) -> Vec<f64>,
) -> Shape {
    Shape { name, leaks: true, most_wrong, fewest_right, series }
}

/// A level that nothing here brings near zero.
const LEVEL: f64 = 10_000.0;

fn each(mut value: impl FnMut(f64) -> f64) -> Vec<f64> {
    (0..ROUNDS).map(|round| LEVEL + value(round as f64)).collect()
}

/// From `low` to just below `high`.
fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

/// A normal deviate (Box and Muller 1958).
fn normal(rng: &mut Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

/// The height of a step of `size` at round `at`.
fn step(round: f64, at: f64, size: f64) -> f64 {
    if round >= at { size } else { 0.0 }
}

fn sawtooth(rng: &mut Rng) -> impl FnMut(f64) -> f64 + use<> {
    let period = between(rng, 3.0, 10.0).floor();
    let height = between(rng, 10.0, 200.0);
    let phase = between(rng, 0.0, period).floor();
    move |round| ((round + phase) % period) / period * height
}

/// Noise in which neighbours are alike: a first-order autoregression.
fn correlated(rng: &mut Rng, memory: f64, size: f64) -> Vec<f64> {
    let mut value = normal(rng) / (1.0 - memory * memory).sqrt();
    each(|_| {
        value = memory * value + normal(rng);
        value * size
    })
}

/// How many of `keys` different keys have been seen when `draws` are drawn in each round.
fn distinct_keys(rng: &mut Rng, keys: usize, draws: usize) -> Vec<f64> {
    let mut seen = vec![false; keys];
    let mut count = 0.0;
    each(|_| {
        for _ in 0..draws {
            let key = rng.usize(..keys);
            if !std::mem::replace(&mut seen[key], true) {
                count += 1.0;
            }
        }
        count
    })
}

fn add(mut values: Vec<f64>, mut more: impl FnMut(f64) -> f64) -> Vec<f64> {
    for (round, value) in values.iter_mut().enumerate() {
        *value += more(round as f64);
    }
    values
}

fn jitter(rng: &mut Rng, size: f64) -> Vec<f64> {
    each(|_| between(rng, -size, size))
}
