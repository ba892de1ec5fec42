//! Values of each thread that the hooks read and write.
//!
//! The standard library's `thread_local!` serves where the system has thread-local variables. For the GNU target of
//! Windows it allocates each value on first use, which a hook must not do.

#[cfg(not(windows))]
mod native;
#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(super) use native::thread_cell;
#[cfg(windows)]
pub(super) use windows::{ThreadCell, thread_cell};

/// A type whose cells begin with false, 0 or null.
pub(super) trait Zero: Copy {
    const ZERO: Self;
}

impl Zero for bool {
    const ZERO: Self = false;
}

impl Zero for usize {
    const ZERO: Self = 0;
}

impl<T> Zero for *const T {
    const ZERO: Self = std::ptr::null();
}
