//! The public functions that find the holders of blocks.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::explain::explain;
use super::finding::{Holders, Look};
use super::heap_scan::HeapScan;
use super::places::{Place, Places};
use super::question::Question;
use super::roots::Caller;
use super::system::threads;
#[cfg(feature = "soak")]
use super::{Falling, Sharing, sharing};
use super::{LIMITS, Limits};
use crate::Snapshot;
use crate::allocator::{self, HeapCounts, SiteId};
use crate::site;
#[cfg(feature = "soak")]
use crate::site::{Ledger, Site};
#[cfg(feature = "soak")]
use crate::verdict::Verdict;

/// Whether this crate was built without optimisation, which makes a scan ten times slower.
const UNOPTIMISED: bool = matches!(env!("LEAK_METER_OPT_LEVEL").as_bytes(), b"0");

/// The maximum number of places in one question.
const MOST_PLACES: usize = 16;

/// Finds the holders of the live blocks of a place: a function, given by the end of its path
/// (`"Cache::insert"`).
///
/// Blocks that were allocated while [attribution](crate::guide::limits) was off cannot be found by function.
#[inline(never)]
pub fn of(function: &str) -> Holders {
    let caller = here();
    allocator::as_meter(|| {
        let mut places = Places::new();
        let counts = allocator::counts_of_sites();
        let live =
            |site: &SiteId| counts.get(site.index()).is_some_and(|counts| counts.live_blocks() > 0);
        let targets = by_place(program_sites().filter(live), &mut places);
        let targets = targets
            .into_iter()
            .filter(|(place, _)| site::ends_with_path(&place.function, function))
            .map(|(_, sites)| sites)
            .collect();
        answer(&caller, &Question { targets, watched: Vec::new() }, &mut places, &LIMITS)
    })
}

/// Finds the holders of the blocks allocated since `earlier`, for the 16 places that gained the most.
#[inline(never)]
pub fn since(earlier: &Snapshot) -> Holders {
    holders_since(&here(), earlier, &LIMITS)
}

/// Like [`since`], with another limit on live blocks, for tests.
#[inline(never)]
pub fn since_among(earlier: &Snapshot, most_blocks: usize) -> Holders {
    holders_since(&here(), earlier, &Limits { blocks: most_blocks, ..LIMITS })
}

/// Like [`since`], with another time limit, for tests.
#[inline(never)]
pub fn since_within(earlier: &Snapshot, time: Duration) -> Holders {
    holders_since(&here(), earlier, &Limits { time, ..LIMITS })
}

fn holders_since(caller: &Caller, earlier: &Snapshot, limits: &Limits) -> Holders {
    allocator::as_meter(|| {
        let watched = earlier.with_now();
        let mut places = Places::new();
        let gained = |site: &SiteId| {
            watched.get(site.index()).map_or(0, |(earlier, now)| now.saturating_sub(*earlier))
        };
        let sites = program_sites().filter(|site| gained(site) > 0);
        let by_place = by_place(sites, &mut places);
        let mut targets: Vec<Vec<SiteId>> = by_place.into_iter().map(|(_, sites)| sites).collect();
        targets.sort_by_key(|sites| std::cmp::Reverse(sites.iter().map(gained).sum::<u64>()));
        targets.truncate(MOST_PLACES);
        answer(caller, &Question { targets, watched }, &mut places, limits)
    })
}

/// Finds the holders of the blocks of the places that a soak found growing.
#[cfg(feature = "soak")]
#[inline(never)]
pub(crate) fn of_growing(sites: &[Site], ledger: &Ledger) -> Holders {
    let caller = here();
    allocator::as_meter(|| {
        let mut places = Places::new();
        let changing = ledger.changing().into_iter().map(|history| history.site);
        let mut found = by_place(changing, &mut places);
        let growing = sites.iter().filter(|site| site.verdict == Verdict::Growing);
        let targets = growing.take(MOST_PLACES).filter_map(|site| {
            let is_it = |place: &Place| {
                place.function == site.function
                    && place.file == site.file
                    && place.line == site.line
            };
            let those = found.iter_mut().filter(|(place, _)| is_it(place));
            let sites: Vec<SiteId> = those.flat_map(|(_, sites)| std::mem::take(sites)).collect();
            (!sites.is_empty()).then_some(sites)
        });
        let targets = targets.collect();
        answer(&caller, &Question { targets, watched: ledger.blocks() }, &mut places, &LIMITS)
    })
}

