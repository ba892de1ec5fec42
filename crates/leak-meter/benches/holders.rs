//! Measures the time and memory that it takes to find the holders among a million live blocks.
#![allow(clippy::print_stdout)] // Criterion shows only times, so the memory is printed.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::rc::Rc;

use criterion::Criterion;
use leak_meter::{Allocator, Snapshot, holders};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Including everything that it owns, five blocks.
struct Record {
    name: String,
    place: Box<[u64; 4]>,
    #[allow(clippy::vec_box)] // Each value needs a block of its own.
    notes: Vec<Box<u64>>,
    shared: Rc<u64>,
}

#[inline(never)]
fn record(number: u64, shared: &Rc<u64>) -> Rc<Record> {
    black_box(Rc::new(Record {
        name: format!("record number {number}"),
        place: Box::new([number; 4]),
        notes: vec![Box::new(number)],
        shared: Rc::clone(shared),
    }))
}

fn main() {
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("holders");
    for blocks in [100_000, 1_000_000] {
        let before = Snapshot::take();
        let shared = Rc::new(0);
        let mut records = HashMap::new();
        for number in 0..blocks / 5 {
            records.insert(number, record(number, &shared));
        }
        let (resident, peak) = rise(|| drop(black_box(holders::since(&before))));
        println!("{blocks} live blocks: {peak} MB beside the {resident} MB of the program");
        group.bench_function(format!("{blocks} live blocks"), |bencher| {
            bencher.iter(|| holders::since(&before));
        });
        let all = records.values().map(|record| {
            record.name.len()
                + record.place.len()
                + record.notes.len()
                + Rc::weak_count(&record.shared)
        });
        assert!(all.sum::<usize>() > 0);
    }
    group.finish();
    criterion.final_summary();
}

/// The resident memory before `work`, and how far it rose above that during `work`, in MB.
fn rise(work: impl FnOnce()) -> (u64, u64) {
    // Resets the recorded peak.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = status("VmRSS:");
    work();
    (before / 1000, status("VmHWM:").saturating_sub(before) / 1000)
}

/// A line of the system's status file for this process, in kB.
fn status(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
