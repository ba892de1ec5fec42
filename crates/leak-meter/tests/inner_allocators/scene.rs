//! Checks the meter on top of any allocator: blocks come from that allocator, are counted as
//! requested, and a leak is found at its line.

use std::alloc::{GlobalAlloc, Layout};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use leak_meter::{HeapCounts, Soak, Verdict};

/// Counts the calls between the meter and the allocator that it wraps.
pub struct Witness<A>(pub A);

/// Blocks that the wrapped allocator returned.
pub static SERVED: AtomicU64 = AtomicU64::new(0);

// SAFETY: each call is passed on unchanged; only a counter is added.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Witness<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        SERVED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        SERVED.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.0.realloc(block, layout, new_size) }
    }
}

/// Aligned to a page, so that the address of the header depends on the wrapped allocator's
/// alignment.
#[repr(align(4096))]
struct Page([u8; 4096]);

#[inline(never)]
#[allow(clippy::vec_box)] // Each value needs a block of its own.
fn remember(kept: &mut Vec<Box<u64>>, number: u64) {
    kept.push(Box::new(number));
}

pub fn the_meter_works_on_top() {
    blocks_come_from_the_wrapped_allocator();
    contents_and_alignment_survive();
    a_leak_is_found_at_its_line();
}

fn blocks_come_from_the_wrapped_allocator() {
    let (served, before) = (SERVED.load(Ordering::Relaxed), HeapCounts::now());
    for number in 0..1000_u64 {
        drop(black_box(Box::new(number)));
    }
    assert!(SERVED.load(Ordering::Relaxed) - served >= 1000, "the wrapped allocator was not asked");
    assert!(HeapCounts::now().allocations - before.allocations >= 1000);
}

fn contents_and_alignment_survive() {
    let mut grown = Vec::new();
    for number in 0..100_000_u64 {
        grown.push(number);
    }
    assert!(grown.iter().copied().eq(0..100_000));
    let pages: Vec<Box<Page>> = (0..9).map(|fill| Box::new(Page([fill; 4096]))).collect();
    for (page, fill) in pages.iter().zip(0..) {
        assert!((&raw const **page).addr().is_multiple_of(4096));
        assert!(page.0.iter().all(|byte| *byte == fill));
    }
    assert!(vec![0_u8; 1_000_000].iter().all(|byte| *byte == 0));
}

fn a_leak_is_found_at_its_line() {
    let mut kept = Vec::with_capacity(1000);
    let leaks = Soak::new().operations_per_round(1000).run(|operation| {
        if operation.number() % 1000 == 7 {
            remember(&mut kept, operation.number());
        }
    });
    assert_eq!(leaks.verdict, Verdict::Growing, "{leaks}");
    let site = leaks.sites.first().expect("a growing place");
    assert!(site.function.ends_with("remember"), "{leaks}");
    assert!(site.file.as_ref().is_some_and(|file| file.ends_with("scene.rs")), "{leaks}");

    let healthy = Soak::new()
        .operations_per_round(1000)
        .run(|operation| drop(black_box(Box::new(operation.number()))));
    assert_eq!(healthy.verdict, Verdict::Steady, "{healthy}");
}
