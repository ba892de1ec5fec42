//! The live heap at one moment, and the difference between two such moments by allocating place.
//!
//! A [`Soak`](crate::Soak) gives a verdict; a snapshot only counts. Use it in a program that runs on its own (a
//! server, a debugging session): take one now and another after an hour of work, and print the difference.
//!
//! ```
//! use leak_meter::{Allocator, Snapshot};
//!
//! #[global_allocator]
//! static METER: Allocator = Allocator::system();
//!
//! let before = Snapshot::take();
//! let kept = vec![0_u8; 1000];
//! let came = Snapshot::take().since(&before);
//! assert_eq!((came.blocks, came.bytes), (1, 1000));
//! println!("{came}");
//! # drop(kept);
//! ```

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::allocator::{self, Epoch, SiteCounts, SiteId};
use crate::site::{self, Attribution, Frame, Names, Package, through, with_package, write_stack};
use crate::units;

/// Places that the text shows in full; the others are only counted.
const MOST_PLACES: usize = 10;

/// The live heap when the snapshot was taken, by call site. Its own memory belongs to the meter and is not
/// counted.
///
/// Exact while no other thread allocates; otherwise off by the allocations during the read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Indexed by site number.
    sites: Vec<Live>,
    /// The generation of the site table that these numbers belong to.
    epoch: Epoch,
}

/// The live blocks and bytes of one site.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Live {
    blocks: u64,
    bytes: u64,
}

impl Snapshot {
    /// The current live heap.
    ///
    /// From the first snapshot on, call sites are looked for until [`allocator::stop`] is called, even if the
    /// search was off until then, because frame pointers are missing or because of the environment variable
    /// `LEAK_METER_ATTRIBUTION`. Everything allocated while the search was off forms one place without a line.
    /// A snapshot costs one read of each thread's counts; it resolves and writes nothing.
    pub fn take() -> Self {
        allocator::as_meter(|| {
            allocator::start();
            let live = |counts: SiteCounts| Live {
                blocks: counts.live_blocks(),
                bytes: counts.live_bytes(),
            };
            let epoch = Epoch::now();
            Self { sites: allocator::counts_of_sites().into_iter().map(live).collect(), epoch }
        })
    }

    /// Live blocks.
    pub fn live_blocks(&self) -> u64 {
        self.of_the_program().map(|(_, live)| live.blocks).sum()
    }

    /// Live bytes, as requested.
    pub fn live_bytes(&self) -> u64 {
        self.of_the_program().map(|(_, live)| live.bytes).sum()
    }

    /// The difference from `earlier`, by place. Resolving the names takes milliseconds to seconds, while the
    /// program may keep running.
    pub fn since(&self, earlier: &Self) -> Difference {
        allocator::as_meter(|| self.difference(earlier))
    }

    /// Every site but the meter's own.
    fn of_the_program(&self) -> impl Iterator<Item = (SiteId, Live)> + '_ {
        let sites = allocator::all_sites().zip(self.sites.iter().copied());
        sites.filter(|(site, _)| *site != SiteId::METER)
    }

    /// What was live for the site's current stack; zero if the site had another stack or none.
    fn live(&self, site: SiteId) -> Live {
        let live = self.sites.get(site.index()).filter(|_| !self.epoch.is_before(site));
        live.copied().unwrap_or_default()
    }

    /// The live blocks of each site, at this snapshot and now.
    #[cfg(feature = "holders")]
    pub(crate) fn with_now(&self) -> Vec<(u64, u64)> {
        let now = allocator::counts_of_sites();
        let sites = allocator::all_sites().zip(&now);
        sites.map(|(site, now)| (self.live(site).blocks, now.live_blocks())).collect()
    }

    fn difference(&self, earlier: &Self) -> Difference {
        let mut names = Names::new();
        let mut places: Vec<Place> = Vec::new();
        let mut numbers: HashMap<(Option<String>, Option<u32>, String), usize> = HashMap::new();
        for (id, live) in self.of_the_program() {
            let before = earlier.live(id);
            if live == before || self.epoch.is_before(id) {
                continue; // If it had another stack, that call stack is no longer known.
            }
            let place = Place::at_site(id, live, before, &mut names);
            let key = (place.file.clone(), place.line, place.function.clone());
            if let Some(known) = numbers.get(&key) {
                places[*known].join(place);
            } else {
                numbers.insert(key, places.len());
                places.push(place);
            }
        }
        places.sort_by_key(|place| std::cmp::Reverse((place.bytes, place.blocks)));
        Difference {
            blocks: change(self.live_blocks(), earlier.live_blocks()),
            bytes: change(self.live_bytes(), earlier.live_bytes()),
            places,
            attribution: site::attribution(),
        }
    }
}

