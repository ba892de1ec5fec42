//! Synthetic series with a known truth, with one reading for each of 96 rounds, and the rate of correct
//! verdicts on them.
//!
//! A shape is a family of series: each seed draws another member, with parameters from a range, so that no
//! threshold can be fitted to a single value.

mod containers;
mod filling;
mod healthy;
mod leaking;
mod noise;
mod swinging;

use fastrand::Rng;
use leak_meter::Verdict;
use leak_meter::internals::{Decision, Series, decide_on_bytes};

/// The number of rounds in a series: the minimum for a soak with a budget.
pub const ROUNDS: usize = 96;

/// The requirements on the verdicts for a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No leak: Growing in at most 1 % of its members.
    Healthy,
    /// No leak, but its growth never stops entirely: Growing in at most 5 %.
    HighWater,
    /// A leak: Growing in at least 95 %, Steady in at most 1 %.
    Leak,
    /// A leak for which one run may be too short: Steady with a detection limit below the leak in at most 1
    /// %.
    FaintLeak,
    /// Cannot be distinguished from a leak within one run, or is a leak that cannot be distinguished. Listed
    /// without a bound.
    Indistinguishable,
}

/// One member of a shape.
pub struct Member {
    /// The series that are judged together, one for each place in a program. The first one has the shape.
    pub series: Vec<Vec<f64>>,
    /// The true gain of the first series per round. `None` if it has no value.
    pub per_round: Option<f64>,
}

/// A family of series.
pub struct Shape {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether the readings are bytes, which may belong to a container.
    bytes: bool,
    /// The minimum share of Steady for a healthy shape.
    fewest_steady: f64,
    member: Box<dyn Fn(&mut Rng) -> Member>,
}

/// How often each verdict was given, and how accurate its figures were.
#[derive(Debug, Default, Clone)]
pub struct Rates {
    pub growing: usize,
    pub steady: usize,
    pub undecided: usize,
    /// Members with a leak that are Steady although the leak is above the stated detection limit.
    pub overlooked: usize,
    /// The number of rates with an interval, and of those whose interval covers the truth.
    pub intervals: usize,
    pub covering: usize,
    /// The detection limits of the runs.
    pub limits: Vec<f64>,
    /// Leaks at the detection limit, added to another run of the same kind: all, found, and called Steady.
    pub at_limit: usize,
    pub found: usize,
    pub missed: usize,
}

/// Every shape.
pub fn catalogue() -> Vec<Shape> {
    let shapes = [
        healthy::shapes(),
        swinging::shapes(),
        filling::shapes(),
        leaking::shapes(),
        containers::shapes(),
    ];
    shapes.into_iter().flatten().collect()
}

impl Shape {
    /// Judges `seeds` members.
    pub fn rates(&self, seeds: u64) -> Rates {
        let mut rates = Rates::default();
        for seed in 0..seeds {
            let member = (self.member)(&mut Rng::with_seed(seed));
            let series_count = member.series.len();
            let decisions: Vec<Decision> = member
                .series
                .iter()
                .map(|series| self.decide(&readings(series), series_count))
                .collect();
            let verdict = Verdict::overall(decisions.iter().map(|decision| decision.verdict));
            match verdict {
                Verdict::Growing => rates.growing += 1,
                Verdict::Steady => rates.steady += 1,
                Verdict::Undecided => rates.undecided += 1,
            }
            // A false alarm is counted only as such, and not also as an interval that misses the truth.
            let stated = decisions[0].rate.filter(|_| {
                member.per_round != Some(0.0) || decisions[0].verdict == Verdict::Steady
            });
            if let (Some(truth), Some(rate)) = (member.per_round, stated) {
                rates.intervals += 1;
                let rounding = 1e-9 * truth.abs();
                let covers = rate.low - rounding <= truth && truth <= rate.high + rounding;
                rates.covering += usize::from(covers);
            }
            if decisions[0].verdict == Verdict::Steady {
                self.try_limit(&member, seed, &mut rates);
            }
        }
        rates
    }

