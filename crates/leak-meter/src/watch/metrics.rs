//! The readings and the growth of a watch as metrics, through the `metrics` facade.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use metrics::gauge;

use super::lines::LineName;
use super::report::WatchReport;
use crate::allocator;

/// The maximum number of lines that have metrics of their own while the process runs, since a label never disappears
/// from a time series. Later ones are added up under the function `other`.
const MOST_LABELS: usize = 50;
/// The maximum number of lines in one report that are recorded, those that grow the most.
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
/// A resource that is not measured has no gauge. The growth of a line that has stopped growing is 0. At most 50 lines
/// are distinguished while the process runs; the growth of any others is added up under the function `other`.
#[derive(Debug, Default)]
pub struct WatchMetrics {
    known: Mutex<BTreeSet<LineName>>,
}

impl WatchMetrics {
    /// Without any line so far.
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
        let mut others = [0.0; 2];
        let mut number = 0_usize;
        for line in report.growing() {
            number += 1;
            let name = LineName::of(line);
            let growth = [line.bytes_per_hour, line.blocks_per_hour].map(Option::unwrap_or_default);
            let has_room = known.len() < MOST_LABELS && number <= MOST_LINES;
            if known.contains(&name) || has_room {
                set_growth(&name, growth);
                idle.remove(&name);
                known.insert(name);
            } else {
                others = [others[0] + growth[0], others[1] + growth[1]];
            }
        }
        for name in &idle {
            set_growth(name, [0.0; 2]);
        }
        set_growth(&LineName::other(), others);
        gauge!("leak_meter_growing_lines").set(number as f64);
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

fn set_growth(name: &LineName, [bytes, blocks]: [f64; 2]) {
    let LineName { function, place } = name.clone();
    let labels = [("function", function), ("place", place)];
    gauge!("leak_meter_growth_bytes_per_hour", &labels).set(bytes);
    gauge!("leak_meter_growth_blocks_per_hour", &labels).set(blocks);
}
