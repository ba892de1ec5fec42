//! Decides on growth in view of a reading after a rest.

use super::{Decision, Reason, Verdict};

/// If at least this share of the growth is released in the rest, all of it counts as released.
const ALL_RELEASED: f64 = 0.98;
/// A smaller share is ignored.
const SOME_RELEASED: f64 = 0.2;

/// The decision on growth that was released in the rest.
const RELEASED: Decision =
    Decision { verdict: Verdict::Steady, reason: Reason::ReleasedAtRest, rate: None };

/// The decision on growth, or on possible growth, in view of the reading after the rest.
pub(crate) fn with_rest(decision: Decision, readings: &[u64], rest: Option<u64>) -> Decision {
    let range = readings.iter().min().zip(readings.iter().max());
    let (Some(rest), Some((low, high))) = (rest, range) else { return decision };
    if decision.verdict == Verdict::Undecided && decision.reason.is_a_rise() && rest <= *low {
        return RELEASED;
    }
    let (Verdict::Growing, Some(rate)) = (decision.verdict, decision.rate) else { return decision };
    let last = readings.last().copied().unwrap_or(0);
    // The rate excludes retained warm-up, but it is an estimate: growth cannot exceed the range of the
    // readings.
    let grown = (rate.per_round * readings.len() as f64).min((high - low) as f64);
    let released = last.saturating_sub(rest) as f64 / grown.max(1.0);
    match released {
        all if all >= ALL_RELEASED => RELEASED,
        share if share >= SOME_RELEASED => Decision {
            verdict: Verdict::Undecided,
            reason: Reason::PartlyReleasedAtRest { share },
            rate: None,
        },
        _ => decision,
    }
}
