//! Metrics and events of a watch. This is one test, because a watch counts everything that its process allocates.
#![allow(clippy::vec_box)] // Each entry needs a block of its own.
#![cfg(target_os = "linux")]

use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use leak_meter::watch::{WatchEvents, WatchMetrics};
use leak_meter::{Allocator, Watch};
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[global_allocator]
static METER: Allocator = Allocator::system();

static REQUESTS: AtomicU64 = AtomicU64::new(0);

#[inline(never)]
fn note(audit: &mut Vec<Box<u64>>, request: u64) {
    audit.push(Box::new(request));
}

/// Takes 60 readings; `kept` says whether a request stays in the audit.
fn work(watch: &Watch, audit: &mut Vec<Box<u64>>, kept: fn(u64) -> bool) {
    for _ in 0..60 {
        for _ in 0..1000 {
            let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
            if kept(request) {
                note(audit, request);
            }
        }
        watch.read();
    }
}

/// Collects events as text.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut text = Text(format!("{} {}:", metadata.level(), metadata.target()));
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn growth_appears_in_metrics_and_events_and_disappears_from_them() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let collector = Collector::default();
    let (metrics, events) = (WatchMetrics::new(), WatchEvents::new());
    let watch = Watch::new()
        .work("request", || REQUESTS.load(Ordering::Relaxed))
        .tasks(|| 7)
        .span(std::time::Duration::ZERO);
    let mut audit = Vec::with_capacity(10_000);
    let report = |watch: &Watch| {
        let report = watch.report_without_holders();
        metrics::with_local_recorder(&recorder, || metrics.record(&report));
        tracing::subscriber::with_default(collector.clone(), || events.emit(&report));
        (handle.render(), collector.0.lock().unwrap().clone())
    };

    work(&watch, &mut audit, |request| request.is_multiple_of(100));
    report(&watch);
    let (text, seen) = report(&watch);
    assert_eq!(seen.len(), 1, "the second report has nothing new: {seen:?}");
    assert!(
        seen[0].starts_with("WARN leak_meter: message=telemetry::note is growing by "),
        "{seen:?}"
    );
    assert!(
        seen[0].contains(
            " function=\"telemetry::note\" place=\"crates/leak-meter/tests/telemetry.rs:"
        ),
        "{seen:?}"
    );
    let value = |text: &str, start: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}: {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let bytes = "leak_meter_growth_bytes_per_hour{function=\"telemetry::note\"";
    assert!(value(&text, bytes) > 0.0, "{text}");
    assert!(
        value(&text, "leak_meter_growth_blocks_per_hour{function=\"telemetry::note\"") > 0.0,
        "{text}"
    );
    assert_eq!(value(&text, "leak_meter_growing_lines "), 1.0);
    assert_eq!(value(&text, "leak_meter_tasks "), 7.0);
    assert!(value(&text, "leak_meter_live_blocks ") >= 600.0, "{text}");

    // Two histories later, nothing grows any more.
    for _ in 0..4 {
        work(&watch, &mut audit, |_| false);
    }
    let (text, seen) = report(&watch);
    assert_eq!(value(&text, bytes), 0.0, "{text}");
    assert_eq!(value(&text, "leak_meter_growing_lines "), 0.0);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen[1].starts_with("INFO leak_meter: message=telemetry::note is no longer growing"),
        "{seen:?}"
    );
    drop(audit);
}
