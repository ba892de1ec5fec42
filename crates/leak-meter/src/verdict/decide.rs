//! The decision on one series.
//!
//! Growth must be there in the second half of the run as it was in the first, spread over many
//! rounds, clear against the noise, and not fading. Each condition keeps out something healthy:
//!
//! | healthy | what keeps it out |
//! |---|---|
//! | warm-up, early lazy set-up | the first quarter of the rounds is not looked at |
//! | late lazy set-up | one step describes it better than a line; too few rises |
//! | a cache or pool that fills | its growth fades: the last third is flatter than the whole |
//! | sawtooth | its floor does not rise |
//! | jitter, correlated noise | no trend beyond what such noise makes by chance |
//!
//! And growth that meets all of it at `n` rounds must have met it at `n / 2`.

use super::Verdict;
use super::shape;
use super::trend::{self, Slope};

/// With fewer rounds nothing is decided.
pub const FEWEST_ROUNDS: usize = 12;
/// From this many rounds on, the absence of a trend in a noisy series is evidence.
const ENOUGH_FOR_NOISE: usize = 48;
/// The fewest rounds in which growth is looked for the first of the two times.
const FEWEST_FOR_CANDIDATE: usize = 8;
/// The deviate that growth must exceed: one-sided 0.1 %, at `n` and at `n / 2` rounds.
const CLEARLY_RISING: f64 = 3.09;
/// The deviate above which a noisy series is not called Steady: one-sided 1 %.
const PERHAPS_RISING: f64 = 2.33;
/// Growth fades if the last third is surely flatter than this share of the whole.
const FADING: f64 = 0.6;
/// A rise of so many times the range of the noise is a rise, whatever the noise is like.
const FAR_CLEAR: f64 = 2.5;
/// In fewer rounds what fills and is then full can rise as far.
const ENOUGH_FOR_CLEAR: usize = 30;
/// Rises of the floor that make a growth and not a one-off.
const FEWEST_RISES: usize = 3;

/// The deviates that hold for one series among others.
struct Limits {
    /// Growth must exceed it.
    clearly: f64,
    /// Above it a noisy series is not called Steady.
    perhaps: f64,
}

/// What one series shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Growing, Steady or Undecided.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The slope after warm-up, per round. `None` with fewer than two rounds.
    pub slope: Option<Slope>,
    /// The smallest growth per round that would have shown. `None` while undecided.
    pub smallest_visible: Option<f64>,
}

/// Whether a series, one of `among`, falls beyond any doubt after warm-up.
pub fn clearly_falls(readings: &[u64], among: usize) -> bool {
    let mut window: Vec<f64> = readings.iter().map(|reading| *reading as f64).collect();
    window.drain(..readings.len() / 4);
    window.reverse();
    rise(&window) >= CLEARLY_RISING.max(trend::upper_deviate(0.01 / among.max(1) as f64))
}

/// Decides on one series of readings, one per round.
pub fn decide(readings: &[u64]) -> Decision {
    decide_among(readings, 1)
}

/// As [`decide`], for one of `among` series that are all looked at: the more there are, the clearer
/// each must stand out, so that the chance of any false alarm stays the same (Bonferroni).
pub fn decide_among(readings: &[u64], among: usize) -> Decision {
    let among = among.max(1) as f64;
    let limits = Limits {
        clearly: CLEARLY_RISING.max(trend::upper_deviate(0.01 / among)),
        perhaps: PERHAPS_RISING.max(trend::upper_deviate(0.01 / among)),
    };
    let values: Vec<f64> = readings.iter().map(|reading| *reading as f64).collect();
    let rounds = values.len();
    let decision = |verdict, reason: String, smallest_visible| Decision {
        verdict,
        reason,
        slope: trend::slope(after_warm_up(&values)),
        smallest_visible,
    };
    if rounds < FEWEST_ROUNDS {
        let reason = format!(
            "{rounds} rounds are too few to tell a leak from a warm-up; run at least {FEWEST_ROUNDS}"
        );
        return decision(Verdict::Undecided, reason, None);
    }

    let recent = &values[rounds / 3..];
    if shape::is_flat(recent) {
        let reason = format!("the same reading in each of the last {} rounds", recent.len());
        return decision(Verdict::Steady, reason, Some(1.0 / recent.len() as f64));
    }

    let fault = why_no_candidate(&values, &limits);
    let earlier = &values[..rounds / 2];
    if fault.is_none()
        && earlier.len() >= FEWEST_FOR_CANDIDATE
        && why_no_candidate(earlier, &limits).is_none()
    {
        let reason = format!(
            "it rose throughout {} rounds after warm-up and had not begun to level off",
            after_warm_up(&values).len()
        );
        let smallest = visible(after_warm_up(&values));
        return decision(Verdict::Growing, reason, Some(smallest));
    }
    // In a long run what hid the growth at first, such as a cache that filled, may lie behind it.
    let later = &values[rounds / 2..];
    if rounds >= 2 * ENOUGH_FOR_NOISE && is_twice_candidate(later, &limits) {
        let reason =
            format!("it rose throughout the last {} rounds and did not level off", later.len());
        return decision(Verdict::Growing, reason, Some(visible(later)));
    }
    if let Some(fault) = fault {
        return not_growing(&values, fault, &limits, decision);
    }
    let reason = format!("it rises, but only in the later rounds; {} rounds decide", rounds * 2);
    decision(Verdict::Undecided, reason, None)
}

