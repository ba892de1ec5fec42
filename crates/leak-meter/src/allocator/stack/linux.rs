//! The bounds of a thread's stack on Linux.

use std::mem::MaybeUninit;
use std::ptr;

use super::super::registers::stack_pointer;
use super::{LARGEST_STACK, Stack};

/// This close below the top of the main thread's stack, the system places no mapping of its own accord.
const FREE_BELOW_TOP: usize = 64 << 20;

pub(super) fn stack_of_thread() -> Option<Stack> {
    let here = stack_pointer();
    stack_of_main_thread().filter(|stack| (stack.low..stack.top).contains(&here)).or_else(asked_for)
}

/// The stack that the program was started with, found without the C library: glibc reads a file for it, which
/// fails if no descriptor is left, and musl reports only the part that has been used so far. `None` on other
/// threads.
fn stack_of_main_thread() -> Option<Stack> {
    // SAFETY: these calls take no pointers.
    let (is_main, name) = unsafe {
        let thread = libc::syscall(libc::SYS_gettid);
        (thread == libc::c_long::from(libc::getpid()), libc::getauxval(libc::AT_EXECFN))
    };
    if !is_main {
        return None;
    }
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the limit is read only after the system has filled it in.
    let limit = unsafe {
        if libc::getrlimit(libc::RLIMIT_STACK, limit.as_mut_ptr()) != 0 {
            return None;
        }
        limit.assume_init().rlim_cur
    };
    // The system puts the program's name above its arguments, and the arguments above every frame.
    let top = usize::try_from(name).ok()? & !15;
    let size = usize::try_from(limit).unwrap_or(usize::MAX).min(FREE_BELOW_TOP);
    let low = top.checked_sub(size)?;
    (low > 0).then_some(Stack { low, top })
}

fn asked_for() -> Option<Stack> {
    let mut attributes = MaybeUninit::uninit();
    let mut low = ptr::null_mut();
    let mut size = 0;
    // SAFETY: each call gets valid places to write to; the attributes are read only after the system has
    // filled them in, and are destroyed once.
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
