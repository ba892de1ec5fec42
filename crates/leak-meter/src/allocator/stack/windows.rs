//! The bounds of a thread's stack on Windows.

use windows_sys::Win32::System::Threading::GetCurrentThreadStackLimits;

use super::Stack;

/// The bounds of this thread's stack, or of the fibre that runs on it. The system has them at hand.
#[inline]
pub(in super::super) fn own_stack() -> Stack {
    let (mut low, mut top) = (0, 0);
    // SAFETY: both are places to write to.
    unsafe { GetCurrentThreadStackLimits(&raw mut low, &raw mut top) };
    Stack { low, top }
}
