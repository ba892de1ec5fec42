//! The stacks that a thread allocated from lately, so that most walks need not be made.
//!
//! Following a list of frame pointers waits for memory at each step. A stack that was walked before
//! is instead compared with the thread's own as it stands now, all frames at once, which is several
//! times quicker and just as exact: every pointer and every return address of it is looked at.

use std::ptr;

use super::records::MOST_FRAMES;
use super::sites::SiteId;

const ENTRIES: usize = 128;

/// What stands at a frame pointer: the caller's frame pointer, and where to return to.
pub(super) type Frame = [usize; 2];

/// The recent stacks of one thread; 0 in every field is empty.
///
/// Each has two places where it may be, so that two stacks that are used in turn do not drive each
/// other out.
pub(super) struct Recent {
    entries: [Entry; ENTRIES],
    /// How many stacks were kept.
    kept: usize,
}

#[repr(C, align(64))]
struct Entry {
    /// The [`key`]; 0 if the entry is empty.
    key: u64,
    site: SiteId,
    count: u32,
    frames: [Frame; MOST_FRAMES],
}

impl Recent {
    /// Forgets every stack: the next thread has another.
    pub(super) fn clear(&mut self) {
        for entry in &mut self.entries {
            entry.key = 0;
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
        let key = unsafe { key(start, size) };
        for place in places(key) {
            let entry = &self.entries[place];
            // SAFETY: the caller's promise.
            if entry.key == key && unsafe { entry.is_stack_from(start) } {
                return Some(entry.site);
            }
        }
        None
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
        let key = unsafe { key(start, size) };
        let [first, second] = places(key);
        self.kept = self.kept.wrapping_add(1);
        let place = if self.entries[first].key == 0 || self.kept.is_multiple_of(2) {
            first
        } else {
            second
        };
        let entry = &mut self.entries[place];
        entry.key = 0;
        entry.frames[..frames.len()].copy_from_slice(frames);
        entry.count = u32::try_from(frames.len()).unwrap_or_default();
        entry.site = site;
        entry.key = key;
    }
}

impl Entry {
    /// Whether this thread's stack from `start` on is still this one.
    ///
    /// # Safety
    /// Two words at `start` can be read, and the entry's frames lie within this thread's stack.
    #[inline]
    unsafe fn is_stack_from(&self, start: usize) -> bool {
        let mut difference = 0;
        let mut pointer = start;
        for frame in &self.frames[..(self.count as usize).min(MOST_FRAMES)] {
            // SAFETY: `pointer` is `start`, or one of the frame pointers of a stack that lay within
            // this thread's stack, where this thread's stack still is.
            let now: Frame = unsafe { ptr::with_exposed_provenance::<Frame>(pointer).read() };
            difference |= (now[0] ^ frame[0]) | (now[1] ^ frame[1]);
            pointer = frame[0];
        }
        difference == 0
    }
}

/// What a stack is looked up by: its innermost frames, and the allocation's size, which tells two
/// allocations of one function apart. Never 0.
///
/// # Safety
/// Two words at `start` can be read.
#[inline]
unsafe fn key(start: usize, size: usize) -> u64 {
    // SAFETY: the caller's promise.
    let [next, back] = unsafe { ptr::with_exposed_provenance::<Frame>(start).read() };
    let mixed = (start >> 4) ^ next.rotate_left(17) ^ back.rotate_left(31) ^ size.rotate_left(43);
    (mixed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
}

/// Where a stack may be kept.
#[inline]
fn places(key: u64) -> [usize; 2] {
    let [first, second, ..] = key.to_be_bytes();
    [usize::from(first) % ENTRIES, usize::from(second) % ENTRIES]
}
