//! The call stack of one allocation, as it is being collected; and the unwinder, which collects it
//! without frame pointers.

use std::mem::MaybeUninit;

use super::records::MOST_FRAMES;
use super::stack::{Frame, own_stack, stack_pointer};
use super::text_segment;

/// The return addresses of one stack, innermost first, and their hash.
pub(super) struct Frames {
    pub(super) addresses: [MaybeUninit<usize>; MOST_FRAMES],
    /// The first `count` were written.
    pub(super) count: usize,
    pub(super) hash: u64,
    /// What a walk read at each frame pointer.
    pub(super) pairs: [MaybeUninit<Frame>; MOST_FRAMES],
    /// The first `read` were written.
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

    /// All addresses that a walk read, those beyond the outermost frame in the program's code included.
    pub(super) fn all(&self) -> &[usize] {
        // SAFETY: a walk writes an address with each pair, and the first `read` pairs were written.
        unsafe { std::slice::from_raw_parts(self.addresses.as_ptr().cast(), self.read) }
    }

    pub(super) fn pairs(&self) -> &[Frame] {
        // SAFETY: the first `read` pairs were written, in order.
        unsafe { std::slice::from_raw_parts(self.pairs.as_ptr().cast(), self.read) }
    }
}

pub(super) const SEED: u64 = 0x517C_C1B7_2722_0A95;

#[inline]
pub(super) fn mix(hash: u64, address: usize) -> u64 {
    (hash.rotate_left(5) ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The call stack according to the unwinder, from the caller of the function at `callee`, whose frame pointer
/// is `pointer`. `None` on a stack that is not the thread's, and if the function is not on the stack.
pub(super) fn unwind(callee: *const (), pointer: usize) -> Option<Frames> {
    let mut frames = Frames::new();
    let stack = own_stack();
    let here = stack_pointer();
    if here < stack.low || here >= stack.top {
        return None;
    }
    let mut count = 0;
    let mut hash = SEED;
    let mut is_past = false;
    // SAFETY: on the systems that this is built for, walking needs no synchronisation between
    // threads. The guard that every caller holds keeps allocations in here from coming back.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            if !is_past && cfg!(target_vendor = "apple") {
                // Function addresses are not available there, but every function has a frame pointer.
                is_past = frame.sp().addr() > pointer;
            } else if !is_past {
                is_past = frame.symbol_address().addr() == callee.addr();
                return true;
            }
            if !is_past {
                return true;
            }
            let back = frame.ip().addr();
            frames.addresses[count].write(back);
            count += 1;
            hash = mix(hash, back);
            if text_segment::contains(back) {
                (frames.count, frames.hash) = (count, hash);
            }
            count < MOST_FRAMES
        });
    }
    is_past.then_some(frames)
}

/// Frames at the outer end that only the unwinder sees: the system's start of the program.
const START_FRAMES: usize = 4;

/// Whether a walked stack is the unwound one. Both begin at the same frame: a walk that passes over
/// functions without frame pointers may still meet the right frames further out.
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
