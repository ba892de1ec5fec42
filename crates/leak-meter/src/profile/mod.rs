//! Heap profiles: snapshots that leave the process, as files and in the formats of other tools.
//!
//! A [`Snapshot`](crate::Snapshot) refers to the running process. A [`Profile`] contains everything that is needed to
//! read it elsewhere: for each call stack, its addresses in the program's file and its live blocks and bytes. Taking
//! one costs a read of each thread's counts, and no names are resolved. They are resolved later by a [`Resolver`], in
//! the same process or on another machine, from the program's file with its debug information, which the build ID
//! identifies.
//!
//! ```
//! use leak_meter::profile::{Profile, Resolver};
//! # use leak_meter::Allocator;
//! # #[global_allocator]
//! # static METER: Allocator = Allocator::system();
//!
//! let profile = Profile::take();
//! let named = profile.named(&mut Resolver::of_this_program());
//! println!("{named}");
//! # assert_eq!(named.live_bytes(), profile.live_bytes());
//! ```
//!
//! # Formats
//! | format | method | feature | tools that read it |
//! |---|---|---|---|
//! | the meter's own | `Profile::write` | `files` | the command `leak-meter` |
//! | pprof | `NamedProfile::to_pprof` | `pprof` | `go tool pprof`, Pyroscope, Parca, speedscope |
//! | folded stacks | [`NamedProfile::to_folded`] | | speedscope, `inferno` |
//! | flamegraph (SVG) | `NamedProfile::to_flamegraph` | `flamegraph` | browsers |
//! | DHAT | `NamedProfile::to_dhat` | `files` | DHAT's viewer |
//!
//! # Layout
//! - `resolver`: names addresses; `named`: the profile with names, and its lines.
//! - `difference`: the difference between two profiles of one process; `verdict`: the verdict on a series of
//!   profiles.
//! - `file`: reads and writes files; `folded`, `pprof`, `flamegraph`, `dhat`: the other formats.

#[cfg(feature = "files")]
mod dhat;
mod difference;
#[cfg(feature = "files")]
mod file;
#[cfg(feature = "flamegraph")]
mod flamegraph;
mod folded;
mod named;
#[cfg(feature = "pprof")]
mod pprof;
mod resolver;
#[cfg(feature = "soak")]
mod verdict;

use std::collections::BTreeMap;
use std::process;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::allocator::{self, Epoch, SiteId};
use crate::{site, symbols, units};

pub use difference::{LineDifference, ProfileDifference};
#[cfg(feature = "files")]
pub use file::FileError;
#[cfg(feature = "flamegraph")]
pub use flamegraph::FlamegraphError;
pub use folded::Weight;
pub use named::{Line, NamedProfile, NamedStack};
pub use resolver::Resolver;
#[cfg(feature = "command")]
pub use resolver::WrongFile;
#[cfg(feature = "soak")]
pub use verdict::{NoSeries, verdict};

/// The version of the format that this version of the crate writes and reads.
pub const FORMAT: u32 = 1;

/// The live heap at one moment, by call stack. It does not contain the meter's own memory.
///
/// Exact while no other thread allocates; otherwise off by the allocations during the read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// The version of the format: [`FORMAT`].
    pub format: u32,
    /// The name of the program's file.
    pub program: Option<String>,
    /// The program's build ID in hexadecimal digits. `None` if the linker wrote none.
    pub build_id: Option<String>,
    /// The process's number.
    pub process: u32,
    /// When it was taken, in milliseconds since 1970 (UTC).
    pub taken_at: u64,
    /// The work that the program had done, in a unit of its own. `None` if it was not counted.
    pub work: Option<u64>,
    /// The addresses of calls in the program's file, each once.
    addresses: Vec<u64>,
    /// The call stacks with live blocks.
    stacks: Vec<Stack>,
}

/// A call stack with live blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stack {
    /// The positions of its addresses in the profile's list, innermost first. Frames in other files are left out.
    frames: Vec<u32>,
    /// The placeholder for a call stack that is not known.
    what: Option<String>,
    blocks: u64,
    bytes: u64,
}

