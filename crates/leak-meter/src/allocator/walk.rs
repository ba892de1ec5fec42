//! Finds the call stack of the current allocation and returns its site.
//!
//! With frame pointers the stack is a linked list, and a walk takes a nanosecond per frame. Their presence is
//! checked, never assumed: the search begins with a walk of a known chain of calls, and an unwinder checks the
//! stack of every new site. If the two disagree, the unwinder's result is used. If that happens often, only
//! the unwinder is used from then on, which is slow but correct.
//!
//! A walk reads only the thread's own stack, between the hook's frame and the top of the stack. On any other
//! stack (of a signal handler or a coroutine) there is no walk, and the block is charged to
//! [`SiteId::FOREIGN_STACK`].

use std::hint::black_box;

use super::frames::{Frames, SEED, agree, common, mix, unwind};
use super::guard::MeterGuard;
use super::records::MOST_FRAMES;
use super::registers::{Frame, frame_at, frame_pointer, stack_pointer};
use super::search::{Method, add, begin, method_was, note_agreement, note_disagreement, state};
use super::sites::{self, SiteId};
use super::stack::own_stack;
use super::state::method_of;
use super::text_segment;
use super::thread_counters;
use super::unwind_tables::{self, Walk};

/// The site of the current allocation. `hook` is the function that calls this one: the walk starts in its
/// frame, and the frames of the unwinder are dropped up to it.
#[inline(always)]
#[allow(clippy::inline_always)] // So that the walk begins in the hook's own frame.
pub(super) fn current_site(size: usize, hook: *const ()) -> SiteId {
    if MeterGuard::is_entered() {
        return SiteId::METER;
    }
    let state = state();
    match method_of(state) {
        0 => SiteId::UNKNOWN,
        1 => site_by_frame_pointers(frame_pointer(), size, state, hook),
        2 if unwind_tables::ARE_READ => site_by_tables(frame_pointer(), hook),
        _ => site_by_unwinder(frame_pointer(), size, hook),
    }
}

/// Follows the list of frame pointers from `pointer`. `None` on a stack that is not the thread's own.
///
/// Ends at the outermost frame in the program's own code: code beyond it (the system's code that starts a
/// thread) may use that register for other things.
#[inline]
fn walk(pointer: usize) -> Option<Frames> {
    let mut frames = Frames::new();
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let (mut count, mut hash) = (0, SEED);
    let (mut lowest, mut pointer) = (here - 1, pointer);
    while count < MOST_FRAMES && is_frame(pointer, lowest, stack.top) {
        // SAFETY: two words at `pointer` lie between this function's frame and the top of this
        // thread's stack.
        let frame = unsafe { frame_at(pointer) };
        let [next, back] = frame;
        frames.pairs[count].write(frame);
        frames.addresses[count].write(back);
        count += 1;
        hash = mix(hash, back);
        if text_segment::contains(back) {
            (frames.count, frames.hash) = (count, hash);
        }
        lowest = pointer;
        pointer = next;
    }
    frames.read = count;
    Some(frames)
}

#[inline(always)]
#[allow(clippy::inline_always)] // This is most of the hook's work.
fn site_by_frame_pointers(pointer: usize, size: usize, state: u32, hook: *const ()) -> SiteId {
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return SiteId::FOREIGN_STACK;
    }
    if !is_frame(pointer, here - 1, stack.top) {
        return SiteId::UNKNOWN;
    }
    if let Some(cache) = thread_counters::stack_cache() {
        // SAFETY: `stack_cache` belongs to this thread and is borrowed only for this call. `pointer` lies in
        // this thread's stack, as did every cached stack: the stacks of another thread were forgotten when
        // this thread took the table.
        if let Some(site) = unsafe { (*cache).find(pointer, size, state) } {
            return site;
        }
    }
    site_by_walk(pointer, size, state, hook)
}

#[inline(never)]
fn site_by_walk(pointer: usize, size: usize, state: u32, hook: *const ()) -> SiteId {
    let Some(frames) = walk(pointer) else {
        return SiteId::FOREIGN_STACK;
    };
    if frames.count == 0 {
        return SiteId::UNKNOWN;
    }
    let site = match sites::find(frames.hash) {
        Some(site) => site,
        // The table is full: unwinding this stack, or caching it in place of one that has a site, would gain
        // nothing.
        None if sites::is_full() => return SiteId::OVERFLOW,
        None => new_site(&frames, pointer, hook),
    };
    if site == SiteId::UNKNOWN {
        return site; // The search has been switched off in the meantime.
    }
    if let Some(cache) = thread_counters::stack_cache() {
        // SAFETY: as in `site_by_frame_pointers`; the walk has just read all these frames.
        unsafe { (*cache).keep(pointer, size, state, frames.pairs(), site) };
    }
    site
}

/// Where a frame of this thread's stack ends, and an address in the function that the frame belongs to.
#[cfg(feature = "holders")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct FrameBound {
    pub(crate) end: usize,
    pub(crate) code: usize,
}

