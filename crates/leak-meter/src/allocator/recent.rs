//! The stacks that a thread allocated from lately, so that most walks need not be made.
//!
//! Following a list of frame pointers waits for memory at each step. A stack that was walked before
//! is instead compared with the thread's own as it stands now, all frames at once, which is several
//! times quicker and just as exact: every pointer and every return address of it is looked at.

use std::ptr;

use super::sites::{MOST_FRAMES, SiteId};

const ENTRIES: usize = 128;

/// What stands at a frame pointer: the caller's frame pointer, and where to return to.
pub(super) type Frame = [usize; 2];

/// The recent stacks of one thread; 0 in every field is empty.
pub(super) struct Recent {
    entries: [Entry; ENTRIES],
}

#[repr(align(64))]
struct Entry {
    /// The innermost frame pointer; 0 if the entry is empty.
    start: usize,
    count: usize,
    site: SiteId,
    frames: [Frame; MOST_FRAMES],
}

impl Recent {
    /// Forgets every stack: the next thread has another.
    pub(super) fn clear(&mut self) {
        for entry in &mut self.entries {
            entry.start = 0;
        }
    }

    /// The site of the stack that begins at `start`, if it was seen lately and is the same still.
    ///
    /// # Safety
    /// Two words at `start` can be read, and each stack that was [kept](Self::keep) lay within the
    /// calling thread's stack, from its `start` upwards.
    #[inline]
    pub(super) unsafe fn find(&self, start: usize, size: usize) -> Option<SiteId> {
        // SAFETY: the caller's promise.
        let entry = &self.entries[unsafe { index(start, size) }];
        if entry.start != start {
            return None;
        }
        let mut difference = 0;
        let mut pointer = start;
        for frame in &entry.frames[..entry.count.min(MOST_FRAMES)] {
            // SAFETY: `pointer` is one of the frame pointers of a stack that lay within this thread's
            // stack above `start`, where this thread's stack still is.
            let now: Frame = unsafe { ptr::with_exposed_provenance::<Frame>(pointer).read() };
            difference |= (now[0] ^ frame[0]) | (now[1] ^ frame[1]);
            pointer = frame[0];
        }
        (difference == 0).then_some(entry.site)
    }

    /// Remembers a stack that was walked: `frames` are all that the walk read, from `start` on.
    ///
    /// # Safety
    /// As [`find`](Self::find).
    pub(super) unsafe fn keep(
        &mut self,
        start: usize,
        size: usize,
        frames: &[Frame],
        site: SiteId,
    ) {
        // SAFETY: the caller's promise.
        let entry = &mut self.entries[unsafe { index(start, size) }];
        entry.start = 0;
        entry.frames[..frames.len()].copy_from_slice(frames);
        entry.count = frames.len();
        entry.site = site;
        entry.start = start;
    }
}

/// Where a stack is kept: by its innermost frames, and by the allocation's size, which tells two
/// allocations of one function apart.
///
/// # Safety
/// Two words at `start` can be read.
#[inline]
unsafe fn index(start: usize, size: usize) -> usize {
    // SAFETY: the caller's promise.
    let [next, back] = unsafe { ptr::with_exposed_provenance::<Frame>(start).read() };
    let mixed = (start >> 4) ^ next.rotate_left(17) ^ back.rotate_left(31) ^ size.rotate_left(43);
    mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57
}
