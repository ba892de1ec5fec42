//! The scenes, each of which runs in a process of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use leak_meter::watch::Read;
use leak_meter::{Verdict, Watch, WatchReport, switch};

/// The service under watch: its documents swing by 30 %, and one request in a hundred may stay in the audit.
#[derive(Default)]
struct Service {
    documents: VecDeque<Box<[u8]>>,
    audit: Vec<Box<u64>>,
    leaks: bool,
}

static REQUESTS: AtomicU64 = AtomicU64::new(0);

fn watch() -> Watch {
    Watch::new().work("request", || REQUESTS.load(Ordering::Relaxed))
}

impl Service {
    fn new(leaks: bool) -> Self {
        // Room for all entries, so that only the entries grow.
        Self { leaks, audit: Vec::with_capacity(100_000), ..Self::default() }
    }

    fn request(&mut self) {
        let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let phase = (number % 20_000) as f64 / 20_000.0 * std::f64::consts::TAU;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let wanted = (1000.0 * (1.0 + 0.3 * phase.sin())) as usize;
        self.documents.push_back(document(number));
        while self.documents.len() > wanted {
            self.documents.pop_front();
        }
        if self.leaks && number.is_multiple_of(100) {
            note(&mut self.audit, number);
        }
    }

    fn requests(&mut self, count: u64) {
        (0..count).for_each(|_| self.request());
    }

    /// Takes `readings` readings of `watch`, with as many requests before each.
    fn run(&mut self, watch: &Watch, readings: u64, requests: u64) {
        for _ in 0..readings {
            self.requests(requests);
            watch.read();
        }
    }
}

#[inline(never)]
fn document(number: u64) -> Box<[u8]> {
    vec![1; usize::try_from(number % 100).unwrap() + 1].into_boxed_slice()
}

#[inline(never)]
fn note(audit: &mut Vec<Box<u64>>, number: u64) {
    audit.push(Box::new(number));
}

fn names(report: &WatchReport) -> Vec<&str> {
    report.growing().map(|line| line.site.function.as_str()).collect()
}

pub fn a_rare_leak_beside_a_swinging_working_set_is_named_with_its_holder() {
    let mut service = Service::new(true);
    let watch = watch();
    service.run(&watch, 120, 2000);
    let report = watch.report();
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    let [line] = &report.growing().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert!(line.site.function.ends_with("scene::note"), "{report}");
    assert!(
        line.site.file.as_ref().is_some_and(|file| file.ends_with("watches/scene.rs")),
        "{report}"
    );
    let rate = line.site.blocks_per_operation.unwrap();
    assert!((rate - 0.01).abs() < 0.0005, "{rate}: {report}");
    let hourly = line.blocks_per_hour.unwrap() / report.work_per_hour();
    assert!((hourly - rate).abs() < 1e-9, "{hourly}");
    assert!(line.growing_since.unwrap() <= report.read_at.unwrap());
    let holder = report.holders.as_ref().unwrap().findings[0].place().unwrap();
    assert!(holder.function.ends_with("Service::new"), "{report}");
    let text = report.to_string();
    assert!(text.starts_with("Growing after 238,000 requests in "), "{text}");
    assert!(text.contains("blocks: 10.0 per 1,000 requests, "), "{text}");

    let written = serde_json::to_string(&report).unwrap();
    let read: WatchReport = serde_json::from_str(&written).unwrap();
    assert_eq!(names(&read), names(&report));
    drop(service);
}

pub fn a_swinging_working_set_alone_is_not_growing() {
    let mut service = Service::new(false);
    let watch = watch();
    service.run(&watch, 120, 2000);
    let report = watch.report();
    assert_ne!(report.verdict, Verdict::Growing, "{report}");
    assert!(report.growth.len() > 3 && report.no_verdict.is_none(), "{report}");
    assert_eq!(names(&report), [""; 0], "{report}");
    assert_eq!(report.holders, None);
}

pub fn a_verdict_needs_enough_work() {
    let mut service = Service::new(true);
    let watch = watch();
    assert_eq!(watch.read(), Read::Taken);
    assert_eq!(watch.read(), Read::NotDue, "no work was done");
    service.run(&watch, 30, 2000);
    let report = watch.report();
    assert_eq!((report.verdict, report.lines.len()), (Verdict::Undecided, 0), "{report}");
    assert!(report.to_string().contains("a verdict needs 48"), "{report}");
    assert!(report.now.is_some_and(|now| now.live_blocks > 500), "{report}");
    service.run(&watch, 30, 2000);
    assert_eq!(watch.report().verdict, Verdict::Growing);
}