/// The difference between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Difference {
    /// The change in live blocks; negative if there are fewer.
    pub blocks: i64,
    /// The change in live bytes; negative if there are fewer.
    pub bytes: i64,
    /// The places whose live blocks or bytes changed, ordered by bytes: the largest gain first, the largest
    /// loss last.
    pub places: Vec<Place>,
    /// How the places were found.
    pub attribution: Attribution,
}

/// A place whose live blocks changed between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Place {
    /// The allocating function, chosen as in a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file, relative to the workspace if it is inside it. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Whether the place is in the program's own packages.
    pub own: bool,
    /// The package of the place, if it is a dependency.
    pub package: Option<Package>,
    /// The change in live blocks; negative if there are fewer.
    pub blocks: i64,
    /// The change in live bytes; negative if there are fewer.
    pub bytes: i64,
    /// Live blocks of these call stacks in the later snapshot.
    pub live_blocks: u64,
    /// Live bytes of these call stacks in the later snapshot.
    pub live_bytes: u64,
    /// The call stack that gained the most, innermost first.
    pub stack: Vec<Frame>,
    /// The gain of that call stack alone, in bytes; others may share the place.
    pub stack_bytes: i64,
}

impl Place {
    fn at_site(id: SiteId, live: Live, before: Live, names: &mut Names) -> Self {
        let frames = names.outside_the_meter(&allocator::frames(id));
        let culprit = site::culprit(&frames).map(|at| frames[at].clone());
        let culprit = culprit.unwrap_or_else(|| site::nameless(id)).reported();
        let bytes = change(live.bytes, before.bytes);
        Self {
            file: culprit.file,
            line: culprit.line,
            own: culprit.owner.is_programs(),
            package: culprit.package,
            function: culprit.function,
            blocks: change(live.blocks, before.blocks),
            bytes,
            live_blocks: live.blocks,
            live_bytes: live.bytes,
            stack: frames.iter().map(Frame::reported).collect(),
            stack_bytes: bytes,
        }
    }

    /// Adds another call stack of the same place.
    fn join(&mut self, other: Self) {
        self.blocks += other.blocks;
        self.bytes += other.bytes;
        self.live_blocks += other.live_blocks;
        self.live_bytes += other.live_bytes;
        if other.stack_bytes > self.stack_bytes {
            self.stack = other.stack;
            self.stack_bytes = other.stack_bytes;
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} since the earlier snapshot", both(self.blocks, self.bytes))?;
        let came = self.places.iter().filter(|place| place.bytes > 0 || place.blocks > 0);
        for (place, number) in came.clone().take(MOST_PLACES).zip(1..) {
            let function = with_package(&place.function, place.package.as_ref());
            writeln!(out, "\n{number}. {}: {function}", both(place.blocks, place.bytes))?;
            if let (Some(file), Some(line)) = (&place.file, place.line) {
                writeln!(out, "   {file}:{line}")?;
            }
            if let Some(dependency) = through(&place.stack, &place.function, place.line) {
                writeln!(out, "   through {}", dependency.with_package())?;
            }
            write_stack(out, &place.stack, &place.function)?;
        }
        let came = came.count();
        if came > MOST_PLACES {
            let more = units::plural((came - MOST_PLACES) as u64, "more place");
            writeln!(out, "\n... and {more} that gained")?;
        }
        if came < self.places.len() {
            writeln!(
                out,
                "\nPlaces that freed more than they allocated: {}",
                self.places.len() - came
            )?;
        }
        if let Some(advice) = &self.attribution.advice {
            writeln!(out, "\nNote: {advice}.")?;
        }
        Ok(())
    }
}

/// `+3 blocks, +72 B`.
pub(crate) fn both(blocks: i64, bytes: i64) -> String {
    let sign = |value: i64| if value < 0 { "-" } else { "+" };
    let count = units::plural(blocks.unsigned_abs(), "block");
    let size = units::bytes(bytes.unsigned_abs() as f64);
    format!("{}{count}, {}{size}", sign(blocks), sign(bytes))
}

/// `later - earlier`.
pub(crate) fn change(later: u64, earlier: u64) -> i64 {
    let size = i64::try_from(later.abs_diff(earlier)).unwrap_or(i64::MAX);
    if later < earlier { -size } else { size }
}
