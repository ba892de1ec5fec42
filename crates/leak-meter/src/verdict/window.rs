//! The windows of a run in which growth is looked for.

use super::decide::Series;

/// A window of the run, up to its end, in which growth is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// The round with which it begins.
    pub(super) from: usize,
    /// The time constant, in rounds, of the fill that the gains must outlast.
    pub(super) fade: f64,
    /// The one-sided level at which they must.
    pub(super) chance: f64,
}

/// The time constant of the fill that the first window excludes, as a share of the run: a slower fill cannot be
/// distinguished from a leak.
const SLOWEST_FILL: f64 = 0.66;
/// The level at which the first window excludes it.
const FILLS: f64 = 0.06;
/// Where the later windows begin, the time constant of the fill that each excludes, both as shares of the run,
/// and the level at which it does. The later a window begins, the less it shows, so the slower is the fill that
/// must be excluded and the stricter the test.
const LATER_WINDOWS: [(f64, f64, f64); 4] =
    [(0.125, 0.8, 0.04), (0.25, 1.0, 0.02), (0.5, 1.0, 0.005), (0.625, 1.25, 0.005)];
impl Series {
    /// The windows of a run of this length.
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
