//! Draws a series of numbers as a curve on one line.

/// From the lowest value to the highest.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A scale spans at least one part in this many of the highest value, so that noise is not drawn as
/// hills.
const LEAST_SPAN: u64 = 20;

/// The values of the lowest and the highest level.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    lowest: u64,
    span: u64,
}

impl Scale {
    /// The scale of all `values`.
    pub fn new(values: impl Iterator<Item = u64> + Clone) -> Self {
        let (lowest, highest) = (values.clone().min().unwrap_or(0), values.max().unwrap_or(0));
        Self { lowest, span: (highest - lowest).max(highest / LEAST_SPAN).max(1) }
    }

    fn level(self, value: u64) -> char {
        let steps = LEVELS.len() as u128 - 1;
        let above = u128::from(value.saturating_sub(self.lowest));
        let level = (above * steps + u128::from(self.span) / 2) / u128::from(self.span);
        LEVELS[usize::try_from(level).map_or(LEVELS.len() - 1, |level| level.min(LEVELS.len() - 1))]
    }
}

/// `values` as a curve of at most `width` characters. If there are more values, each character shows the
/// last value of its share.
pub fn curve(values: &[u64], scale: Scale, width: usize) -> String {
    let points = values.len().min(width);
    let last_of = |point: usize| values[(point + 1) * values.len() / points - 1];
    (0..points).map(|point| scale.level(last_of(point))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(values: &[u64], width: usize) -> String {
        curve(values, Scale::new(values.iter().copied()), width)
    }

    #[test]
    fn a_climb_uses_every_level_wherever_it_begins() {
        assert_eq!(drawn(&[0, 1, 2, 3, 4, 5, 6, 7], 20), "▁▂▃▄▅▆▇█");
        assert_eq!(drawn(&[100, 101, 102, 103, 104, 105, 106, 107], 20), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn noise_is_drawn_flat() {
        assert_eq!(drawn(&[7, 7, 7], 20), "▁▁▁");
        assert_eq!(drawn(&[10_000, 10_020, 9_990], 20), "▁▁▁");
        assert_eq!(drawn(&[0, 0], 20), "▁▁");
        assert_eq!(drawn(&[], 20), "");
    }

    #[test]
    fn a_long_series_fits_the_width_and_keeps_its_end() {
        let values: Vec<u64> = (1..=96).collect();
        let drawn = drawn(&values, 12);
        assert_eq!(drawn.chars().count(), 12);
        assert!(drawn.starts_with('▂') && drawn.ends_with('█'), "{drawn}");
    }

    #[test]
    fn the_largest_readings_do_not_overflow() {
        assert_eq!(drawn(&[0, u64::MAX], 20), "▁█");
    }
}
