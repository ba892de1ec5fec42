//! The live heap at one moment, and what came between two of them, by the places that allocated it.
//!
//! A [`Soak`](crate::Soak) judges; a snapshot only counts. It is for a program that runs on its own
//! (a server, a debugger's prompt): take one now, another after an hour's work, and print the difference.
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

/// Places that the text shows in full; the rest are counted.
const MOST_PLACES: usize = 10;

/// What was live when it was taken, by call site. Its own memory is the meter's, and in no figure.
///
/// Exact while no other thread allocates; otherwise off by what happens while it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// By the number of the site.
    sites: Vec<Live>,
    /// When these numbers stood for their stacks.
    epoch: Epoch,
}

/// What is live of one site.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Live {
    blocks: u64,
    bytes: u64,
}

impl Snapshot {
    /// The live heap of this moment.
    ///
    /// From the first one on, call sites are looked for until [`allocator::stop`] is called, also where that
    /// was off until then: without frame pointers, or by the environment variable `LEAK_METER_ATTRIBUTION`.
    /// What was allocated while it was off is one place without a line. Costs a read of what each thread has
    /// counted; nothing is resolved or written.
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

    /// Blocks that were live.
    pub fn live_blocks(&self) -> u64 {
        self.of_the_program().map(|(_, live)| live.blocks).sum()
    }

    /// Their bytes, as asked for.
    pub fn live_bytes(&self) -> u64 {
        self.of_the_program().map(|(_, live)| live.bytes).sum()
    }

    /// What came, and what went, since `earlier`, by place. Takes milliseconds to seconds, for the
    /// names; meanwhile the program may go on.
    pub fn since(&self, earlier: &Self) -> Difference {
        allocator::as_meter(|| self.difference(earlier))
    }

    /// Every site but the meter's own.
    fn of_the_program(&self) -> impl Iterator<Item = (SiteId, Live)> + '_ {
        let sites = allocator::all_sites().zip(self.sites.iter().copied());
        sites.filter(|(site, _)| *site != SiteId::METER)
    }

    /// What was live of the stack that a site stands for now; nothing of one that was not there yet.
    fn live(&self, site: SiteId) -> Live {
        let live = self.sites.get(site.index()).filter(|_| !self.epoch.is_before(site));
        live.copied().unwrap_or_default()
    }

    /// The live blocks of each site at this snapshot and at this moment.
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
                continue; // The latter: nobody knows any more which stack it was.
            }
            let place = Place::of(id, live, before, &mut names);
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

/// What came between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Difference {
    /// Live blocks more than before; below zero, fewer.
    pub blocks: i64,
    /// Live bytes more than before; below zero, fewer.
    pub bytes: i64,
    /// The places whose live blocks or bytes changed, by bytes: those that gained most first, those
    /// that gave back most last.
    pub places: Vec<Place>,
    /// How the places were found.
    pub attribution: Attribution,
}

/// A place whose live blocks changed between two snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Place {
    /// The function that allocates, chosen as in a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file, relative to the workspace where it lies in it. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Whether the place lies in the program's own packages.
    pub own: bool,
    /// The package that the place lies in, if it is a dependency's.
    pub package: Option<Package>,
    /// Live blocks more than before; below zero, fewer.
    pub blocks: i64,
    /// Live bytes more than before; below zero, fewer.
    pub bytes: i64,
    /// Live blocks of these call stacks at the later snapshot.
    pub live_blocks: u64,
    /// Their bytes.
    pub live_bytes: u64,
    /// The call stack that gained most, innermost first.
    pub stack: Vec<Frame>,
    /// What that call stack alone gained, in bytes: others may share the place.
    pub stack_bytes: i64,
}

impl Place {
    fn of(id: SiteId, live: Live, before: Live, names: &mut Names) -> Self {
        let frames = names.outside_the_meter(&allocator::frames(id));
        let culprit = site::culprit(&frames).map(|at| frames[at].clone());
        let culprit = culprit.unwrap_or_else(|| site::nameless(id));
        let file = culprit.file.as_deref();
        let bytes = change(live.bytes, before.bytes);
        Self {
            file: file.map(|file| site::relative(file).to_owned()),
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
            writeln!(out, "\n... and {} more places that gained", came - MOST_PLACES)?;
        }
        if came < self.places.len() {
            writeln!(
                out,
                "\nPlaces that gave back more than they took: {}",
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
fn both(blocks: i64, bytes: i64) -> String {
    let sign = |value: i64| if value < 0 { "-" } else { "+" };
    let word = if blocks.unsigned_abs() == 1 { "block" } else { "blocks" };
    let count = units::count(blocks.unsigned_abs());
    let size = units::bytes(bytes.unsigned_abs() as f64);
    format!("{}{count} {word}, {}{size}", sign(blocks), sign(bytes))
}

/// Later less earlier.
fn change(later: u64, earlier: u64) -> i64 {
    let size = i64::try_from(later.abs_diff(earlier)).unwrap_or(i64::MAX);
    if later < earlier { -size } else { size }
}
