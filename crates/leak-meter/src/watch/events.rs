//! Events of a watch for `tracing`.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::lines::LineName;
use super::report::WatchReport;
use crate::allocator;
use crate::units;

/// Emits an event when a line begins to grow, and another when it no longer does.
///
/// Both have the target `leak_meter` and the fields `function` and `place`. The first is a warning, with the growth per
/// hour in `bytes_per_hour` and `blocks_per_hour`; the second is at the level of information.
#[derive(Debug, Default)]
pub struct WatchEvents {
    growing: Mutex<BTreeSet<LineName>>,
}

impl WatchEvents {
    /// Without any growing line so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Emits an event for each line whose verdict differs from that in the previous report.
    pub fn emit(&self, report: &WatchReport) {
        if report.no_verdict.is_some() {
            return;
        }
        allocator::as_meter(|| {
            let mut growing = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
            let mut now = BTreeSet::new();
            for line in report.growing() {
                let name = LineName::of(line);
                if !growing.contains(&name) {
                    let bytes_per_hour = line.bytes_per_hour.unwrap_or_default();
                    let blocks_per_hour = line.blocks_per_hour.unwrap_or_default();
                    let rate = units::bytes(bytes_per_hour);
                    let LineName { function, place } = &name;
                    tracing::warn!(
                        target: "leak_meter",
                        function,
                        place,
                        bytes_per_hour,
                        blocks_per_hour,
                        "{function} is growing by {rate} per hour"
                    );
                }
                now.insert(name);
            }
            for LineName { function, place } in growing.difference(&now) {
                tracing::info!(target: "leak_meter", function, place, "{function} is no longer growing");
            }
            *growing = now;
        });
    }
}
