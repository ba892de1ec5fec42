//! The call stack of one allocation while it is collected, and the unwinder, which collects it without frame
//! pointers.

use std::mem::MaybeUninit;

use super::records::MOST_FRAMES;
use super::registers::{Frame, stack_pointer};
use super::stack::own_stack;
use super::text_segment;

/// The return addresses of one stack, innermost first, and their hash.
pub(super) struct Frames {
    pub(super) addresses: [MaybeUninit<usize>; MOST_FRAMES],
    /// The first `count` addresses have been written.
    pub(super) count: usize,
    pub(super) hash: u64,
    /// The two words that a walk read at each frame pointer.
    pub(super) pairs: [MaybeUninit<Frame>; MOST_FRAMES],
    /// The first `read` pairs have been written.
    pub(super) read: usize,
}

impl Frames {
    #[inline]
    pub(super) fn new() -> Self {
        Self {
            addresses: [const { MaybeUninit::uninit() }; MOST_FRAMES],
            count: 0,
            hash: SEED,
            pairs: [const { MaybeUninit::uninit() }; MOST_FRAMES],
            read: 0,
        }
    }

    pub(super) fn as_slice(&self) -> &[usize] {
        // SAFETY: the first `count` addresses were written, in order.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast(), self.count) }
    }

    /// All addresses that a walk read, including those beyond the outermost frame in the program's code.
    pub(super) fn all(&self) -> &[usize] {
        // SAFETY: a walk writes an address with each pair, and the first `read` pairs were written.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast(), self.read) }
    }

    pub(super) fn pairs(&self) -> &[Frame] {
        // SAFETY: the first `read` pairs were written, in order.
        unsafe { std::slice::from_raw_parts(self.pairs.as_ptr().cast(), self.read) }
    }
}

/// Collects the frames of a stack, innermost first, up to the outermost one in the meter's object.
pub(super) struct Collector {
    pub(super) frames: Frames,
    /// The number of frames that were pushed, and their hash.
    count: usize,
    hash: u64,
}

impl Collector {
    #[inline]
    pub(super) fn new() -> Self {
        Self { frames: Frames::new(), count: 0, hash: SEED }
    }

    /// Adds the return address of the next frame, for which there must be room. Returns whether there is room for
    /// another one.
    #[inline]
    pub(super) fn push(&mut self, back: usize) -> bool {
        self.frames.addresses[self.count].write(back);
        self.count += 1;
        self.hash = mix(self.hash, back);
        if text_segment::contains(back) {
            (self.frames.count, self.frames.hash) = (self.count, self.hash);
        }
        self.count < MOST_FRAMES
    }
}

pub(super) const SEED: u64 = 0x517C_C1B7_2722_0A95;

#[inline]
pub(super) fn mix(hash: u64, address: usize) -> u64 {
    (hash.rotate_left(5) ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The call stack found by the unwinder, beginning with the caller of the function at `callee`, whose frame
/// pointer is `pointer`. `None` on a stack that is not the thread's own, or if the function is not on the
/// stack.
pub(super) fn unwind(callee: *const (), pointer: usize) -> Option<Frames> {
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let mut collector = Collector::new();
    let mut is_past = false;
    // SAFETY: on the systems for which this is built, unwinding needs no synchronisation between threads.
    // Every caller holds the guard that keeps allocations made here from re-entering.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            if !is_past && cfg!(any(target_vendor = "apple", windows)) {
                // These systems provide no function addresses, but there the pointer lies in the function's frame.
                is_past = frame.sp().addr() > pointer;
            } else if !is_past {
                is_past = frame.symbol_address().addr() == callee.addr();
                return true;
            }
            if !is_past {
                return true;
            }
            collector.push(frame.ip().addr())
        });
    }
    is_past.then_some(collector.frames)
}

/// The maximum number of outermost frames that only the unwinder sees: the system's code that starts the
/// program.
const START_FRAMES: usize = 4;

/// Whether the walked stack equals the unwound one. Both must begin at the same frame: a walk that skips
/// functions without frame pointers may still reach the right frames further out.
pub(super) fn agree(walked: &[usize], unwound: &[usize]) -> bool {
    let common = walked.len().min(unwound.len());
    common > 0
        && walked[..common] == unwound[..common]
        && walked.len() == common
        && unwound.len() - common <= START_FRAMES
}

/// How many of the innermost frames two stacks have in common.
pub(super) fn common(walked: &[usize], unwound: &[usize]) -> usize {
    walked.iter().zip(unwound).take_while(|(walked, unwound)| walked == unwound).count()
}