/// The frames of this thread's stack outside the caller's frame, innermost first; empty if frame pointers are
/// missing.
#[cfg(feature = "holders")]
#[inline(never)]
pub(crate) fn frame_bounds() -> Vec<FrameBound> {
    if unwind_tables::ARE_READ {
        return unwind_tables::frame_bounds();
    }
    let here = frame_pointer();
    if method_was() != Method::FramePointers {
        return Vec::new();
    }
    let walked = walk(here);
    let frames = walked.as_ref().map(Frames::pairs).unwrap_or_default();
    // The contents of a frame lie below its own frame pointer, which the next inner frame has saved. The
    // return address saved beside that pointer lies in the function that the frame belongs to.
    frames.iter().map(|[end, code]| FrameBound { end: *end, code: *code }).collect()
}

/// Whether a frame, which is two words, may lie at `pointer`, above `above` and below `top`.
#[inline]
fn is_frame(pointer: usize, above: usize, top: usize) -> bool {
    pointer > above && pointer <= top - size_of::<Frame>() && pointer.is_multiple_of(8)
}

/// The site found by an unwinder, or by the method that is chosen now if this is the first allocation.
#[cold]
fn site_by_unwinder(pointer: usize, size: usize, hook: *const ()) -> SiteId {
    let state = begin();
    match method_of(state) {
        0 => return SiteId::UNKNOWN,
        1 => return site_by_walk(pointer, size, state, hook),
        _ if unwind_tables::ARE_READ => return site_by_tables(pointer, hook),
        _ => {}
    }
    site_by_system(pointer, hook, None)
}

/// The site found in the unwind tables.
#[inline(never)]
fn site_by_tables(pointer: usize, hook: *const ()) -> SiteId {
    let frames = match unwind_tables::walk(pointer) {
        Walk::Found(frames) => frames,
        Walk::ForeignStack => return SiteId::FOREIGN_STACK,
        Walk::NeedsSystem(reached) => return site_by_system(pointer, hook, Some(reached)),
    };
    match sites::find(frames.hash) {
        _ if frames.count == 0 => SiteId::UNKNOWN,
        Some(site) => site,
        None if sites::is_full() => SiteId::OVERFLOW,
        None => new_site(&frames, pointer, hook),
    }
}

/// The site found by the system's unwinder, because a walk has `reached` an address from which only this unwinder can
/// go on.
#[cold]
fn site_by_system(pointer: usize, hook: *const (), reached: Option<usize>) -> SiteId {
    let _guard = MeterGuard::enter();
    match unwind(hook, pointer) {
        Some(frames) if frames.count > 0 => {
            if let Some(reached) = reached.filter(|reached| !frames.as_slice().contains(reached)) {
                unwind_tables::note_end(reached);
            }
            site_of(frames.hash, frames.as_slice())
        }
        Some(_) => SiteId::UNKNOWN,
        None => SiteId::FOREIGN_STACK,
    }
}

/// The site with this hash; if there was none, a new one with `frames`.
fn site_of(hash: u64, frames: &[usize]) -> SiteId {
    let known = sites::find(hash);
    known.or_else(|| add(|| sites::find_or_insert(hash, frames))).unwrap_or(SiteId::UNKNOWN)
}

/// The site of a stack that was not seen before. The unwinder checks the stack. If its result differs, the
/// stack contains code without frame pointers, and the unwinder's result is used.
#[cold]
fn new_site(walked: &Frames, pointer: usize, hook: *const ()) -> SiteId {
    let _guard = MeterGuard::enter();
    let Some(unwound) = unwind(hook, pointer).filter(|unwound| unwound.count > 0) else {
        return site_of(walked.hash, walked.as_slice()); // There is nothing to compare with.
    };
    if agree(walked.as_slice(), unwound.as_slice()) {
        note_agreement();
        return site_of(walked.hash, walked.as_slice());
    }
    note_disagreement(!unwind_tables::ARE_READ && lacks_frame_pointer(walked, &unwound));
    let site = add(|| {
        let site = sites::find_or_insert(unwound.hash, unwound.as_slice());
        sites::alias(walked.hash, site);
        site
    });
    site.unwrap_or(SiteId::UNKNOWN)
}

/// Whether both methods find the same stack for a known chain of calls; `None` if this stack cannot be walked.
#[inline(never)]
pub(super) fn known_chain_is_seen() -> Option<bool> {
    #[inline(never)]
    fn outer(depth: usize) -> Option<bool> {
        let seen = if depth == 0 { inner() } else { outer(depth - 1) };
        black_box(seen)
    }
    #[inline(never)]
    fn inner() -> Option<bool> {
        let _guard = MeterGuard::enter();
        let pointer = frame_pointer();
        let walked = walk(pointer)?;
        let unwound = unwind(inner as *const (), pointer);
        let unwound = unwound?;
        let agreed = agree(walked.as_slice(), unwound.as_slice());
        black_box(Some(agreed || !lacks_frame_pointer(&walked, &unwound)))
    }
    black_box(outer(black_box(4)))
}

/// Whether the walk of a stack went wrong at a function of the meter's own object.
fn lacks_frame_pointer(walked: &Frames, unwound: &Frames) -> bool {
    let unwound = unwound.as_slice();
    match common(walked.all(), unwound) {
        // Not even the hook's caller was found: the hook itself has no frame pointer.
        0 => true,
        // The walk was correct as far as the unwinder sees.
        seen if seen == unwound.len() => false,
        seen => text_segment::contains(unwound[seen - 1]),
    }
}
