//! The bounds of a thread's own stack, and the register that holds its innermost frame.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

/// Where a thread's stack lies.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    /// The lowest address of the thread's stack; 0 until asked for.
    pub(super) low: usize,
    /// One past its highest address.
    pub(super) top: usize,
}

thread_local! {
    static STACK: Cell<Stack> = const { Cell::new(Stack { low: 0, top: 0 }) };
}

/// The bounds of this thread's stack, asked for once.
#[inline]
pub(super) fn own_stack() -> Stack {
    let known = STACK.get();
    if known.low != 0 { known } else { find_stack() }
}

#[cold]
fn find_stack() -> Stack {
    // Nothing lies in an empty stack: what cannot be found out is never walked.
    let stack = stack_of_thread().unwrap_or(Stack { low: usize::MAX, top: 0 });
    STACK.set(stack);
    stack
}

/// A main thread without a limit is reported as reaching down to anything; no walk needs more.
const LARGEST_STACK: usize = 1 << 30;

#[cfg(target_os = "linux")]
fn stack_of_thread() -> Option<Stack> {
    let mut attributes = MaybeUninit::uninit();
    let mut low = ptr::null_mut();
    let mut size = 0;
    // SAFETY: each call gets valid places to write to; the attributes are read only after the
    // system has filled them in, and destroyed once.
    let found = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let got = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            got == 0
        }
    };
    let low = low.addr();
    let top = low.checked_add(size)?;
    (found && low > 0).then(|| Stack { low: low.max(top.saturating_sub(LARGEST_STACK)), top })
}

#[cfg(target_os = "macos")]
fn stack_of_thread() -> Option<Stack> {
    // SAFETY: both ask about the calling thread, and write nothing.
    let (top, size) = unsafe {
        let thread = libc::pthread_self();
        (libc::pthread_get_stackaddr_np(thread).addr(), libc::pthread_get_stacksize_np(thread))
    };
    let low = top.checked_sub(size.min(LARGEST_STACK))?;
    (low > 0).then_some(Stack { low, top })
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn stack_of_thread() -> Option<Stack> {
    None
}

/// Whether the register that holds the innermost frame's address is known.
pub(super) const FRAME_POINTER_IS_KNOWN: bool =
    cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) && cfg!(unix);

/// The register that holds the innermost frame's address; 0 where it is not known.
#[inline(always)]
#[allow(clippy::inline_always)] // It must be the caller's register.
pub(super) fn frame_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a register is copied; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, rbp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: a register is copied; nothing else changes.
    unsafe {
        std::arch::asm!("mov {}, x29", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        pointer = 0;
    }
    pointer
}
