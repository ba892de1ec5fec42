//! A heap scan keeps to its time limit, and reports what it has found by then.
#![cfg_attr(target_os = "linux", allow(unsafe_code))] // To reserve address space.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use leak_meter::internals::since_within;
use leak_meter::{Snapshot, holders};

use super::holder_of;
#[cfg(target_os = "linux")]
use super::is_held;

#[inline(never)]
fn enter(table: &mut HashMap<u64, Box<[u64; 5]>>, number: u64) {
    let value = Box::new([number; 5]);
    table.insert(number, black_box(value));
}

fn filled(entries: u64) -> HashMap<u64, Box<[u64; 5]>> {
    let mut table = HashMap::new();
    for number in 0..entries {
        enter(&mut table, number);
    }
    table
}

/// Memory that was reserved and never touched: it is writable, but contains nothing. Windows has no such memory: to be
/// writable, memory must be committed.
#[cfg(target_os = "linux")]
fn reserve(bytes: usize) {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: this requests new memory at any free address, and touches none of it.
    let got = unsafe {
        libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
    };
    assert_ne!(got, libc::MAP_FAILED, "{bytes} bytes of address space");
}

#[cfg(target_os = "linux")]
pub fn reserved_address_space() {
    let before = Snapshot::take();
    let table = filled(1000);
    let without = holders::since(&before).look.expect("the heap was scanned").milliseconds;
    for _ in 0..8 {
        reserve(4 << 40);
    }
    let found = holders::since(&before);
    is_held(&found, "::enter", 1000, &[("hash table", "::enter")]);
    let look = found.look.expect("the heap was scanned");
    assert!(!look.partial, "{found}");
    assert!(look.milliseconds < without + 5000, "{look:?} instead of {without} ms");
    assert_eq!(table.len(), 1000);
}

/// What was found when the time was up is reported.
pub fn out_of_time() {
    let before = Snapshot::take();
    let table = filled(300_000);
    let began = Instant::now();
    let whole = holders::since(&before);
    let took = began.elapsed();
    assert!(!whole.look.expect("the heap was scanned").partial, "{whole}");
    let mut told = 0;
    for share in [2, 3, 5, 10, 100] {
        let limit = took / share;
        let began = Instant::now();
        let part = since_within(&before, limit);
        assert!(began.elapsed() < limit + 2 * took + Duration::from_secs(2), "of {limit:?}");
        assert_eq!(part.unavailable, None);
        if part.look.expect("the heap was scanned").partial {
            assert!(part.to_string().contains("Partial: "), "{part}");
            if !part.findings.is_empty() {
                let (finding, _) = holder_of(&part, "::enter");
                assert_eq!(
                    finding.steps.first().map_or("hash table", |step| &step.what),
                    "hash table"
                );
            }
            told += 1;
        }
    }
    assert!(told >= 1, "only {told} of five limits were reached");
    assert_eq!(table.len(), 300_000);
}

/// No call site has more blocks than before; a result without a holder says so.
pub fn nothing_gained() {
    let before = Snapshot::take();
    let found = holders::since(&before);
    let of_nothing = holders::of("there is no such function");
    assert!(of_nothing.findings.is_empty(), "{of_nothing}");
    assert!(of_nothing.to_string().starts_with("No holder was found: "), "{of_nothing}");
    assert!(!found.to_string().is_empty());
}
