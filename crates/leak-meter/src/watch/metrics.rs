//! The readings and the growth of a watch as metrics, through the `metrics` facade.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use metrics::gauge;

use super::lines::{HourlyGrowth, LineName, growth_by_name};
use super::report::WatchReport;
use crate::allocator;

/// The maximum number of lines that have labels of their own while the process runs, since a label never disappears
/// from a time series.
const MOST_LABELS: usize = 50;
/// The number of lines at the head of a report that get labels of their own.
const MOST_LINES: usize = 10;

/// Records reports as gauges, with whatever recorder the program has installed.
///
/// | gauge | labels |
/// |---|---|
/// | `leak_meter_live_bytes`, `leak_meter_live_blocks` | |
/// | `leak_meter_resident_bytes`, `leak_meter_foreign_bytes` | |
/// | `leak_meter_open_files`, `leak_meter_sockets`, `leak_meter_threads`, `leak_meter_tasks` | |
/// | `leak_meter_growing_lines` | |
/// | `leak_meter_growth_bytes_per_hour`, `leak_meter_growth_blocks_per_hour` | `function`, `place` |
///
/// A line gets labels of its own when it is among the first 10 growing lines of a report, and keeps them; at most 50
/// lines do while the process runs. The growth of all others is added up under the function `other`. The growth of a
/// line that has stopped growing is 0.
///
/// A resource that was never measured has no gauge. A gauge keeps its last value while its resource is not measured, as
/// when the search for call sites is off, and once `record` is no longer called.
#[derive(Debug, Default)]
pub struct WatchMetrics {
    known: Mutex<BTreeSet<LineName>>,
}

impl WatchMetrics {
    /// Creates a recorder that has seen no line yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets every gauge to its value in the report.
    pub fn record(&self, report: &WatchReport) {
        allocator::as_meter(|| {
            record_resources(report);
            self.record_lines(report);
        });
    }

    fn record_lines(&self, report: &WatchReport) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle = known.clone();
        let mut others = HourlyGrowth::default();
        for (number, (name, growth)) in growth_by_name(report).into_iter().enumerate() {
            let has_room = known.len() < MOST_LABELS && number < MOST_LINES;
            if known.contains(&name) || has_room {
                set_growth(&name, growth);
                idle.remove(&name);
                known.insert(name);
            } else {
                others += growth;
            }
        }
        for name in &idle {
            set_growth(name, HourlyGrowth::default());
        }
        set_growth(&LineName::other(), others);
        gauge!("leak_meter_growing_lines").set(report.growing().count() as f64);
    }
}

fn record_resources(report: &WatchReport) {
    let Some(now) = report.now else { return };
    gauge!("leak_meter_live_bytes").set(now.live_bytes as f64);
    gauge!("leak_meter_live_blocks").set(now.live_blocks as f64);
    let set = |name: &'static str, value: Option<u64>| {
        if let Some(value) = value {
            gauge!(name).set(value as f64);
        }
    };
    set("leak_meter_resident_bytes", now.resident_bytes);
    set("leak_meter_foreign_bytes", now.foreign_bytes);
    set("leak_meter_open_files", now.open_files);
    set("leak_meter_sockets", now.sockets);
    set("leak_meter_threads", now.threads);
    set("leak_meter_tasks", now.tasks);
}

fn set_growth(name: &LineName, growth: HourlyGrowth) {
    let LineName { function, place } = name.clone();
    let labels = [("function", function), ("place", place)];
    gauge!("leak_meter_growth_bytes_per_hour", &labels).set(growth.bytes);
    gauge!("leak_meter_growth_blocks_per_hour", &labels).set(growth.blocks);
}
