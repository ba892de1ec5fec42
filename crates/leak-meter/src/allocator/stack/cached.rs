//! The bounds of a thread's stack on systems that need some time to find them.

use std::cell::Cell;

use super::super::guard::MeterGuard;
use super::Stack;
use super::system::stack_of_thread;

/// An empty range contains no address, so a stack with unknown bounds is never walked.
const UNKNOWN: Stack = Stack { low: usize::MAX, top: 0 };

/// After a failure the system is asked again at the next call, and then after pauses that double in length, up
/// to this many calls.
const LONGEST_PAUSE: u32 = 256;

thread_local! {
    static STACK: Cell<Stack> = const { Cell::new(Stack { low: 0, top: 0 }) };
    /// Calls left until the system is asked again, and the length of the current pause in calls.
    static PAUSE: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// The bounds of this thread's stack. They are looked up only once.
#[inline]
pub(in super::super) fn own_stack() -> Stack {
    let known = STACK.get();
    if known.low != 0 { known } else { find_stack() }
}

#[cold]
fn find_stack() -> Stack {
    let (left, pause) = PAUSE.get();
    if left > 0 {
        PAUSE.set((left - 1, pause));
        return UNKNOWN;
    }
    // The C library may allocate during the lookup, perhaps with the allocator that is being counted.
    let _guard = MeterGuard::enter();
    if let Some(stack) = stack_of_thread() {
        STACK.set(stack);
        return stack;
    }
    let pause = (2 * pause).clamp(1, LONGEST_PAUSE);
    PAUSE.set((pause, pause));
    UNKNOWN
}