pub fn the_history_stays_bounded_and_keeps_the_verdict() {
    let mut service = Service::new(true);
    let watch = watch();
    service.run(&watch, 500, 700);
    let report = watch.report();
    assert!((64..=128).contains(&report.readings), "{report}");
    assert!(report.work > 300_000, "the history covers all of the work: {report}");
    assert_eq!(names(&report).len(), 1, "{report}");
    // With a span that is over at once, the oldest half is dropped.
    let watch = self::watch().span(Duration::ZERO);
    service.run(&watch, 200, 700);
    let report = watch.report();
    assert!((64..=128).contains(&report.readings), "{report}");
    assert!(report.work <= 128 * 700, "{report}");
    assert_eq!(names(&report).len(), 1, "{report}");
}

pub fn the_history_of_rare_work_stays_bounded() {
    let mut service = Service::new(false);
    let watch = Watch::new().work("batch", || REQUESTS.load(Ordering::Relaxed));
    service.run(&watch, 400, 1);
    let report = watch.report();
    assert!((64..=128).contains(&report.readings), "{report}");
    assert!(report.to_string().contains(" batches in "), "{report}");
}

pub fn readings_of_many_threads_keep_the_history() {
    let watch = watch();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    REQUESTS.fetch_add(1, Ordering::Relaxed);
                    watch.read();
                }
            });
        }
    });
    let report = watch.report_without_holders();
    assert!(report.work > 40_000, "the history begins with the first request: {report}");
}

pub fn a_leak_is_found_whatever_the_load_is() {
    let mut service = Service::new(true);
    let watch = watch();
    // Busy and quiet times, and nights without any work.
    for reading in 0..300_u64 {
        match reading % 30 {
            0..10 => service.requests(1900),
            10..20 => service.requests(300),
            _ => {}
        }
        watch.read();
    }
    let report = watch.report();
    assert_eq!(names(&report).len(), 1, "{report}");
    let rate = report.growing().next().unwrap().site.blocks_per_operation.unwrap();
    assert!((rate - 0.01).abs() < 0.001, "{rate}: {report}");
}

pub fn a_verdict_is_not_lost_when_readings_are_dropped() {
    let mut service = Service::new(true);
    let watch = watch();
    let mut had = false;
    for reading in 0..300_u64 {
        // Busy for a while, quiet for longer, and now and then a burst.
        let requests = match reading % 40 {
            0 => 9000,
            1..12 => 1500,
            _ => 150,
        };
        service.requests(requests);
        watch.read();
        // A report takes longer than the requests.
        if reading % 5 == 0 {
            let report = watch.report_without_holders();
            let has = report.no_verdict.is_none();
            assert!(has || !had, "reading {reading}: {report}");
            had = has;
        }
    }
    assert!(had);
}

pub fn readings_begin_anew_when_call_sites_are_switched_on_again() {
    let mut service = Service::new(true);
    let watch = watch();
    service.run(&watch, 60, 2000);
    assert_eq!(watch.report().verdict, Verdict::Growing);
    switch::off();
    assert!(!switch::is_on());
    service.requests(10_000);
    assert_eq!(watch.read(), Read::Off);
    let report = watch.report();
    assert!(report.to_string().contains("the search for call sites is off"), "{report}");
    switch::on().expect("this program has frame pointers");
    assert!(switch::is_on());
    service.run(&watch, 60, 2000);
    let report = watch.report();
    // The blocks that were allocated meanwhile have no call stack, and none of them is charged to a line.
    assert!(report.work <= 120_000, "{report}");
    assert_eq!(names(&report).len(), 1, "{report}");
    assert!(names(&report)[0].ends_with("scene::note"), "{report}");
}

pub fn call_sites_that_are_switched_on_in_a_soak_stay_on() {
    switch::off();
    let soak = leak_meter::Soak::new().operations_per_round(1).rounds(12);
    soak.run(|_| assert_eq!(switch::on(), Ok(())));
    assert!(switch::is_on());
}

pub fn a_thread_takes_the_readings_until_it_is_dropped() {
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let before = threads();
    let watch = Arc::new(Watch::new());
    let readings = watch.read_every(Duration::from_millis(2)).unwrap();
    assert_eq!(threads(), before + 1);
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while watch.report_without_holders().readings < 5 {
        assert!(std::time::Instant::now() < deadline, "the thread takes readings");
        std::thread::yield_now();
    }
    drop(readings);
    assert_eq!(threads(), before);
    let text = watch.report().to_string();
    assert!(text.contains("readings so far; a verdict needs"), "{text}");
}

pub fn a_suppressed_line_is_listed_and_not_growing() {
    let mut service = Service::new(true);
    let found = watch();
    service.run(&found, 60, 2000);
    let report = found.report_without_holders();
    let signature = report.growing().next().unwrap().site.signature.clone().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{signature} the audit is written out every night\n"))
        .unwrap();
    let watch = watch().suppressions(file.path());
    service.run(&watch, 60, 2000);
    let report = watch.report();
    assert_eq!(names(&report), [""; 0], "{report}");
    assert_eq!(report.suppressed.len(), 1, "{report}");
    assert!(report.to_string().contains("(the audit is written out every night)"), "{report}");
}
