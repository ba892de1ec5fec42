//! Complete soaks of planted leaks and of healthy programs. This is one test, because a soak counts
//! everything that its process allocates.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::hint::black_box;
use std::path::Path;

use leak_meter::probe::FileKind;
use leak_meter::soak::Pace;
use leak_meter::{Allocator, HeapCounts, Operation, Report, Resource, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

fn verdict_on(report: &Report, resource: Resource) -> Verdict {
    report.growth_of(resource).unwrap_or_else(|| panic!("{resource:?} was not measured")).verdict
}

#[test]
fn planted_leaks_are_found_and_healthy_programs_are_not_accused() {
    one_block_in_a_thousand_operations_is_found_with_its_rate();
    healthy_work_is_steady_at_once();
    a_cache_that_fills_and_then_evicts_is_steady();
    a_leaked_descriptor_and_a_forgotten_file_are_distinguished();
    an_error_ends_the_soak_and_is_never_steady();
    fewer_rounds_than_twelve_decide_nothing();
    the_same_seed_repeats_the_same_operations();
    an_asynchronous_workload_is_measured_the_same();
    another_counter_counts_allocations_and_the_meter_what_is_live();
    a_paced_soak_follows_its_pacer_and_keeps_no_rounds();
}

fn a_paced_soak_follows_its_pacer_and_keeps_no_rounds() {
    let mut turns = [Pace::Round(3), Pace::Wait, Pace::Round(1), Pace::Round(2)].into_iter();
    let (seen, numbers) = (RefCell::new(Vec::with_capacity(9)), RefCell::new(Vec::new()));
    let report = Soak::new()
        .paced(|| turns.next().unwrap_or(Pace::End))
        .observe(|round| seen.borrow_mut().push(round.operations))
        .run(|operation| numbers.borrow_mut().push(operation.number()));
    assert_eq!(*seen.borrow(), [3, 1, 2]);
    assert_eq!(*numbers.borrow(), [0, 1, 2, 3, 4, 5], "no operation comes twice");
    assert_eq!((report.rounds.len(), report.verdict), (0, Verdict::Undecided), "{report}");
    assert_eq!(report.stopped, None);

    let stopped = Soak::new().paced(|| Pace::Round(1)).run(|_| Err("the disk is full"));
    assert!(stopped.stopped.is_some(), "an error ends it");
}

fn another_counter_counts_allocations_and_the_meter_what_is_live() {
    let mut looks = 0;
    let counter = move || {
        looks += 1;
        let mut counts = HeapCounts::default();
        counts.allocations = 1000 * looks;
        counts
    };
    let report = Soak::new().operations_per_round(10).counted_by(counter).run(|_| {});
    assert!(report.rounds.iter().all(|round| round.allocations == 1000), "{report}");
    assert!(report.rounds.iter().all(|round| round.live_blocks > 0), "{report}");
    assert_eq!(report.verdict, Verdict::Steady);
}

fn one_block_in_a_thousand_operations_is_found_with_its_rate() {
    let mut kept = Vec::with_capacity(1000);
    let report = Soak::new().operations_per_round(1000).run(|operation| {
        let block = Box::new(operation.number());
        if operation.number() % 1000 == 0 {
            kept.push(block);
        }
    });
    assert_eq!(report.verdict, Verdict::Growing);
    let blocks = report.growth_of(Resource::LiveBlocks).unwrap();
    assert_eq!(blocks.verdict, Verdict::Growing);
    assert!((blocks.per_operation.unwrap() - 0.001).abs() < 1e-9, "{blocks:?}");
    let bytes = report.growth_of(Resource::LiveBytes).unwrap();
    assert!((bytes.per_operation.unwrap() - 0.008).abs() < 1e-9, "{bytes:?}");
    assert_eq!(report.rounds[3].allocations, 1000);
    assert_eq!(report.rounds[3].deallocations, 999);
}

fn healthy_work_is_steady_at_once() {
    let report = Soak::new()
        .operations_per_round(100)
        .run(|operation| drop(black_box(vec![operation.number(); 10])));
    assert_eq!(report.verdict, Verdict::Steady, "{:?}", report.growth);
    assert_eq!(report.rounds.len(), 96);
    assert_eq!(report.rounds[0].allocations, 100);
    let blocks = report.growth_of(Resource::LiveBlocks).unwrap();
    assert!(blocks.detection_limit.unwrap() > 0.0, "a Steady verdict states its detection limit");
    assert!(report.unavailable.contains_key(&Resource::TemporaryFiles));
}

fn a_cache_that_fills_and_then_evicts_is_steady() {
    let mut cache = VecDeque::with_capacity(1001);
    let report = Soak::new().operations_per_round(100).run(|operation| {
        cache.push_back(Box::new(operation.number()));
        if cache.len() > 1000 {
            cache.pop_front();
        }
    });
    assert_eq!(report.verdict, Verdict::Steady, "{:?}", report.growth);
}

#[cfg(unix)]
fn leaks_descriptors(folder: &Path) {
    let mut open = Vec::with_capacity(1000);
    let report = Soak::new().operations_per_round(2).temporary_folder(folder).run(|operation| {
        let path = folder.join(operation.number().to_string());
        open.push(File::create(&path)?);
        fs::remove_file(&path)
    });
    assert_eq!(verdict_on(&report, Resource::OpenFiles), Verdict::Growing);
    assert_eq!(verdict_on(&report, Resource::TemporaryFiles), Verdict::Steady);
    let opened = report.open_files.first().expect("this system reports open descriptors");
    assert_eq!(opened.group.kind, FileKind::DeletedFile);
    assert_eq!(opened.group.place, folder.canonicalize().unwrap().to_string_lossy());
    assert_eq!(opened.last - opened.first, 2 * (report.rounds.len() as u64 - 1));
}

/// A file that is open keeps its name, at least on some versions of the system.
#[cfg(windows)]
fn leaks_descriptors(folder: &Path) {
    let mut open = Vec::with_capacity(1000);
    let path = folder.join("upload");
    fs::write(&path, [0; 10]).unwrap();
    let report = Soak::new().operations_per_round(2).temporary_folder(folder).run(|_| {
        open.push(File::open(&path)?);
        Ok::<_, std::io::Error>(())
    });
    assert_eq!(verdict_on(&report, Resource::OpenFiles), Verdict::Growing);
    assert_eq!(verdict_on(&report, Resource::TemporaryFiles), Verdict::Steady);
    let opened = report.open_files.first().expect("this system reports open handles");
    assert_eq!((opened.group.kind, &*opened.group.place), (FileKind::Other, "File handles"));
    assert_eq!(opened.last - opened.first, 2 * (report.rounds.len() as u64 - 1));
}

fn a_leaked_descriptor_and_a_forgotten_file_are_distinguished() {
    let folder = tempfile::tempdir().unwrap();
    leaks_descriptors(folder.path());
    let upload = |operation: Operation| folder.path().join(operation.number().to_string());

    let files = Soak::new()
        .operations_per_round(2)
        .temporary_folder(folder.path())
        .run(|operation| fs::write(upload(operation), [0; 10]));
    assert_eq!(verdict_on(&files, Resource::OpenFiles), Verdict::Steady);
    assert_eq!(verdict_on(&files, Resource::TemporaryFiles), Verdict::Growing);
    let bytes = files.growth_of(Resource::TemporaryBytes).unwrap();
    assert!((bytes.per_operation.unwrap() - 10.0).abs() < 1e-9, "{bytes:?}");
}

fn an_error_ends_the_soak_and_is_never_steady() {
    let report = Soak::new()
        .operations_per_round(1)
        .rounds(24)
        .run(|operation| if operation.number() < 20 { Ok(()) } else { Err("no descriptors left") });
    assert_eq!(report.verdict, Verdict::Undecided);
    assert_eq!(report.rounds.len(), 20);
    assert_eq!(report.stopped.as_deref(), Some("operation 21 failed: no descriptors left"));
}

fn fewer_rounds_than_twelve_decide_nothing() {
    let report = Soak::new().operations_per_round(100).rounds(11).run(|_| {});
    assert_eq!(report.verdict, Verdict::Undecided);
    assert_eq!(report.rounds.len(), 11);
}

fn the_same_seed_repeats_the_same_operations() {
    let seeds = |seed| {
        let mut seeds = Vec::new();
        let soak = Soak::new().rounds(2).operations_per_round(3).seed(seed);
        let _ = soak.run(|operation| seeds.push(operation.seed()));
        seeds
    };
    assert_eq!(seeds(1), seeds(1));
    assert_ne!(seeds(1), seeds(2));
    let mut all = seeds(1);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 6);
}

fn an_asynchronous_workload_is_measured_the_same() {
    let mut kept = Vec::with_capacity(10_000);
    let soak = Soak::new().operations_per_round(100).run_async(async |operation: Operation| {
        kept.push(std::future::ready(Box::new(operation.number())).await);
    });
    let report = poll_to_the_end(soak);
    let blocks = report.growth_of(Resource::LiveBlocks).unwrap();
    assert!((blocks.per_operation.unwrap() - 1.0).abs() < 1e-9, "{blocks:?}");
}

/// Polls a future that is always ready to continue.
fn poll_to_the_end<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
