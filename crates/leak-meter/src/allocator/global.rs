//! The hooks of the global allocator.

use std::alloc::{GlobalAlloc, Layout, System};

#[cfg(not(feature = "sites"))]
use super::guard::MeterGuard;
use super::header::{self, Outer};
use super::site_id::SiteId;
use super::thread_counters;
#[cfg(feature = "sites")]
use super::{search, walk};

/// A global allocator that charges every block on its way to the allocator it wraps.
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
/// Each hook delegates first and counts only what succeeded. In front of each block are 16 bytes (for an
/// alignment above 16 as many as the alignment): the wrapped allocator sees this larger size; the counts do not
/// include it. A thread counts in a table of its own, by plain loads and stores; a thread that ends leaves its
/// table, with the counts, to the next one. Where there are more threads than tables, and while a thread is
/// being torn down, they share one, by atomic additions.
///
/// A hook takes no lock, calls the wrapped allocator once, and cannot panic.
///
/// Call sites are looked for from the first allocation of the process on, as long as frame pointers show
/// them. Where these are missing, which makes the search slow, they are looked for in soaks, and from
/// [`start`](super::start) or the first [`Snapshot`](crate::Snapshot) on. The environment variable
/// `LEAK_METER_ATTRIBUTION=off` limits the search to those; `on` has no effect. [`stop`](super::stop) switches
/// the search off while the program runs. Without it, a block costs only the counting.
///
/// Without the [feature](crate#features) `sites` they are never looked for.
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

// SAFETY: the wrapped allocator is asked for `Outer` layouts only, which have room for the header in
// front of the caller's block and keep its alignment; `header` moves between the two addresses. So
// what `inner` promises of its blocks holds for the callers' part of them. Counting allocates nothing
// and cannot unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Allocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(outer) = Outer::for_layout(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: an outer layout is never of size zero.
        let base = unsafe { self.inner.alloc(outer.layout) };
        // SAFETY: `base` is null or a block of the outer layout.
        let block = unsafe { charge(base, outer.prefix, layout.size()) };
        if outer.is_padded() && !block.is_null() {
            count_padding(1, outer.prefix, outer.layout.size(), 0);
        }
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some(outer) = Outer::for_layout(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: as in `alloc`; by its own hook, to keep the fast path for zeroed pages. Only the
        // header in front of the caller's zeroes is written.
        let base = unsafe { self.inner.alloc_zeroed(outer.layout) };
        // SAFETY: as in `alloc`.
        let block = unsafe { charge(base, outer.prefix, layout.size()) };
        if outer.is_padded() && !block.is_null() {
            count_padding(1, outer.prefix, outer.layout.size(), 0);
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some(outer) = Outer::for_layout(layout) else {
            return; // No such block was ever handed out.
        };
        // SAFETY: the caller got `block` from this allocator with `layout`, so the header stands in
        // front of it, and its base was given by `inner` with the outer layout.
        unsafe {
            discharge(block, layout.size());
            if outer.is_padded() {
                count_padding(-1, outer.prefix, 0, outer.layout.size());
            }
            self.inner.dealloc(block.sub(outer.prefix), outer.layout);
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let resized = Layout::from_size_align(new_size, layout.align()).ok();
        let (Some(outer), Some(new)) =
            (Outer::for_layout(layout), resized.and_then(Outer::for_layout))
        else {
            return std::ptr::null_mut();
        };
        // SAFETY: as in `dealloc`; the prefix depends on the alignment alone, so that the new block's header
        // and contents lie where the old one's did. The old header is taken first: its copy at a freed address
        // must not look like a live block.
        unsafe {
            let site = lift(block);
            let base = self.inner.realloc(block.sub(outer.prefix), outer.layout, new.layout.size());
            if base.is_null() {
                header::put(block, layout.size(), site);
                return base;
            }
            let moved = base.add(new.prefix);
            recharge(moved, site, layout.size(), new_size);
            if new.is_padded() {
                count_padding(0, new.prefix, new.layout.size(), outer.layout.size());
            }
            moved
        }
    }
}

/// Writes the header of a new block and counts it; hands on null.
///
/// # Safety
/// `base` is null or a block of an outer layout with this prefix.
///
/// Not generic and not inlined: the hooks are compiled with the program, perhaps without
/// optimisation; this with the meter.
#[inline(never)]
unsafe fn charge(base: *mut u8, prefix: usize, size: usize) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    #[cfg(feature = "sites")]
    let site = walk::current_site(size, charge as *const ());
    #[cfg(not(feature = "sites"))]
    let site = if MeterGuard::is_entered() { SiteId::METER } else { SiteId::UNKNOWN };
    // SAFETY: the prefix lies within the block and holds at least the header.
    unsafe {
        let block = base.add(prefix);
        header::put(block, size, site);
        thread_counters::count_allocation(site, size);
        block
    }
}

/// Counts the padding of a block of `new_size` minus that of one of `old_size`; size 0 means no block.
#[cold]
#[inline(never)]
fn count_padding(blocks: i64, prefix: usize, new_size: usize, old_size: usize) {
    let padding = |size| if size > 0 { header::padding(prefix, size) } else { 0 };
    let bytes = padding(new_size).wrapping_sub(padding(old_size));
    thread_counters::count_padding(blocks.cast_unsigned(), bytes);
}

/// Wipes the header of a block that is freed, and counts it.
///
/// # Safety
/// `block` was handed out by this allocator and not freed since.
#[inline(never)]
unsafe fn discharge(block: *mut u8, size: usize) {
    // SAFETY: the caller's promise.
    let site = unsafe { header::take(block) };
    thread_counters::count_deallocation(site, size);
}

/// Wipes the header of a block that may move.
///
/// # Safety
/// As [`discharge`].
#[inline(never)]
unsafe fn lift(block: *mut u8) -> SiteId {
    // SAFETY: the caller's promise.
    unsafe { header::take(block) }
}

/// Writes the header of a block that was resized, and counts it. A block without a call stack takes
/// that of the reallocation, so that what grows from now on has a line.
///
/// # Safety
/// As [`discharge`]; `block` stands behind its prefix.
#[inline(never)]
unsafe fn recharge(block: *mut u8, site: SiteId, old_size: usize, new_size: usize) {
    #[cfg(feature = "sites")]
    let adopted =
        if site == SiteId::UNKNOWN && search::is_on() { adopting_site(new_size) } else { None };
    #[cfg(feature = "sites")]
    let site = adopted.unwrap_or(site);
    // SAFETY: the caller's promise.
    unsafe { header::put(block, new_size, site) };
    // The program gets the block only when this function has returned, so no other thread can
    // give it back before the move is counted.
    #[cfg(feature = "sites")]
    if adopted.is_some() {
        thread_counters::count_adoption(site, old_size);
    }
    thread_counters::count_reallocation(site, old_size, new_size);
}

/// The site that a block without one takes as it is resized: a call stack, or none. Never the meter's
/// own: the block is the program's, whoever resizes it.
#[cfg(feature = "sites")]
#[cold]
#[inline(never)] // The walk begins in this function's own frame.
fn adopting_site(size: usize) -> Option<SiteId> {
    let site = walk::current_site(size, adopting_site as *const ());
    site.is_call_stack().then_some(site)
}
