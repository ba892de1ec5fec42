//! The hooks of the global allocator.

use std::alloc::{GlobalAlloc, Layout, System};

use super::guard::MeterGuard;
use super::header::{self, HEADER, Outer};
use super::site_id::SiteId;
use super::thread_counters;
#[cfg(feature = "sites")]
use super::{search, walk};

/// A global allocator that counts every block and passes the request on to the allocator that it wraps.
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
/// Each hook delegates first and counts only successful calls. A header of 16 bytes precedes each block (for an
/// alignment above 16, as many bytes as the alignment). The wrapped allocator sees this larger size; the counts
/// do not include it. A thread counts in a table of its own, with plain loads and stores; when it ends, the
/// next thread takes over the table with its counts. If there are more threads than tables, and while a thread
/// is being torn down, threads share one table and use atomic additions.
///
/// A hook takes no lock, calls the wrapped allocator once, and cannot panic.
///
/// The search for call sites begins at the first allocation of the process and continues as long as frame pointers
/// are available (on Windows for x86-64, unwind tables take their place). If they are missing, which makes the search
/// slow, call sites are looked for only in soaks and from [`start`](super::start) or the first
/// [`Snapshot`](crate::Snapshot) on. The environment variable `LEAK_METER_ATTRIBUTION=off` limits the search to those
/// cases; `on` has no effect. [`stop`](super::stop) switches the search off while the program runs. Without the
/// search, a block costs only the counting.
///
/// Without the [feature](crate#features) `sites`, call sites are never looked for.
#[derive(Debug, Default, Clone, Copy)]
pub struct Allocator<A = System> {
    inner: A,
}

impl Allocator<System> {
    /// Counts on top of the system allocator.
    pub const fn system() -> Self {
        Self { inner: System }
    }
}

