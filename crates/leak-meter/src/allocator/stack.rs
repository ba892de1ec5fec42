//! The bounds of a thread's own stack.

#[cfg(not(windows))]
mod cached;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
#[path = "stack/elsewhere.rs"]
mod system;
#[cfg(target_os = "linux")]
#[path = "stack/linux.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "stack/macos.rs"]
mod system;
#[cfg(windows)]
#[path = "stack/windows.rs"]
mod system;

#[cfg(not(windows))]
pub(super) use cached::own_stack;
#[cfg(windows)]
pub(super) use system::own_stack;

/// The bounds of a thread's stack.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    /// The lowest address of the thread's stack; 0 until it is known.
    pub(super) low: usize,
    /// One past its highest address.
    pub(super) top: usize,
}

/// The system reports a huge range for a main thread without a stack limit. No walk needs more than this.
#[cfg(not(windows))]
const LARGEST_STACK: usize = 1 << 30;
