//! Finds what keeps live blocks alive, on demand and in the running program.
//!
//! A call site shows which code *allocated* the memory that stays. To fix a leak you must know what *keeps* it:
//! the map that contains the pages, the list that contains the listener, the ring of two objects that own each
//! other. A [`Soak`](crate::Soak) looks for holders at its end, while the workload is still alive, for the places
//! that grow ([`Report::holders`](crate::Report::holders)); a running service calls [`since`] or [`of`].
//!
//! # How to read it
//! ```text
//! 1. held by the hash table of TaskListCache::get_or_load
//!      exercises/unbounded-cache/src/cache.rs:45
//!    in the hash table of TaskListCache::new
//!      exercises/unbounded-cache/src/cache.rs:32
//!    on the stack of main, in unbounded_cache::workload::growth
//!      crates/unbounded-cache/src/workload.rs:35
//!    holds 24,512 of 24,512 blocks of TaskListCache::get_or_load (cache.rs:43)
//!    holds 24,512 of 24,512 blocks of TaskQuery::clone (query.rs:15)
//!    dropping it would free 37.7 MB (73,685 blocks)
//! ```
//! Read it from the top: the first line is the *holder*, the step at which blocks accumulate. Below it is what
//! holds the holder, and at the end the root: a static, a thread-local value, a thread's stack. The holder is the
//! first step on the way out whose own number does not grow: if sessions accumulate in a map, and strings in each
//! session, the map is the holder of both. So several growing places with one holder are one finding. A single
//! block that leads to at least three quarters of a place's blocks, such as the queue of one slow client, is also
//! a holder. Steps between a place and its holder are listed as "through".
//!
//! - *held by nothing but each other*: a ring that no root reaches. Each step owns the next, and the last one owns
//!   the first. The reference to make `Weak` is marked: the reference back to the block that was allocated first,
//!   if it is a counted pointer in the program's own code. The counts in the `Rc` or `Arc` show whether a pointer
//!   already is weak.
//! - *memory not allocated through the meter*: a word outside all known memory points to the blocks, for instance
//!   in memory that C code allocated.
//! - *held by nothing that was found*: forgotten (`mem::forget`, `into_raw`, `Box::leak`), or held by an address
//!   that is stored in another form.
//! - *on the stacks of 2,600 threads*: each stack holds some blocks, and no stack holds nearly all of them.
//! - *nobody holds it: its reference count never reached zero*: an `Rc` or `Arc` counts more owners than there are
//!   pointers to it, because a clone was forgotten (`mem::forget`, `into_raw`).
//! - *dropping it would free*: the holder's own bytes and those of everything that is reached only through it.
//!   These are the blocks that the holder's blocks *dominate* together. They are found by following every pointer
//!   again without the holder's blocks. If that is much less than the holder holds, other paths lead to the rest:
//!   a list whose nodes point to each other is held by any pointer into it.
//!
//! # How it works
//! Every live block is preceded by a header of 16 bytes, with its size, its site and a mark that depends on its
//! address. The writable mappings are read through `/proc/self/mem` (so that a page that is unmapped meanwhile
//! causes an error rather than a fault), and each header found is a live block. Each word of a block that is an
//! address within another block is a pointer. The roots are the writable segments of the loaded objects and, for
//! every thread, its thread-local block and its stack from the stack pointer outwards. A root holds the blocks
//! that are reached from it, each by a shortest path. Statics take precedence over thread-local values, these over
//! stacks, and on a stack the outer frame over the inner one; blocks that only a stack points to take precedence
//! over blocks that another block also points to. Equal paths are counted together.
//!
//! Several words may point to a block that has one owner. A pointer in the spare capacity of a vector, in an
//! unused slot of a ring buffer or hash table, or at the end of a string is stale and does not count. Otherwise
//! the owner's pointer is of the kind that most blocks of that line have; other pointers are followed only to
//! blocks that are not reached without them. A tokio runtime holds a task until the task ends. If the runtime's
//! task list has no call stack, tasks are recognised by their header, whose first word says whether they have
//! ended. A waker does not hold its task; wakers are recognised by their table of functions. If other pointers
//! lead to the start of a block, a pointer past its start is a borrow, as in a list of waiters.
//!
//! None of this costs anything while the program runs; the scan itself takes one to two seconds for a million
//! blocks (`cargo bench --package leak-meter --bench holders`). The program may keep running: blocks that change
//! during the scan are counted as moved and left out. If blocks seem unheld while other threads allocate, the heap
//! is scanned twice.
//!
//! # Where it can err
//! - The scan is *conservative*: any word may be a pointer. A number that looks like an address, or a stale
//!   pointer on a stack, can seem to hold a block or two. So only shares count: paths to less than a tenth of a
//!   place's blocks are not listed. At worst, a word that happens to point to the one table that contains
//!   everything puts a wrong root below the right holder.
//! - Pointers that are not stored as plain addresses are not recognised: combined by exclusive or, compressed, or
//!   kept by the kernel. Neither are pointers in the registers of other threads, which are on no stack.
//! - The stack pointer of a running thread is unknown, so its whole stack counts, including leftovers of finished
//!   calls. On architectures other than x86-64 the thread-local blocks of other threads are not found separately;
//!   the parts above the stack count as part of it.
//! - Wakers, and tasks whose runtime has no call stack, are recognised by function names, which a stripped program
//!   lacks.
//! - A `Weak` in a static or on a stack counts as a holder.
//! - Weak and strong kinds of pointers that always occur in equal numbers cannot be distinguished by counting. All
//!   of them then count as strong, and a reported ring may already be broken.
//! - glibc's lists of free memory point to the ends of live blocks. These words are recognised and left out; the
//!   lists of other allocators are not.
//! - Memory that is mapped from a file or shared with other processes is neither read nor a root.
//! - Above a limit on live blocks, the places with the most blocks are sampled. Pointers through blocks that were
//!   left out are then not followed, so no block is reported as unheld. The same applies if a scan reaches its
//!   limit of ten seconds or its limit on pointers: it reports what it has found as a partial result.
//! - Names come from symbols and line tables. A stripped program has neither.
//!
//! This works on 64-bit Linux, and on Windows for x86-64. On other systems every result is "not available", with the
//! reason. Scanning needs the [feature](crate#features) `holders`; a report can be read without it.
//!
//! On Windows, the stack pointer of every thread is known, because each thread is suspended while its registers are
//! read. With the GNU toolchain for Windows, the standard library stores thread-local values in blocks of the system's
//! heap; what they hold is reported as held by memory outside the allocator.
//!
//! # Layout
//! - `finding`, `text`, `words`: the findings, and their text.
//! - `system`: what the operating system reports about this process's memory.
//! - `heap`, `sample`: the live blocks; `roots`, `areas`: the roots; `free_lists`: words that are not roots;
//!   `pointers`, `graph`: the pointers between blocks.
//! - `stale_pointers`, `spare`, `description`, `owners`, `wakers`: find the pointers that do not belong to an
//!   owner.
//! - `weak`, `refcount_fit`: find the weak pointers among counted ones; `reach`: what the roots reach, and what
//!   they would no longer reach after a drop; `rings`, `unheld`: what the roots do not reach.
//! - `heap_scan`, `contents`: one complete scan; `paths`, `places`, `path_ends`: paths and their names;
//!   `question`, `explain`, `steps`, `release`: turn a scan into findings.
//! - `deadline`: the time limit of a scan.
//! - `clusters`, `sharing`: whether one container holds the blocks of two call sites.
#![allow(unsafe_code)] // For the system's lists and registers; each use says why it is sound.