    /// Adds a leak of exactly the detection limit to a steady member, in pieces of one unit, at random times
    /// or evenly, and judges the result.
    fn try_limit(&self, member: &Member, seed: u64, rates: &mut Rates) {
        let series_count = member.series.len();
        let steady = readings(&member.series[0]);
        let limit = Series::new(&steady).series_count(series_count).detection_limit(1.0);
        let limit = limit.expect("a steady series has a detection limit");
        rates.limits.push(limit * ROUNDS as f64);
        let leaks = member.per_round.filter(|truth| *truth > 0.0);
        rates.overlooked += usize::from(leaks.is_some_and(|truth| truth > limit));
        if leaks.is_some() {
            return;
        }
        let mut rng = Rng::with_seed(seed ^ 0x5EED);
        let evenly = seed.is_multiple_of(2);
        let mut lost = 0.0;
        let leaking: Vec<f64> = (1..)
            .zip(&member.series[0])
            .map(|(round, value)| {
                lost = if evenly {
                    (limit * f64::from(round)).floor()
                } else {
                    lost + noise::poisson(&mut rng, limit)
                };
                value + lost
            })
            .collect();
        rates.at_limit += 1;
        match self.decide(&readings(&leaking), series_count).verdict {
            Verdict::Growing => rates.found += 1,
            Verdict::Steady => rates.missed += 1,
            Verdict::Undecided => {}
        }
    }

    fn decide(&self, readings: &[u64], series_count: usize) -> Decision {
        if self.bytes {
            decide_on_bytes(readings, series_count)
        } else {
            Series::new(readings).series_count(series_count).decide()
        }
    }

    /// The requirements that these rates, from `seeds` seeds, do not meet. With few seeds, a share may
    /// deviate as much as chance makes it deviate in one case out of a hundred.
    pub fn shortfalls(&self, rates: &Rates, seeds: u64) -> Vec<String> {
        let seeds = usize::try_from(seeds).expect("few seeds");
        let mut shortfalls = Vec::new();
        let mut at_most = |what: &str, count: usize, of: usize, share: f64| {
            let allowed = share * of as f64;
            if of > 0 && count as f64 > allowed + 2.33 * (allowed * (1.0 - share)).sqrt() {
                shortfalls.push(format!("{what} in {count} of {of}"));
            }
        };
        match self.kind {
            Kind::Healthy => at_most("Growing", rates.growing, seeds, 0.01),
            Kind::HighWater => at_most("Growing", rates.growing, seeds, 0.05),
            Kind::Leak => {
                at_most("not Growing", seeds - rates.growing, seeds, 0.05);
                at_most("Steady", rates.steady, seeds, 0.01);
            }
            Kind::FaintLeak => at_most("overlooked", rates.overlooked, seeds, 0.01),
            Kind::Indistinguishable => return shortfalls,
        }
        at_most("not Steady", seeds - rates.steady, seeds, 1.0 - self.fewest_steady);
        at_most("outside the interval", rates.intervals - rates.covering, rates.intervals, 0.07);
        at_most("not found at the limit", rates.at_limit - rates.found, rates.at_limit, 0.05);
        at_most("Steady at the limit", rates.missed, rates.at_limit, 0.01);
        shortfalls
    }

    /// A healthy shape of which at least this share of members is Steady.
    fn steady_in(self, fewest_steady: f64) -> Self {
        Self { fewest_steady, ..self }
    }

    fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same shape in bytes, which may belong to a container.
    fn in_bytes(self) -> Self {
        Self { bytes: true, ..self }
    }

    /// The same shape beside `others` more places, each with a series of its own.
    fn beside(self, others: usize, other: fn(&mut Rng) -> Vec<f64>) -> Self {
        let alone = self.member;
        let member = Box::new(move |rng: &mut Rng| {
            let mut member = alone(rng);
            member.series.extend((0..others).map(|_| other(rng)));
            member
        });
        Self { member, ..self }
    }
}

/// A shape that does not leak.
fn healthy(name: &'static str, series: impl Fn(&mut Rng) -> Vec<f64> + 'static) -> Shape {
    let member =
        Box::new(move |rng: &mut Rng| Member { series: vec![series(rng)], per_round: Some(0.0) });
    Shape { name, kind: Kind::Healthy, bytes: false, fewest_steady: 0.0, member }
}

/// A leak, with its true rate per round.
fn leak(
    name: &'static str,
    series: impl Fn(&mut Rng) -> (Vec<f64>, Option<f64>) + 'static,
) -> Shape {
    let member = Box::new(move |rng: &mut Rng| {
        let (series, per_round) = series(rng);
        Member { series: vec![series], per_round }
    });
    Shape { kind: Kind::Leak, member, ..healthy(name, |_| Vec::new()) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Small counts, not negative.
fn readings(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.max(0.0).round() as u64).collect()
}
