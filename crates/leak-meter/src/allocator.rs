//! The counting global allocator: it delegates to another allocator and counts what succeeded.
#![allow(unsafe_code)] // `GlobalAlloc` is an unsafe trait; each use below says why it is sound.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// A global allocator that counts every block on its way to the allocator it wraps.
///
/// # Examples
/// ```
/// // The system's allocator, counted:
/// #[global_allocator]
/// static METER: leak_meter::Allocator = leak_meter::Allocator::system();
/// // Any other: `leak_meter::Allocator::new(Jemalloc)`.
/// ```
///
/// # Implementation
/// Each hook delegates first and counts only what succeeded. The counts lie in 64 stripes of a
/// cache line each; a thread keeps to one stripe, so that two threads hardly ever share a line.
/// A hook takes no lock, allocates nothing and cannot panic; the only thread-local is a plain
/// number without a destructor, so that blocks freed while a thread ends are counted too. The
/// counts are those of the process: every installed `Allocator` adds to the same ones.
#[derive(Debug, Default, Clone, Copy)]
pub struct Allocator<A = System> {
    inner: A,
}

impl Allocator<System> {
    /// Counts on top of the system's allocator.
    pub const fn system() -> Self {
        Self { inner: System }
    }
}

impl<A> Allocator<A> {
    /// Counts on top of `inner`, which a project keeps when it has an allocator of its own.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: every hook hands its arguments to `inner` unchanged and returns what `inner` returned,
// so all that `GlobalAlloc` demands holds because it holds for `inner`. Counting allocates nothing
// and cannot unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Allocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises to this hook are those that `inner` asks for.
        let block = unsafe { self.inner.alloc(layout) };
        count_allocation(block, layout.size());
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`; delegated by its own hook to keep the fast path for zeroed pages.
        let block = unsafe { self.inner.alloc_zeroed(layout) };
        count_allocation(block, layout.size());
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller got `block` from this allocator, and so from `inner`, with `layout`.
        unsafe { self.inner.dealloc(block, layout) };
        let stripe = stripe();
        stripe.deallocations.fetch_add(1, Relaxed);
        stripe.deallocated_bytes.fetch_add(layout.size() as u64, Relaxed);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as in `dealloc`; `new_size` is the caller's promise and handed on unchanged.
        let moved = unsafe { self.inner.realloc(block, layout, new_size) };
        if !moved.is_null() {
            let stripe = stripe();
            stripe.reallocations.fetch_add(1, Relaxed);
            if new_size >= layout.size() {
                stripe.allocated_bytes.fetch_add((new_size - layout.size()) as u64, Relaxed);
            } else {
                stripe.deallocated_bytes.fetch_add((layout.size() - new_size) as u64, Relaxed);
            }
        }
        moved
    }
}

/// What the installed [`Allocator`] has counted since the process began.
///
/// Exact while no other thread allocates; otherwise off by what happens during the read. A refused
/// allocation (a null pointer) is not counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct HeapCounts {
    /// Blocks allocated.
    pub allocations: u64,
    /// Blocks given back.
    pub deallocations: u64,
    /// Blocks resized, in place or moved. They count as neither of the two above.
    pub reallocations: u64,
    /// Bytes asked for, growth by reallocation included.
    pub allocated_bytes: u64,
    /// Bytes given back, shrinking by reallocation included.
    pub deallocated_bytes: u64,
}

impl HeapCounts {
    /// The counts of this moment.
    pub fn now() -> Self {
        let mut counts = Self::default();
        // Deallocations first: a block freed in between then makes the live counts too high by one,
        // never negative.
        for stripe in &STRIPES {
            counts.deallocations += stripe.deallocations.load(Relaxed);
            counts.deallocated_bytes += stripe.deallocated_bytes.load(Relaxed);
        }
        for stripe in &STRIPES {
            counts.allocations += stripe.allocations.load(Relaxed);
            counts.allocated_bytes += stripe.allocated_bytes.load(Relaxed);
            counts.reallocations += stripe.reallocations.load(Relaxed);
        }
        counts
    }

    /// Blocks allocated and not yet given back.
    pub fn live_blocks(&self) -> u64 {
        self.allocations.saturating_sub(self.deallocations)
    }

    /// Bytes allocated and not yet given back.
    pub fn live_bytes(&self) -> u64 {
        self.allocated_bytes.saturating_sub(self.deallocated_bytes)
    }
}

/// Whether an [`Allocator`] is this program's global allocator: one block is allocated, and the
/// answer is whether it was counted.
pub fn is_installed() -> bool {
    let before = HeapCounts::now().allocations;
    drop(black_box(Box::new(black_box(0_u64))));
    HeapCounts::now().allocations > before
}

/// The counts of the threads that share this stripe. 128 bytes, since some processors fetch cache
/// lines in pairs.
#[repr(align(128))]
struct Stripe {
    allocations: AtomicU64,
    deallocations: AtomicU64,
    reallocations: AtomicU64,
    allocated_bytes: AtomicU64,
    deallocated_bytes: AtomicU64,
}

impl Stripe {
    const fn new() -> Self {
        Self {
            allocations: AtomicU64::new(0),
            deallocations: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            allocated_bytes: AtomicU64::new(0),
            deallocated_bytes: AtomicU64::new(0),
        }
    }
}

const STRIPE_COUNT: usize = 64;
static STRIPES: [Stripe; STRIPE_COUNT] = [const { Stripe::new() }; STRIPE_COUNT];
static NEXT_STRIPE: AtomicUsize = AtomicUsize::new(0);

const UNASSIGNED: usize = usize::MAX;

thread_local! {
    static OWN_STRIPE: Cell<usize> = const { Cell::new(UNASSIGNED) };
}

fn stripe() -> &'static Stripe {
    let index = OWN_STRIPE.with(|own| {
        if own.get() == UNASSIGNED {
            own.set(NEXT_STRIPE.fetch_add(1, Relaxed) % STRIPE_COUNT);
        }
        own.get()
    });
    &STRIPES[index]
}

fn count_allocation(block: *mut u8, size: usize) {
    if !block.is_null() {
        let stripe = stripe();
        stripe.allocations.fetch_add(1, Relaxed);
        stripe.allocated_bytes.fetch_add(size as u64, Relaxed);
    }
}
