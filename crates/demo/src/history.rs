//! The readings so far, within a bound: the last minutes in full, and what came before thinned out.

use std::collections::VecDeque;

use crate::message::Frame;

/// The readings that are stored in full: a little more than the two minutes that the page shows.
const RECENT: usize = 1000;
/// The maximum number of older readings. Beyond it every second one is dropped, so that the whole run
/// remains visible at a decreasing resolution. The page does the same.
const OLDER: usize = 1000;
/// The maximum number of readings.
pub const MOST_FRAMES: usize = RECENT + OLDER;

/// The readings so far, in order.
#[derive(Debug)]
pub struct History {
    older: VecDeque<Frame>,
    /// One in this many is stored once it is no longer recent.
    every: usize,
    /// How many have not been stored since the last one that was.
    skipped: usize,
    recent: VecDeque<Frame>,
}

impl Default for History {
    fn default() -> Self {
        Self { older: VecDeque::new(), every: 1, skipped: 0, recent: VecDeque::new() }
    }
}

impl History {
    /// Adds a reading.
    pub fn push(&mut self, frame: Frame) {
        self.recent.push_back(frame);
        if self.recent.len() > RECENT
            && let Some(frame) = self.recent.pop_front()
        {
            self.thin_out(frame);
        }
    }

    fn thin_out(&mut self, frame: Frame) {
        self.skipped += 1;
        if self.skipped < self.every {
            return;
        }
        self.skipped = 0;
        if self.older.len() == OLDER {
            let mut odd = false;
            self.older.retain(|_| {
                odd = !odd;
                odd
            });
            self.every *= 2;
        }
        self.older.push_back(frame);
    }

    /// All stored readings.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        self.older.iter().chain(&self.recent)
    }

    /// The last reading.
    pub fn last(&self) -> Option<&Frame> {
        self.recent.back()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Load;

    #[test]
    fn hours_of_readings_are_stored_within_a_bound_and_the_last_minutes_in_full() {
        let mut history = History::default();
        for at in 0..30_000 {
            let (at, load) = (f64::from(at), Load::All);
            history.push(Frame { at, load, per_second: 1.0, versions: Vec::new() });
        }
        let at: Vec<f64> = history.frames().map(|frame| frame.at).collect();
        assert!((MOST_FRAMES - OLDER / 2..=MOST_FRAMES).contains(&at.len()), "{}", at.len());
        assert!(at[0].abs() < 1e-9, "it begins at {}", at[0]);
        assert_eq!(history.last().map(|frame| frame.at), Some(29_999.0));
        let steps: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (older, recent) = steps.split_at(steps.len() - (RECENT - 1));
        assert!(recent.iter().all(|step| (step - 1.0).abs() < 1e-9), "a recent one is missing");
        // The last one ends at a recent reading.
        let even = older.split_last().unwrap().1.iter().all(|step| (step - older[0]).abs() < 1e-9);
        assert!(even && older[0] > 1.0, "unevenly thinned: {older:?}");
    }
}