/// The caller's frame. Frames further in belong to the meter.
#[inline(always)]
#[allow(clippy::inline_always)] // It must be the caller's frame.
fn here() -> Caller {
    let registers = threads::registers();
    Caller {
        stack_pointer: (&raw const registers).addr(),
        registers,
        frames: allocator::as_meter(allocator::frame_bounds),
    }
}

fn program_sites() -> impl Iterator<Item = SiteId> {
    allocator::all_sites().filter(|site| *site != SiteId::METER)
}

/// The sites, grouped by the line that is responsible for them.
fn by_place(sites: impl Iterator<Item = SiteId>, places: &mut Places) -> Vec<(Place, Vec<SiteId>)> {
    let mut found: Vec<(Place, Vec<SiteId>)> = Vec::new();
    let mut numbers: HashMap<Place, usize> = HashMap::new();
    for site in sites {
        let number = places.number(site);
        let place = Place { what: String::new(), ..places.get(number).clone() };
        let number = *numbers.entry(place).or_insert_with_key(|place| {
            found.push((place.clone(), Vec::new()));
            found.len() - 1
        });
        found[number].1.push(site);
    }
    found
}

/// For each pair of a `growing` and a `falling` site, whether one container holds the blocks of both.
///
/// # Errors
/// The reason why the heap could not be scanned, or could be scanned only in part.
#[cfg(feature = "soak")]
#[inline(never)]
pub(crate) fn share_a_container(
    growing: &[SiteId],
    falling: &[Falling],
) -> Result<Vec<Vec<Sharing>>, String> {
    let caller = here();
    allocator::as_meter(|| {
        let (scan, doubtful) = scan_heap(&caller, &LIMITS, &mut Places::new())?;
        let unfinished =
            || format!("the heap scan did not finish within {} s", LIMITS.time.as_secs_f64());
        if scan.is_partial {
            return Err(unfinished());
        }
        if scan.heap.left_out > 0 {
            return Err("there are too many live blocks to scan them all".to_owned());
        }
        let shared = sharing::sharing(&scan, growing, falling, |block| {
            is_doubtful(&scan, doubtful.as_ref(), block)
        });
        // The comparison uses the rest of the time, and may have missed pointers of other owners.
        if scan.graph.deadline().was_reached() { Err(unfinished()) } else { Ok(shared) }
    })
}

/// The blocks that seemed unheld in the first of two scans.
type Unheld = Vec<(u64, u32)>;

/// Scans the heap, and scans it again if a block seems unheld while the program runs: the block may have been
/// moving from one holder to another.
fn scan_heap(
    caller: &Caller,
    limits: &Limits,
    places: &mut Places,
) -> Result<(HeapScan, Option<Unheld>), String> {
    if !allocator::is_installed() {
        return Err("the meter is not the program's global allocator".to_owned());
    }
    let began = Instant::now();
    let before = HeapCounts::now();
    let first = HeapScan::take(caller, limits, places)?;
    let rests = HeapCounts::now() == before;
    if rests || first.sources.is_empty() || first.is_partial {
        return Ok((first, None));
    }
    let unheld = first.unheld();
    drop(first);
    let limits = &Limits { time: limits.time.saturating_sub(began.elapsed()), ..*limits };
    Ok((HeapScan::take(caller, limits, places)?, Some(unheld)))
}

/// Whether a block was held in the first of two scans, but not in the second.
fn is_doubtful(scan: &HeapScan, first: Option<&Unheld>, block: u32) -> bool {
    let was_unheld = |unheld: &Unheld| unheld.binary_search(&scan.identity(block)).is_ok();
    !scan.tree.has(block) && first.is_some_and(|unheld| !was_unheld(unheld))
}

fn answer(caller: &Caller, question: &Question, places: &mut Places, limits: &Limits) -> Holders {
    let began = Instant::now();
    let (scan, doubtful) = match scan_heap(caller, limits, places) {
        Ok(looked) => looked,
        Err(reason) => return Holders::unavailable(reason),
    };
    let findings =
        explain(&scan, question, places, |block| is_doubtful(&scan, doubtful.as_ref(), block));
    let look = Look {
        blocks: scan.heap.len() as u64,
        left_out: scan.heap.left_out,
        pointers: scan.graph.edge_count() as u64,
        moved: scan.moved_count,
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        partial: scan.is_partial || scan.graph.deadline().was_reached(),
        unoptimised: UNOPTIMISED,
    };
    Holders { findings, look: Some(look), unavailable: None }
}
