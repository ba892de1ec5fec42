//! The call stacks that a thread recently allocated from, so that most walks can be skipped.
//!
//! Following a list of frame pointers waits for memory at each step. Comparing the current stack with one that was
//! walked before, all frames at once, is several times faster and just as exact: every pointer and every return
//! address is compared.

use std::sync::atomic::{AtomicBool, Ordering};

use super::environment;
use super::records::MOST_FRAMES;
use super::registers::{Difference, Frame, frame_at};
use super::sites::SiteId;

const ENTRIES: usize = 256;

/// With fewer than this many entries in use, the number of entries doubles as soon as a stack's first slot is
/// taken, rather than only when both slots are: a lookup is fastest in the first slot.
const FEW: usize = 16;

/// Entries in use at first; they lie on the table's first page. Both are filled before the number doubles, because
/// many threads allocate from only two stacks.
const FEWEST: usize = 2;

/// Frames beyond the innermost ones that keys may depend on.
const PROBES: usize = 4;

/// If all probes are in use, the oldest is replaced after this many stacks were found to share a key with another
/// one.
const MOST_CONFLICTS: u32 = 256;

/// Whether stacks are cached. A comparison with a stack that has changed, and a probe, may read variables of other
/// functions that are not initialised. No result depends on them, but valgrind reports the reads.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Called before the first stack is cached.
pub(super) fn prepare() {
    IS_USED.store(!environment::has_valgrind(), Ordering::Relaxed);
}

/// The recent stacks of one thread. Zeroed memory is an empty cache.
///
/// Each stack has two possible slots, so that two alternating stacks do not evict each other. At first only two
/// entries are in use. The number doubles when a stack finds no free slot, so that a thread with few stacks
/// touches few pages.
///
/// A key depends on the innermost frames only. Stacks that begin alike and differ further out would share their key
/// and evict each other: a task of an asynchronous runtime is polled from several places of the runtime's loop.
/// When that is noticed, the first frame in which they differ becomes a probe, on which all later keys depend.
#[repr(C)]
pub(super) struct StackCache {
    /// The [state](super::search::state) of the search for call sites in which all the stacks were cached.
    state: u32,
    /// How many stacks had the key of another one since the last probe was set.
    conflicts: u32,
    /// How many probes have been set.
    probed: usize,
    /// Where the frames of the probes lay; 0 if not in use.
    probes: [usize; PROBES],
    /// The number of entries in use, a power of two, minus one. Entries beyond it may hold stacks of a previous
    /// thread.
    mask: usize,
    /// How many stacks have been cached.
    kept: usize,
    entries: [Entry; ENTRIES],
}

#[repr(C, align(64))]
struct Entry {
    /// The [key](StackCache::key); 0 if the entry is empty.
    key: u64,
    site: SiteId,
    count: u32,
    frames: [Frame; MOST_FRAMES],
}

impl StackCache {
    /// Forgets every stack: the next thread has a different stack.
    pub(super) fn forget(&mut self) {
        // Pages that were never touched stay untouched.
        if self.state != 0 {
            self.state = 0;
        }
    }

