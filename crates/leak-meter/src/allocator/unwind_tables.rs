//! The call stack from the unwind tables of the program, where these are as quick to follow as frame pointers.

#[cfg(all(windows, target_arch = "x86_64"))]
mod rule;
#[cfg(not(all(windows, target_arch = "x86_64")))]
#[path = "unwind_tables/elsewhere.rs"]
mod system;
#[cfg(all(windows, target_arch = "x86_64"))]
#[path = "unwind_tables/windows.rs"]
mod system;

#[cfg(feature = "holders")]
pub(super) use system::frame_bounds;
pub(super) use system::{ARE_READ, note_end, prepare, walk};

use super::frames::Frames;

/// The result of a walk.
#[allow(clippy::large_enum_variant)] // A box would allocate.
pub(super) enum Walk {
    /// The frames up to the outermost one in the meter's object.
    #[cfg_attr(not(all(windows, target_arch = "x86_64")), expect(dead_code))]
    Found(Frames),
    /// The stack is not the thread's own.
    #[cfg_attr(not(all(windows, target_arch = "x86_64")), expect(dead_code))]
    ForeignStack,
    /// Only the system's unwinder can follow this stack. The address is the last one that was reached.
    NeedsSystem(usize),
}
