//! The windows of a run in which to look for growth.

use super::decide::Series;

/// A window in which to look for growth; it extends to the end of the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// The first round of the window.
    pub(super) from: usize,
    /// The time constant, in rounds, of the fill that the gains must outlast.
    pub(super) fade: f64,
    /// The one-sided significance level at which they must outlast it.
    pub(super) chance: f64,
}

/// The time constant of the fill that the first window excludes, as a share of the run. A slower fill cannot be
/// distinguished from a leak.
const SLOWEST_FILL: f64 = 0.66;
/// The significance level at which the first window excludes it.
const FILLS: f64 = 0.06;
/// For each later window: its beginning and the time constant of the fill that it excludes, both as shares of
/// the run, and the significance level. The later a window begins, the less it shows, so the excluded fill must
/// be slower and the test stricter.
const LATER_WINDOWS: [(f64, f64, f64); 4] =
    [(0.125, 0.8, 0.04), (0.25, 1.0, 0.02), (0.5, 1.0, 0.005), (0.625, 1.25, 0.005)];
impl Series {
    /// The windows of this run.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A share of a small count.
    pub(super) fn windows(&self) -> impl Iterator<Item = Window> {
        let rounds = self.values.len() as f64;
        let whole = Window { from: 0, fade: SLOWEST_FILL * rounds, chance: FILLS };
        let later = LATER_WINDOWS.into_iter().map(move |(start, fade, chance)| Window {
            from: (start * rounds) as usize,
            fade: fade * rounds,
            chance,
        });
        std::iter::once(whole).chain(later)
    }
}
