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

/// Defines a module whose function keeps its argument. Both modules of this test have lines of the same name, since
/// only the last two names of a path are shown. Their sizes differ, because the compiler merges functions with the same
/// code.
macro_rules! keeps_requests {
    ($name:ident, $words:literal) => {
        mod $name {
            pub mod audit {
                #[inline(never)]
                pub fn note(audit: &mut Vec<Box<[u64; $words]>>, request: u64) {
                    audit.push(Box::new([request; $words]));
                }
            }
        }
    };
}
keeps_requests!(orders, 1);
keeps_requests!(visits, 2);

struct Audit {
    orders: Vec<Box<[u64; 1]>>,
    visits: Vec<Box<[u64; 2]>>,
}

/// Takes 60 readings; `kept` says whether a request stays in the audit, once as an order and once as a visit.
fn work(watch: &Watch, audit: &mut Audit, kept: fn(u64) -> bool) {
    for _ in 0..60 {
        for _ in 0..1000 {
            let request = REQUESTS.fetch_add(1, Ordering::Relaxed);
            if kept(request) {
                orders::audit::note(&mut audit.orders, request);
                visits::audit::note(&mut audit.visits, request);
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
    let (orders, visits) = (Vec::with_capacity(1000), Vec::with_capacity(1000));
    let mut audit = Audit { orders, visits };
    let report = |watch: &Watch| {
        let report = watch.report_without_holders();
        metrics::with_local_recorder(&recorder, || metrics.record(&report));
        tracing::subscriber::with_default(collector.clone(), || events.emit(&report));
        (handle.render(), collector.0.lock().unwrap().clone(), report)
    };

    work(&watch, &mut audit, |request| request.is_multiple_of(100));
    report(&watch);
    let (text, seen, grown) = report(&watch);
    assert_eq!(seen.len(), 1, "the second report has nothing new: {seen:?}");
    assert!(seen[0].starts_with("WARN leak_meter: message=audit::note is growing by "), "{seen:?}");
    assert!(
        seen[0].contains(" function=\"audit::note\" place=\"crates/leak-meter/tests/telemetry.rs:"),
        "{seen:?}"
    );
    let value = |text: &str, start: &str| {
        let line = text
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start}: {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let bytes = "leak_meter_growth_bytes_per_hour{function=\"audit::note\"";
    let blocks = "leak_meter_growth_blocks_per_hour{function=\"audit::note\"";
    // The lines of both modules are added up under their name.
    let rates: Vec<[f64; 2]> = grown
        .growing()
        .map(|line| [line.bytes_per_hour.unwrap(), line.blocks_per_hour.unwrap()])
        .collect();
    let [first, second] = rates[..] else { panic!("{grown}") };
    let near = |value: f64, sum: f64| (value / sum - 1.0).abs() < 1e-9;
    assert!(near(value(&text, bytes), first[0] + second[0]), "{text}\n{grown}");
    assert!(near(value(&text, blocks), first[1] + second[1]), "{text}\n{grown}");
    assert_eq!(value(&text, "leak_meter_growing_lines "), 2.0);
    assert_eq!(value(&text, "leak_meter_tasks "), 7.0);
    assert!(value(&text, "leak_meter_live_blocks ") >= 600.0, "{text}");

    // Two histories later, nothing grows any more.
    for _ in 0..4 {
        work(&watch, &mut audit, |_| false);
    }
    let (text, seen, _) = report(&watch);
    assert_eq!(value(&text, bytes), 0.0, "{text}");
    assert_eq!(value(&text, "leak_meter_growing_lines "), 0.0);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen[1].starts_with("INFO leak_meter: message=audit::note is no longer growing"),
        "{seen:?}"
    );
    drop(audit);
}
