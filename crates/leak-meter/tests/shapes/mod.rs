//! Synthetic series with a known truth, one reading for each of 96 rounds, and how often the verdict on them
//! is right.
//!
//! A shape is a family: each seed draws another member, with parameters over a range, so that no
//! threshold can fit one value.

mod containers;
mod filling;
mod healthy;
mod leaking;
mod noise;
mod swinging;

use fastrand::Rng;
use leak_meter::Verdict;
use leak_meter::internals::{Decision, Series, decide_on_bytes};

/// The rounds of a series, as many as a soak with a budget has at least.
pub const ROUNDS: usize = 96;

/// What the verdict owes to a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No leak: Growing in at most 1 % of its members.
    Healthy,
    /// No leak, but its growth never stops entirely: Growing in at most 5 %.
    HighWater,
    /// A leak: Growing in at least 95 %, Steady in at most 1 %.
    Leak,
    /// A leak that one run may be too short for: Steady with a detection limit below the leak in at most
    /// 1 %.
    FaintLeak,
    /// Nothing in one run tells it from a leak, or the leak from it. Listed without a bound.
    Indistinguishable,
}

/// One member of a shape.
pub struct Member {
    /// The series that are looked at together, one for each place in a program. The first one has the shape.
    pub series: Vec<Vec<f64>>,
    /// What the first series truly gains in each round. `None` if that has no value.
    pub per_round: Option<f64>,
}

/// A family of series.
pub struct Shape {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether the readings are bytes, behind which a container may be.
    bytes: bool,
    /// The least share of Steady, for a healthy shape.
    fewest_steady: f64,
    member: Box<dyn Fn(&mut Rng) -> Member>,
}

/// How often each verdict was given, and how good its figures were.
#[derive(Debug, Default, Clone)]
pub struct Rates {
    pub growing: usize,
    pub steady: usize,
    pub undecided: usize,
    /// Members of a leak that are Steady although the leak is above the stated detection limit.
    pub overlooked: usize,
    /// Rates with an interval, and those of them whose interval covers the truth.
    pub intervals: usize,
    pub covering: usize,
    /// Detection limits, per run.
    pub limits: Vec<f64>,
    /// Leaks at the detection limit, added to another run of the same kind: all, found, called Steady.
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
            // A false alarm counts as one, and not as an interval without the truth as well.
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

    /// Adds a leak of just the detection limit to a steady member, in pieces of one unit at random times or
    /// evenly, and judges that.
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

    /// What these rates, of so many seeds, owe: empty if nothing. With few seeds a share is allowed to be
    /// off by as much as chance makes it in one case of a hundred.
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

    /// A healthy shape that is Steady in at least this share of its members.
    fn steady_in(self, fewest_steady: f64) -> Self {
        Self { fewest_steady, ..self }
    }

    fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same, as bytes, behind which a container may be.
    fn in_bytes(self) -> Self {
        Self { bytes: true, ..self }
    }

    /// The same beside `others` more, each a series of its own.
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

/// A leak, with its true loss in each round.
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