/// Whether nothing speaks against growth in these rounds, nor in the first half of them.
fn is_twice_candidate(values: &[f64], limits: &Limits) -> bool {
    let half = &values[..values.len() / 2];
    [values, half].iter().all(|values| why_no_candidate(values, limits).is_none())
}

/// The first quarter of the rounds is warm-up.
fn after_warm_up(values: &[f64]) -> &[f64] {
    &values[values.len() / 4..]
}

/// What speaks against growth in these rounds; `None` if nothing does.
fn why_no_candidate(values: &[f64], limits: &Limits) -> Option<&'static str> {
    let window = after_warm_up(values);
    // What never falls has no noise that could make a trend by chance.
    let clearly = if shape::never_falls(window) { CLEARLY_RISING } else { limits.clearly };
    if rise(window) < clearly {
        return Some("no trend stands out from its noise");
    }
    let rises = shape::rises(window);
    let late = rises.iter().filter(|at| **at >= window.len() / 2).count();
    if rises.len() < FEWEST_RISES || late < 2 {
        return Some("what stays from round to round rose only now and then");
    }
    if shape::is_one_step(window) {
        return Some("it rose in one step");
    }
    let whole = trend::slope(window).map_or(0.0, |slope| slope.median);
    let last_third = trend::slope(&window[window.len() * 2 / 3..]);
    if last_third.is_some_and(|slope| slope.high < FADING * whole)
        || trend::slowing(window) > PERHAPS_RISING
        || has_stopped(window, &rises)
    {
        return Some("its growth fades");
    }
    None
}

/// The deviate of the trend. Readings that never fall have no noise to be widened for: what they
/// gained, they kept. Nor need a rise be that leaves all noise far behind.
fn rise(window: &[f64]) -> f64 {
    let far_clear = window.len() >= ENOUGH_FOR_CLEAR && trend::clearance(window) > FAR_CLEAR;
    let plain = shape::never_falls(window) || far_clear;
    let inflation = if plain { 1.0 } else { trend::variance_inflation(window) };
    trend::deviate(window) / inflation.sqrt()
}

/// Whether a series that never falls has been flat for longer than any pause before.
fn has_stopped(window: &[f64], rises: &[usize]) -> bool {
    shape::never_falls(window) && pause_at_end(window, rises) > longest_pause(rises)
}

/// Whether a series that never falls has been flat for so many rounds, and for more than twice
/// as long as ever before.
fn has_levelled_off(window: &[f64], rounds: usize) -> bool {
    let rises = shape::rises(window);
    let pause = pause_at_end(window, &rises);
    shape::never_falls(window) && pause >= rounds && pause > 2 * longest_pause(&rises)
}

fn pause_at_end(window: &[f64], rises: &[usize]) -> usize {
    window.len() - 1 - rises.last().copied().unwrap_or(0)
}

fn longest_pause(rises: &[usize]) -> usize {
    rises.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(1)
}

fn not_growing(
    values: &[f64],
    fault: &str,
    limits: &Limits,
    decision: impl Fn(Verdict, String, Option<f64>) -> Decision,
) -> Decision {
    let rounds = values.len();
    if rounds < ENOUGH_FOR_NOISE {
        let reason = format!(
            "{fault}, but {rounds} rounds are too few to rule growth out; {} decide",
            rounds * 2
        );
        return decision(Verdict::Undecided, reason, None);
    }
    // Once a series has been long, what it did in its first half may lie behind it.
    let from = if rounds >= 2 * ENOUGH_FOR_NOISE { rounds / 2 } else { rounds / 3 };
    let recent = &values[from..];
    let quarter = rounds / 4;
    if has_levelled_off(after_warm_up(values), quarter) {
        let reason = format!("it rose, levelled off, and stayed for the last {quarter} rounds");
        return decision(Verdict::Steady, reason, Some(1.0 / quarter as f64));
    }
    // What grows rises in the recent rounds and in all; noise that wanders, seldom in both.
    let rises = [recent, after_warm_up(values)].map(rise);
    if is_one_off(recent) || rises.iter().any(|rise| *rise < limits.perhaps) {
        let reason = format!("no rise in the last {} rounds beyond their noise", recent.len());
        return decision(Verdict::Steady, reason, Some(visible(recent)));
    }
    let reason = format!(
        "{fault}, yet the last {} rounds rise more than by chance; {} rounds, or more operations \
         in each, decide",
        recent.len(),
        rounds * 2
    );
    decision(Verdict::Undecided, reason, None)
}

/// One single rise, with at least half of the rounds flat behind it.
fn is_one_off(recent: &[f64]) -> bool {
    let rises = recent.windows(2).position(|pair| pair[0] != pair[1]);
    rises.is_some_and(|at| at < recent.len() / 2 && shape::is_flat(&recent[at + 1..]))
}

/// The smallest slope that would have stood out in these rounds: the interval's half-width, scaled
/// to the deviate that growth must exceed, and at least one unit over all of them.
fn visible(window: &[f64]) -> f64 {
    let smallest = 1.0 / window.len().max(1) as f64;
    let half_width = trend::slope(window).map_or(0.0, |slope| (slope.high - slope.low) / 2.0);
    smallest.max(half_width * CLEARLY_RISING / 1.96)
}
