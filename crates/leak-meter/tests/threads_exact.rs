//! Counts are exact to the block when threads allocate, resize and free each other's blocks, and a
//! thread's counts remain after it ends. Runs alone in its process.
#![cfg(feature = "sites")]

use std::hint::black_box;
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use leak_meter::Allocator;
use leak_meter::allocator::{self, HeapCounts};

#[global_allocator]
static METER: Allocator = Allocator::system();

const BLOCKS: usize = 2000;

#[test]
fn counts_are_exact_under_threads() {
    // The first thread makes the standard library allocate what it keeps for threads.
    exchange(2);
    for method in ["off", "on"] {
        match method {
            "on" => drop(allocator::start()),
            _ => allocator::stop(),
        }
        for threads in [2, 8] {
            let before = HeapCounts::now();
            let kept = exchange(threads);
            let after = HeapCounts::now();
            let live = after.live_blocks() - before.live_blocks();
            let bytes = after.live_bytes() - before.live_bytes();
            assert_eq!(live, 1 + kept.len() as u64, "{method}, {threads} threads");
            let held: usize = kept.iter().map(Vec::capacity).sum();
            let own = kept.capacity() * size_of::<Vec<u8>>();
            assert_eq!(bytes, (held + own) as u64, "{method}, {threads} threads");
            drop(kept);
            assert_eq!(HeapCounts::now().live_blocks(), before.live_blocks());
            assert_eq!(HeapCounts::now().live_bytes(), before.live_bytes());
        }
    }
    // More threads than there are tables, one after another and at the same time.
    let before = HeapCounts::now();
    for _ in 0..300 {
        thread::spawn(|| black_box(vec![1_u8; 100])).join().unwrap();
    }
    assert_eq!(HeapCounts::now().live_blocks(), before.live_blocks());
    many_at_once(300);
    assert_eq!(HeapCounts::now().live_blocks(), before.live_blocks());
}

/// Each thread allocates blocks and passes them to the next thread, which resizes them, returns
/// every second one and frees the others. The returned blocks stay.
fn exchange(threads: usize) -> Vec<Vec<u8>> {
    let mut kept = Vec::with_capacity(threads * BLOCKS / 2);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let (send, receive) = mpsc::channel::<Vec<u8>>();
                let resizer = scope.spawn(move || {
                    let mut handed_back = Vec::with_capacity(BLOCKS / 2);
                    for (at, mut block) in receive.into_iter().enumerate() {
                        block.reserve_exact(100 + at % 50);
                        if at % 2 == 0 {
                            handed_back.push(block);
                        }
                    }
                    handed_back
                });
                let maker = scope.spawn(move || {
                    for at in 0..BLOCKS {
                        send.send(black_box(vec![1; 10 + (worker + at) % 90])).unwrap();
                    }
                });
                (maker, resizer)
            })
            .collect();
        for (maker, resizer) in workers {
            maker.join().unwrap();
            kept.extend(resizer.join().unwrap());
        }
    });
    kept
}

fn many_at_once(threads: usize) {
    let barrier = Arc::new(Barrier::new(threads));
    let started: Vec<_> = (0..threads)
        .map(|_| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                let block = black_box(vec![1_u8; 100]);
                barrier.wait();
                drop(block);
            })
        })
        .collect();
    // A scope waits only for its threads' work; a join waits for their end and everything that they
    // free.
    for thread in started {
        thread.join().unwrap();
    }
}