impl<A> Allocator<A> {
    /// Counts on top of `inner`, for a project that already uses another allocator.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

// SAFETY: the wrapped allocator only sees `Outer` layouts, which have room for the header in front of the
// caller's block and keep its alignment; `header` converts between the two addresses. So the guarantees of
// `inner` for its blocks hold for the callers' part of them. Counting allocates nothing and cannot unwind.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Allocator<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if header::is_padded(layout) {
            // SAFETY: as below.
            return unsafe { self.alloc_padded(layout, A::alloc) };
        }
        let Some(outer) = Outer::for_layout(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the size of an outer layout is never zero.
        let base = unsafe { self.inner.alloc(outer.layout) };
        // SAFETY: `base` is null or a block of the outer layout.
        unsafe { charge(base, layout.size()) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if header::is_padded(layout) {
            // SAFETY: as below.
            return unsafe { self.alloc_padded(layout, A::alloc_zeroed) };
        }
        let Some(outer) = Outer::for_layout(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: as in `alloc`. `inner.alloc_zeroed` keeps the fast path for zeroed pages. Only the header in
        // front of the caller's zeroes is written.
        let base = unsafe { self.inner.alloc_zeroed(outer.layout) };
        // SAFETY: as in `alloc`.
        unsafe { charge(base, layout.size()) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller got `block` from this allocator with `layout`, so there is an outer layout, the header
        // is in front of the block, and `inner` allocated its base with the outer layout.
        unsafe {
            if header::is_padded(layout) {
                self.dealloc_padded(block, layout);
            } else {
                let outer = Outer::for_layout(layout).unwrap_unchecked();
                self.inner.dealloc(discharge(block, layout.size()), outer.layout);
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let resized = Layout::from_size_align(new_size, layout.align()).ok();
        let Some(new) = resized.and_then(Outer::for_layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: as in `dealloc`; the prefix depends only on the alignment, so the new block's header and
        // contents are where the old one's were. The old header is wiped first: its copy at a freed address
        // must not look like a live block.
        unsafe {
            let outer = Outer::for_layout(layout).unwrap_unchecked();
            let site = lift(block);
            let base = self.inner.realloc(block.sub(outer.prefix), outer.layout, new.layout.size());
            if base.is_null() {
                header::put(block, layout.size(), site);
                return base;
            }
            let moved = base.add(new.prefix);
            recharge(moved, site, layout.size(), new_size);
            if header::is_padded(layout) {
                count_padding(0, new.prefix, new.layout.size(), outer.layout.size());
            }
            moved
        }
    }
}

impl<A: GlobalAlloc> Allocator<A> {
    /// Allocates a block that is aligned more strictly than a header.
    ///
    /// # Safety
    /// As for `allocate`, which is one of the methods of the wrapped allocator.
    #[cold]
    #[inline(never)] // Kept out of the hooks, so that they need not save registers for it.
    unsafe fn alloc_padded(
        &self,
        layout: Layout,
        allocate: unsafe fn(&A, Layout) -> *mut u8,
    ) -> *mut u8 {
        let Some(outer) = Outer::for_layout(layout) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the size of an outer layout is never zero, and the block of that layout begins with the prefix.
        unsafe {
            let base = allocate(&self.inner, outer.layout);
            if base.is_null() {
                return base;
            }
            let block = charge_to_site(base, outer.prefix, layout.size());
            count_padding(1, outer.prefix, outer.layout.size(), 0);
            block
        }
    }

    /// Frees a block that is aligned more strictly than a header.
    ///
    /// # Safety
    /// As for `dealloc`.
    #[cold]
    #[inline(never)]
    unsafe fn dealloc_padded(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `dealloc`.
        unsafe {
            let outer = Outer::for_layout(layout).unwrap_unchecked();
            discharge(block, layout.size());
            count_padding(-1, outer.prefix, 0, outer.layout.size());
            self.inner.dealloc(block.sub(outer.prefix), outer.layout);
        }
    }
}

/// Writes the header of a new block and counts it; returns null for null.
///
/// # Safety
/// `base` is null or a block of an outer layout, whose prefix is a header.
///
/// Not generic and not inlined: the hooks are compiled with the program, perhaps without optimisation, but this
/// function is compiled with the meter.
///
/// PERF: a block without a call stack is counted here, where few registers have to be saved.
#[inline(never)]
unsafe fn charge(base: *mut u8, size: usize) -> *mut u8 {
    if base.is_null() {
        return base;
    }
    #[cfg(feature = "sites")]
    let is_plain = !MeterGuard::is_entered() && !search::is_on();
    #[cfg(not(feature = "sites"))]
    let is_plain = !MeterGuard::is_entered();
    // SAFETY: the prefix lies within the block and holds the header.
    unsafe {
        if is_plain && thread_counters::count_unattributed(size) {
            let block = base.add(HEADER);
            header::put(block, size, SiteId::UNKNOWN);
            return block;
        }
        charge_to_site(base, HEADER, size)
    }
}

/// Does the same for a block that may have a site.
///
/// # Safety
/// `base` is a block of an outer layout with this prefix.
///
/// PERF: `charge` ends with a jump to this function, so that the walk, which begins in this function's own frame, sees
/// the same frames as if it began there.
#[inline(never)]
unsafe fn charge_to_site(base: *mut u8, prefix: usize, size: usize) -> *mut u8 {
    #[cfg(feature = "sites")]
    let site = walk::current_site(size, charge_to_site as *const ());
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

/// Wipes the header of a block that is being freed, and counts it. Returns the header's address, which is that of the
/// whole block unless it is padded.
///
/// # Safety
/// This allocator returned `block`, which has not been freed since.
#[inline(never)]
unsafe fn discharge(block: *mut u8, size: usize) -> *mut u8 {
    // SAFETY: the caller's promise.
    unsafe {
        thread_counters::count_deallocation(|| header::take(block), size);
        block.sub(HEADER)
    }
}

/// Wipes the header of a block that may move.
///
/// # Safety
/// As for [`discharge`].
#[inline(never)]
unsafe fn lift(block: *mut u8) -> SiteId {
    // SAFETY: the caller's promise.
    unsafe { header::take(block) }
}

/// Writes the header of a resized block, and counts it. A block without a call stack takes the call stack of
/// the reallocation, so that later growth has a line.
///
/// # Safety
/// As for [`discharge`]; and `block` lies behind its prefix.
#[inline(never)]
unsafe fn recharge(block: *mut u8, site: SiteId, old_size: usize, new_size: usize) {
    #[cfg(feature = "sites")]
    let adopted =
        if site == SiteId::UNKNOWN && search::is_on() { adopting_site(new_size) } else { None };
    #[cfg(feature = "sites")]
    let site = adopted.unwrap_or(site);
    // SAFETY: the caller's promise.
    unsafe { header::put(block, new_size, site) };
    // The program receives the block only when this function has returned, so no other thread can free it
    // before the move is counted.
    #[cfg(feature = "sites")]
    if adopted.is_some() {
        thread_counters::count_adoption(site, old_size);
    }
    thread_counters::count_reallocation(site, old_size, new_size);
}

/// The site for a block without a call stack that is being resized; `None` if no call stack is found. Never the
/// meter's own site: the block belongs to the program, even if the meter resizes it.
#[cfg(feature = "sites")]
#[cold]
#[inline(never)] // The walk begins in this function's own frame.
fn adopting_site(size: usize) -> Option<SiteId> {
    let site = walk::current_site(size, adopting_site as *const ());
    site.is_call_stack().then_some(site)
}
