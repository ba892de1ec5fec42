//! Events of a watch for `tracing`.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::lines::{HourlyGrowth, LineName, growth_by_name};
use super::report::WatchReport;
use crate::allocator;
use crate::units;

/// Emits an event when a line begins to grow, and another when it no longer does.
///
/// Both have the target `leak_meter` and the fields `function` and `place`. The first has the level WARN, with the
/// growth per hour in `bytes_per_hour` and `blocks_per_hour`; the second has the level INFO.
#[derive(Debug, Default)]
pub struct WatchEvents {
    growing: Mutex<BTreeSet<LineName>>,
}

impl WatchEvents {
    /// Creates an emitter that has seen no growing line yet.
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
            for (name, HourlyGrowth { bytes, blocks }) in growth_by_name(report) {
                if !growing.contains(&name) {
                    let rate = units::bytes(bytes);
                    let LineName { function, place } = &name;
                    tracing::warn!(
                        target: "leak_meter",
                        function,
                        place,
                        bytes_per_hour = bytes,
                        blocks_per_hour = blocks,
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