mod finding;
mod text;

#[cfg(heap_scan)]
mod areas;
#[cfg(heap_scan)]
pub(crate) mod ask;
#[cfg(heap_scan)]
mod clusters;
#[cfg(heap_scan)]
mod contents;
#[cfg(feature = "holders")]
mod deadline;
#[cfg(heap_scan)]
mod description;
#[cfg(heap_scan)]
mod explain;
#[cfg(heap_scan)]
mod free_lists;
#[cfg(feature = "holders")]
mod graph;
#[cfg(heap_scan)]
mod heap;
#[cfg(heap_scan)]
mod heap_scan;
#[cfg(feature = "holders")]
mod owners;
#[cfg(heap_scan)]
mod path_ends;
#[cfg(feature = "holders")]
mod paths;
#[cfg(feature = "holders")]
mod places;
#[cfg(heap_scan)]
mod pointers;
#[cfg(heap_scan)]
mod question;
#[cfg(feature = "holders")]
mod reach;
#[cfg(feature = "holders")]
mod refcount_fit;
#[cfg(heap_scan)]
mod release;
#[cfg(feature = "holders")]
mod rings;
#[cfg(heap_scan)]
mod roots;
#[cfg(heap_scan)]
mod sample;
#[cfg(heap_scan)]
mod sharing;
#[cfg(heap_scan)]
mod spare;
#[cfg(feature = "holders")]
mod stale_pointers;
#[cfg(heap_scan)]
mod steps;
#[cfg(heap_scan)]
mod system;
#[cfg(heap_scan)]
mod unheld;
#[cfg(heap_scan)]
mod wakers;
#[cfg(feature = "holders")]
mod weak;
mod words;

#[cfg(not(heap_scan))]
#[path = "elsewhere.rs"]
mod ask;

#[cfg(feature = "holders")]
use std::time::Duration;

use crate::allocator::SiteId;

#[cfg(feature = "holders")]
pub use ask::{of, since};
pub use finding::{Finding, Held, Hold, Holders, Look, Step};

#[cfg(feature = "soak")]
pub(crate) use ask::{of_growing, share_a_container};

/// A call site whose number of live blocks falls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Falling {
    pub(crate) site: SiteId,
    /// The number of blocks freed per round.
    pub(crate) per_round: u64,
}

/// Whether one container holds the blocks of two call sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// One container holds both, or several containers of the same kind do.
    OneContainer,
    /// The blocks are in different containers.
    Different,
    /// The heap does not show it; contains the reason.
    CannotTell(&'static str),
}

/// The limits of a scan.
#[cfg(feature = "holders")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The maximum number of live blocks.
    pub(crate) blocks: usize,
    /// The maximum number of pointers between them.
    pub(crate) pointers: usize,
    /// The time that one scan may take.
    pub(crate) time: Duration,
}

/// Ten seconds, a pause that a service can tolerate, and at most about 550 MB of the meter's own memory. A block
/// costs at most 50 bytes. A pointer costs eight, and another eight while stale ones are removed; a dozen sets of
/// pointers cost one bit per pointer each.
#[cfg(feature = "holders")]
pub(crate) const LIMITS: Limits =
    Limits { blocks: 4_000_000, pointers: 16_000_000, time: Duration::from_secs(10) };
