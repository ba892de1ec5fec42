//! The allocator's counts are exact to the block and the byte, checked against `stats_alloc` as a witness.
//! Runs alone in its process, so that nothing else allocates.

mod alone;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use leak_meter::probe::ResidentBytesProbe;
use leak_meter::{Allocator, HeapCounts};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static METER: Allocator<&StatsAlloc<System>> = Allocator::new(&INSTRUMENTED_SYSTEM);

/// What `work` adds to the counts; the witness must agree.
fn counted(work: impl FnOnce()) -> HeapCounts {
    let before = HeapCounts::now();
    let witness_before = INSTRUMENTED_SYSTEM.stats();
    work();
    let witness = INSTRUMENTED_SYSTEM.stats() - witness_before;
    let after = HeapCounts::now();
    let mut counts = HeapCounts::default();
    counts.allocations = after.allocations - before.allocations;
    counts.deallocations = after.deallocations - before.deallocations;
    counts.reallocations = after.reallocations - before.reallocations;
    counts.allocated_bytes = after.allocated_bytes - before.allocated_bytes;
    counts.deallocated_bytes = after.deallocated_bytes - before.deallocated_bytes;
    assert_eq!(counts.allocations, witness.allocations as u64);
    assert_eq!(counts.deallocations, witness.deallocations as u64);
    assert_eq!(counts.reallocations, witness.reallocations as u64);
    // The witness sees the meter's header as part of each block.
    let headers = |blocks: u64| 16 * blocks;
    let allocated = counts.allocated_bytes + headers(counts.allocations);
    let deallocated = counts.deallocated_bytes + headers(counts.deallocations);
    assert_eq!(allocated, witness.bytes_allocated as u64);
    assert_eq!(deallocated, witness.bytes_deallocated as u64);
    counts
}

fn every_hook_counts_what_it_did_and_threads_add_up() {
    let mut kept = None;
    let allocated = counted(|| kept = Some(black_box(Vec::<u8>::with_capacity(100))));
    assert_eq!((allocated.live_blocks(), allocated.live_bytes()), (1, 100));

    let grown = counted(|| kept.as_mut().unwrap().reserve_exact(250));
    assert_eq!((grown.reallocations, grown.allocated_bytes), (1, 150));
    assert_eq!((grown.allocations, grown.deallocations), (0, 0));

    let shrunk = counted(|| kept.as_mut().unwrap().shrink_to(40));
    assert_eq!((shrunk.reallocations, shrunk.deallocated_bytes), (1, 210));

    let freed = counted(|| drop(kept.take()));
    assert_eq!((freed.deallocations, freed.deallocated_bytes), (1, 40));

    let zeroed = counted(|| drop(black_box(vec![0_u8; 4096])));
    assert_eq!((zeroed.allocations, zeroed.deallocations), (1, 1));
    assert_eq!((zeroed.allocated_bytes, zeroed.live_bytes()), (4096, 0));

    let nothing = counted(|| drop(black_box(Box::new(()))));
    assert_eq!(nothing, HeapCounts::default());

    // A block allocated by one thread and freed by another: nothing stays once the threads are gone.
    let before = HeapCounts::now().live_blocks();
    let deadline = Instant::now() + Duration::from_secs(10);
    let across = counted(|| {
        let blocks: Vec<Vec<Box<u64>>> = thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..1000).map(Box::new).collect())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(blocks.iter().map(Vec::len).sum::<usize>(), 4000);
        thread::scope(|scope| scope.spawn(move || drop(blocks)).join().unwrap());
        // A thread's own blocks may outlive the join for a moment.
        while HeapCounts::now().live_blocks() > before && Instant::now() < deadline {
            thread::yield_now();
        }
    });
    assert!(across.allocations >= 4004, "{across:?}");
    assert_eq!(across.live_blocks(), 0, "{across:?}");

    // Zeroed pages come directly from the system: a quarter of a GB of them takes no memory, or a few bytes for each
    // page in an emulator.
    let mut resident = ResidentBytesProbe::new().expect("this system reports resident memory");
    let before = resident.bytes().unwrap();
    let huge = black_box(vec![0_u64; 32 << 20]);
    assert!(resident.bytes().unwrap() - before < 16 << 20, "the zeroes were written");
    drop(huge);

    // A failed allocation is not counted here (but the witness counts it).
    let layout = Layout::from_size_align(isize::MAX as usize - 64, 8).unwrap();
    let before = HeapCounts::now();
    #[allow(unsafe_code)]
    // SAFETY: the layout's size is not zero; the result is only compared with null, never used.
    let refused = unsafe { METER.alloc(layout) };
    assert!(refused.is_null());
    assert_eq!(HeapCounts::now(), before);
}

fn main() -> ExitCode {
    alone::run(&[(
        "every_hook_counts_what_it_did_and_threads_add_up",
        every_hook_counts_what_it_did_and_threads_add_up,
    )])
}
