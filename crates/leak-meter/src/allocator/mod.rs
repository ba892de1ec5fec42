//! The counting global allocator (`global`): it delegates to another allocator and charges every block to the
//! place that allocated it.
//!
//! # Layout
//! - `header`: the 16 bytes in front of each block, which record its size and site.
//! - `search`: whether and how call stacks are looked for; `state`: the state of the search, in one word;
//!   `environment`: the variable that switches it off.
//! - `walk`: finds the call stack, by frame pointers or by an unwinder; `frames`: collects it; `unwind_tables`:
//!   the tables of an unwinder, where they are quick to follow.
//! - `guard`: tells the meter's own allocations from the program's.
//! - `stack`: the bounds of a thread's stack; `registers`: those that point to its innermost frame;
//!   `text_segment`: the object that contains the meter.
//! - `stack_cache`: the stacks that a thread allocated from recently.
//! - `site_id`: the number of a call site; `sites`: the table of call sites; `records`: their return
//!   addresses.
//! - `counter_table`: the counters of one thread; `thread_counters`: assigns a table to each thread; `thread_cell`:
//!   values of each thread; `thread_exit`: runs code when a thread ends; `counts`: the sums over all tables;
//!   `heap_counts`: the public totals.
//! - `memory`: pages from the system for the tables, since the meter must not allocate.
#![allow(unsafe_code)] // `GlobalAlloc` is an unsafe trait; each use below says why it is sound.

mod counter_table;
pub(crate) mod counts;
#[cfg(feature = "sites")]
mod environment;
#[cfg(feature = "sites")]
mod frames;
mod global;
mod guard;
mod header;
mod heap_counts;
mod memory;
#[cfg(feature = "sites")]
mod records;
#[cfg(feature = "sites")]
mod registers;
#[cfg(feature = "sites")]
pub(crate) mod search;
pub(crate) mod site_id;
#[cfg(feature = "sites")]
pub(crate) mod sites;
#[cfg(feature = "sites")]
mod stack;
#[cfg(feature = "sites")]
mod stack_cache;
#[cfg(feature = "sites")]
mod state;
mod text_segment;
mod thread_cell;
mod thread_counters;
mod thread_exit;
#[cfg(feature = "sites")]
mod unwind_tables;
#[cfg(feature = "sites")]
mod walk;

use std::hint::black_box;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) use counts::Padding;
pub(crate) use counts::counts_of_site;
#[cfg(feature = "sites")]
pub(crate) use counts::{SiteCounts, counts_of_sites};
#[cfg(feature = "sites")]
pub(crate) use environment::fault as environment_fault;
pub use global::Allocator;
#[cfg(feature = "holders")]
pub(crate) use header::{Found, read as read_header};
pub use heap_counts::HeapCounts;
#[cfg(feature = "holders")]
pub(crate) use memory::mapped;
#[cfg(feature = "sites")]
pub(crate) use memory::mapped_bytes;
#[cfg(feature = "soak")]
pub(crate) use search::SoakSearch;
#[cfg(feature = "sites")]
pub(crate) use search::start_if_cheap;
#[cfg(feature = "sites")]
#[doc(hidden)] // A diagnostic of the meter itself.
pub use search::walks;
#[cfg(feature = "sites")]
pub use search::{Method, method, start, stop};
pub(crate) use site_id::SiteId;
#[cfg(feature = "sites")]
pub(crate) use sites::Epoch;
#[cfg(feature = "holders")]
pub(crate) use sites::known_sites;
#[cfg(feature = "soak")]
pub(crate) use sites::resized;
#[cfg(feature = "sites")]
#[doc(hidden)] // Diagnostics of the meter itself.
pub use sites::{all_sites, capacity, frames};
#[cfg(feature = "sites")]
pub(crate) use state::UNWINDER_IS_CHEAP;
#[cfg(feature = "sites")]
pub(crate) use text_segment::contains as is_own_code;
#[cfg(feature = "sites")]
pub(crate) use text_segment::{library, load_offset};
#[cfg(feature = "holders")]
pub(crate) use walk::{FrameBound, frame_bounds};

use guard::MeterGuard;

/// Runs `work` and charges its allocations to the meter, which leaves them out of the program's counts.
pub(crate) fn as_meter<T>(work: impl FnOnce() -> T) -> T {
    let _guard = MeterGuard::enter();
    work()
}

/// Whether an [`Allocator`] is this program's global allocator. Allocates one block and checks whether it was
/// counted.
pub fn is_installed() -> bool {
    as_meter(|| {
        let before = counts_of_site(SiteId::METER).allocations;
        drop(black_box(Box::new(black_box(0_u64))));
        counts_of_site(SiteId::METER).allocations > before
    })
}
