//! The bounds of a thread's stack on macOS.

use super::{LARGEST_STACK, Stack};

pub(super) fn stack_of_thread() -> Option<Stack> {
    // SAFETY: both calls query the calling thread and write nothing.
    let (top, size) = unsafe {
        let thread = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(thread).addr(), libc::pthread_get_stacksize_np(thread))
    };
    let low = top.checked_sub(size.min(LARGEST_STACK))?;
    (low > 0).then_some(Stack { low, top })
}