    /// The site of the stack that begins at `start`, if it was cached and has not changed.
    ///
    /// Two words at `start` can be read, `state` is not 0, and each stack that was [kept](Self::keep) since the
    /// cache was last [emptied](Self::forget) lay within the calling thread's stack, from its `start` upwards.
    #[inline(always)]
    #[allow(clippy::inline_always)] // This is most of the hook's work.
    pub(super) unsafe fn find(&self, start: usize, size: usize, state: u32) -> Option<SiteId> {
        if self.state != state {
            return None;
        }
        // SAFETY: the caller's promise; the probes and the entries in use were set in this state.
        unsafe {
            let key = self.key(start, size);
            for place in &self.places(key) {
                let found = self.entries[*place].site_from(start, key);
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }

    /// Caches a stack that was walked: `frames` are all frames that the walk read, from `start` on.
    ///
    /// # Safety
    /// The same as for [`find`](Self::find).
    pub(super) unsafe fn keep(
        &mut self,
        start: usize,
        size: usize,
        state: u32,
        frames: &[Frame],
        site: SiteId,
    ) {
        if !IS_USED.load(Ordering::Relaxed) {
            return;
        }
        if self.state != state {
            self.use_entries(FEWEST);
            (self.conflicts, self.probed, self.probes) = (0, 0, [0; PROBES]);
            self.state = state;
        }
        // SAFETY: the caller's promise.
        let mut key = unsafe { self.key(start, size) };
        if let Some(frame) = self.difference(start, key, frames) {
            self.conflicts += 1;
            let is_due = self.probed < PROBES || self.conflicts > MOST_CONFLICTS;
            if is_due {
                self.probe(frame);
                // SAFETY: as above; the probe is one of these frames.
                key = unsafe { self.key(start, size) };
            }
        }
        let is_taken = |cache: &Self, place: usize| cache.entries[place].key != 0;
        let [first, second] = self.places(key);
        let number = self.mask + 1;
        let is_small = FEWEST < number && number < FEW;
        let is_crowded = is_taken(self, first) && (is_small || is_taken(self, second));
        if is_crowded && number < ENTRIES {
            self.use_entries(2 * number);
        }
        let [first, second] = self.places(key);
        self.kept = self.kept.wrapping_add(1);
        let place = match [first, second].iter().find(|place| !is_taken(self, **place)) {
            Some(empty) => *empty,
            None if self.kept.is_multiple_of(2) => first,
            None => second,
        };
        let entry = &mut self.entries[place];
        // Marked empty while it is written, since a signal handler may interrupt.
        entry.key = 0;
        entry.frames[..frames.len()].copy_from_slice(frames);
        entry.count = u32::try_from(frames.len()).unwrap_or_default();
        entry.site = site;
        entry.key = key;
    }

    /// Switches to `number` entries, all empty, since the slots of a key depend on `number`.
    fn use_entries(&mut self, number: usize) {
        for entry in &mut self.entries[..number] {
            // Pages that were never touched stay untouched.
            if entry.key != 0 {
                entry.key = 0;
            }
        }
        self.mask = number - 1;
    }

    /// The address of the first frame in which a cached stack with the same key differs from `frames`.
    fn difference(&self, start: usize, key: u64, frames: &[Frame]) -> Option<usize> {
        let same_key = |place: &&usize| self.entries[**place].key == key;
        let places = self.places(key);
        let entry = &self.entries[*places.iter().find(same_key)?];
        let mut pointer = start;
        for (was, now) in entry.frames[..(entry.count as usize).min(MOST_FRAMES)].iter().zip(frames)
        {
            if was != now {
                return Some(pointer);
            }
            pointer = now[0];
        }
        None
    }

    /// Makes all keys depend on the frame at this address, in place of the oldest probe if there are too many.
    fn probe(&mut self, frame: usize) {
        self.probes[self.probed % PROBES] = frame;
        self.probed += 1;
        self.conflicts = 0;
        self.use_entries(self.mask + 1);
    }

    /// The key of a stack: its innermost frames, the probes further out, and the size of the allocation, which
    /// distinguishes two allocations in one function. Never 0.
    ///
    /// # Safety
    /// Two words at `start` can be read, and the probes lie within this thread's stack.
    #[inline(always)]
    #[allow(clippy::inline_always)] // As in `find`.
    unsafe fn key(&self, start: usize, size: usize) -> u64 {
        // SAFETY: the caller's promise.
        let [next, back] = unsafe { frame_at(start) };
        let mut mixed =
            (start >> 4) ^ next.rotate_left(17) ^ back.rotate_left(31) ^ size.rotate_left(43);
        for probe in self.probes {
            if probe > start {
                // SAFETY: two words at the probe lie in this thread's stack, above its innermost frame.
                let [next, back] = unsafe { frame_at(probe) };
                mixed = mixed.rotate_left(7) ^ next.rotate_left(11) ^ back;
            }
        }
        (mixed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1
    }

    /// The two different slots that may hold a stack.
    #[inline]
    fn places(&self, key: u64) -> [usize; 2] {
        let [first, apart, ..] = key.to_be_bytes();
        let mask = self.mask % ENTRIES;
        [usize::from(first) & mask, usize::from(first ^ (apart | 1)) & mask]
    }
}

impl Entry {
    /// The entry's site, if the key matches and the frames equal those of this thread's stack from `start` on.
    ///
    /// # Safety
    /// Two words at `start` can be read, and the entry's frames lie within this thread's stack.
    #[inline(always)]
    #[allow(clippy::inline_always)] // As in `find`.
    unsafe fn site_from(&self, start: usize, key: u64) -> Option<SiteId> {
        if self.key != key {
            return None;
        }
        let mut difference = Difference::NONE;
        let mut pointer = start;
        let mut add = |frame: &Frame| {
            // SAFETY: `pointer` is `start`, or one of the frame pointers of a stack that lay within
            // this thread's stack, where this thread's stack still is.
            difference = unsafe { difference.with(pointer, frame) };
            pointer = frame[0];
        };
        // PERF: the compiler does not unroll a loop that contains assembly.
        let (fours, rest) = self.frames[..(self.count as usize).min(MOST_FRAMES)].as_chunks::<4>();
        for four in fours {
            four.iter().for_each(&mut add);
        }
        rest.iter().for_each(&mut add);
        difference.is_none().then_some(self.site)
    }
}

#[cfg(test)]
mod tests;