impl Profile {
    /// The current live heap. Unlike [`Snapshot::take`](crate::Snapshot::take), this does not switch the search for
    /// call sites on: blocks that were allocated while it was off form one group.
    pub fn take() -> Self {
        allocator::as_meter(Self::of_now)
    }

    /// The profile with the work that the program had done when it was taken, such as its number of requests.
    #[must_use]
    pub fn with_work(self, work: u64) -> Self {
        Self { work: Some(work), ..self }
    }

    fn of_now() -> Self {
        let epoch = Epoch::now();
        let counts = allocator::counts_of_sites();
        let mut positions: BTreeMap<u64, u32> = BTreeMap::new();
        let mut addresses = Vec::new();
        let mut stacks = Vec::new();
        for (site, counts) in allocator::all_sites().zip(counts) {
            let is_live = counts.live_blocks() > 0 || counts.live_bytes() > 0;
            if site == SiteId::METER || !is_live || epoch.is_before(site) {
                continue;
            }
            let returns = allocator::frames(site);
            let calls = returns.iter().filter(|address| allocator::is_own_code(**address));
            let frames: Vec<u32> = calls
                .filter_map(|address| symbols::call_in_file(*address))
                .map(|call| {
                    *positions.entry(call).or_insert_with(|| {
                        addresses.push(call);
                        u32::try_from(addresses.len() - 1).unwrap_or(u32::MAX)
                    })
                })
                .collect();
            let what = frames.is_empty().then(|| site::nameless(site).function);
            let (blocks, bytes) = (counts.live_blocks(), counts.live_bytes());
            stacks.push(Stack { frames, what, blocks, bytes });
        }
        Self {
            format: FORMAT,
            program: symbols::program_name(),
            build_id: symbols::build_id(),
            process: process::id(),
            taken_at: units::unix_milliseconds(SystemTime::now()),
            work: None,
            addresses,
            stacks,
        }
    }

    /// Live blocks.
    pub fn live_blocks(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.blocks).sum()
    }

    /// Live bytes, as requested.
    pub fn live_bytes(&self) -> u64 {
        self.stacks.iter().map(|stack| stack.bytes).sum()
    }

    /// The profile with the functions, files and lines of its call stacks. Takes milliseconds to seconds.
    pub fn named(&self, resolver: &mut Resolver) -> NamedProfile {
        allocator::as_meter(|| named::name(self, resolver))
    }

    /// Whether both profiles are of the same program, so that addresses mean the same in both. Without a build ID,
    /// this is known only for profiles of one process.
    pub fn is_of_same_program(&self, other: &Self) -> bool {
        let is_same_build = match (&self.build_id, &other.build_id) {
            (None, None) => self.process == other.process,
            (own, others) => own == others,
        };
        is_same_build && self.program == other.program
    }

    /// The addresses of a call stack.
    fn calls<'a>(&'a self, stack: &'a Stack) -> impl Iterator<Item = u64> + 'a {
        stack.frames.iter().filter_map(|at| self.addresses.get(*at as usize).copied())
    }

    /// What identifies a call stack in every profile of the program.
    fn key(&self, stack: &Stack) -> (Vec<u64>, Option<String>) {
        (self.calls(stack).collect(), stack.what.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_without_a_build_id_are_of_one_program_only_within_a_process() {
        let known = Profile { build_id: Some("1a".to_owned()), process: 1, ..Profile::take() };
        let restarted = Profile { process: 2, ..known.clone() };
        assert!(known.is_of_same_program(&restarted));
        assert!(!known.is_of_same_program(&Profile { build_id: None, ..known.clone() }));
        let unknown = Profile { build_id: None, ..known };
        assert!(unknown.is_of_same_program(&unknown));
        assert!(!unknown.is_of_same_program(&Profile { process: 2, ..unknown.clone() }));
    }
}
