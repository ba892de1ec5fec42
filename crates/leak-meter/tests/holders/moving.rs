//! Scans while other threads run, and beyond the limit on blocks.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use leak_meter::holders::{Hold, Holders};
use leak_meter::internals::since_among;
use leak_meter::{Snapshot, holders};

use super::is_held;

#[inline(never)]
fn make(number: u64) -> Box<[u64; 5]> {
    black_box(Box::new([number; 5]))
}

static TABLE: Mutex<Option<HashMap<u64, Box<[u64; 5]>>>> = Mutex::new(None);

#[inline(never)]
fn enter(number: u64) {
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    table.get_or_insert_default().insert(number, make(number));
}

/// Threads fill the table, move it, and create and drop blocks all the time.
pub fn while_others_allocate() {
    const BLOCKS: u64 = 20_000;
    let before = Snapshot::take();
    let (over, entered) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut scratch: Vec<Box<[u64; 5]>> = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    scratch.push(black_box(Box::new([1; 5])));
                    if scratch.len() > 1000 {
                        scratch.clear();
                    }
                    let next = entered.fetch_add(1, Ordering::Relaxed);
                    if next < 4 * BLOCKS {
                        enter(next);
                    }
                }
            });
        }
        while entered.load(Ordering::Relaxed) < BLOCKS {
            thread::yield_now();
        }
        let all: Vec<Holders> = (0..5).map(|_| holders::since(&before)).collect();
        // A failure must not leave the threads running.
        over.store(true, Ordering::Relaxed);
        for found in all {
            let (finding, held) = super::holder_of(&found, "::make");
            assert!(matches!(finding.hold, Hold::Static { .. }), "{found}");
            assert_eq!(finding.steps[0].what, "hash table", "{found}");
            assert!(held.blocks * 10 >= held.of * 9, "{found}");
        }
    });
}

/// The place with too many blocks is sampled. Its holder is still found; the figures are estimates.
pub fn beyond_the_limit() {
    const BLOCKS: u64 = 40_000;
    let before = Snapshot::take();
    for number in 0..BLOCKS {
        enter(number);
    }
    std::mem::forget(make(BLOCKS));
    let all = holders::since(&before);
    let finding = is_held(&all, "::make", BLOCKS, &[("hash table", "::enter")]);
    let exact = finding.retained_blocks;

    let some = since_among(&before, 10_000);
    let look = some.look.expect("the heap was scanned");
    assert!(look.left_out > 0 && look.blocks < 11_000, "{look:?}");
    let (finding, held) = super::holder_of(&some, "::make");
    assert!(matches!(finding.hold, Hold::Static { .. }), "{some}");
    assert!(held.of < BLOCKS, "{some}");
    assert!(finding.retained_blocks.abs_diff(exact) < exact / 20, "{exact}\n{some}");
    assert!(some.to_string().contains("Sampled: "), "{some}");
    // Blocks that seem unheld may be held by blocks that were left out.
    let unheld = |hold: &Hold| matches!(hold, Hold::Nothing | Hold::Ring | Hold::Foreign);
    assert!(!some.findings.iter().any(|finding| unheld(&finding.hold)), "{some}");
}
