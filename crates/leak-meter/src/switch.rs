//! Turns the search for call sites on and off while a service runs.
//!
//! The [`Allocator`](crate::Allocator) always counts. Whether it also looks for the call stack of each allocation is
//! decided here, for all threads at once, and lasts until it is changed. The search is on at the start of a program
//! that was built with frame pointers, and on Windows for x86-64 of every program. To begin with it off, set
//! `LEAK_METER_ATTRIBUTION=off` or call [`off`] first in `main`.
//!
//! Blocks that are allocated while the search is off have no call stack. They form one group, "blocks without a call
//! stack", until they are freed or resized. Blocks that were allocated before keep their call stacks, and a
//! [`Watch`](crate::Watch) begins a new history when the search is switched on again.
//!
//! [`guide::service`](crate::guide::service#what-it-costs) says what each state costs.

use std::fmt;

use crate::allocator::{self, Method};
use crate::site;

/// The search was not switched on, because it would be slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooSlow(());

/// Switches the search on, if that is cheap.
///
/// # Errors
/// If the program was built without frame pointers, except on Windows for x86-64: an unwinder would then follow every
/// allocation, which makes it many times slower. The message says how to build. [`on_at_any_cost`] switches the search
/// on all the same.
///
/// Code without frame pointers may also be found later; the search then ends by itself.
pub fn on() -> Result<(), TooSlow> {
    match allocator::start_if_cheap() {
        Method::Off => Err(TooSlow(())),
        Method::FramePointers | Method::Unwinder => Ok(()),
    }
}

/// Switches the search on, with an unwinder if frame pointers are missing. `false` if the system provides no memory for
/// the table of call sites.
pub fn on_at_any_cost() -> bool {
    allocator::start() != Method::Off
}

/// Switches the search off.
pub fn off() {
    allocator::stop();
}

/// Whether the search is on.
pub fn is_on() -> bool {
    allocator::method() != Method::Off
}

impl fmt::Display for TooSlow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let remedy = site::how_to_build();
        write!(
            out,
            "call sites stay off: frame pointers are missing, and an unwinder would make every allocation many \
             times slower; {remedy}"
        )
    }
}

impl std::error::Error for TooSlow {}
