//! The verdict on a series of profiles of one process, with the rules of a soak.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::{Profile, Resolver, Stack, named};
use crate::allocator::{self, SiteId};
use crate::judge::{self, CallStacks, HeapAccess};
use crate::series::{Resource, Round};
use crate::site::{self, Frame, History, Reading, Suppressions};
use crate::verdict::Verdict;
use crate::watch::{Heap, Timeline, WatchReport, even};

/// Profiles that are not a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSeries(&'static str);

/// What identifies a call stack.
type Key = (Vec<u64>, Option<String>);

/// The verdict on profiles of one process in the order in which they were taken, as if a [`Watch`](crate::Watch) had
/// taken them. If every profile has the [work](Profile::with_work) that was done, in `unit`s, they are compared at
/// equal amounts of work, and otherwise at equal times. At least 12 are needed for a verdict, and 16 for Growing;
/// with fewer than about 50, a cache that is still filling looks like a leak.
///
/// # Errors
/// If the profiles are of different builds or processes, or not in order.
pub fn verdict(
    profiles: &[Profile],
    unit: &str,
    resolver: &mut Resolver,
) -> Result<WatchReport, NoSeries> {
    check(profiles)?;
    Ok(allocator::as_meter(|| judge(profiles, unit, resolver)))
}

fn check(profiles: &[Profile]) -> Result<(), NoSeries> {
    let pairs = || profiles.windows(2);
    if pairs().any(|pair| !pair[0].is_of_same_program(&pair[1])) {
        return Err(NoSeries(
            "the profiles are of different builds, so their addresses cannot be compared",
        ));
    }
    if pairs().any(|pair| pair[0].process != pair[1].process) {
        return Err(NoSeries(
            "the profiles are of different processes; a new process begins with an empty heap",
        ));
    }
    let falls = |of: fn(&Profile) -> Option<u64>| {
        pairs().any(|pair| {
            of(&pair[0]).zip(of(&pair[1])).is_some_and(|(first, second)| first > second)
        })
    };
    if falls(|profile| Some(profile.taken_at)) || falls(|profile| profile.work) {
        return Err(NoSeries("the profiles are not in the order in which they were taken"));
    }
    Ok(())
}

fn judge(profiles: &[Profile], unit: &str, resolver: &mut Resolver) -> WatchReport {
    let counted: Option<Vec<u64>> = profiles.iter().map(|profile| profile.work).collect();
    let unit = counted.as_ref().map(|_| unit);
    let work = counted.unwrap_or_else(|| profiles.iter().map(|profile| profile.taken_at).collect());
    let step = even::step(&work);
    let rows = even::rows(&work, step);
    let chosen: Vec<&Profile> = rows.iter().map(|row| &profiles[*row]).collect();
    let timeline = Timeline {
        work: rows.iter().map(|row| work[*row]).collect(),
        times: chosen.iter().map(|profile| profile.taken_at).collect(),
        step,
    };
    let (keys, histories) = histories(&chosen);
    let changing: Vec<History> = histories.into_iter().filter(History::changes).collect();
    let mut report = WatchReport::new(unit, &timeline);
    report.unavailable = unavailable();
    let rounds: Vec<Round> = chosen.iter().map(|profile| round(profile, step)).collect();
    let named = Named { keys, profile: chosen.last().copied(), resolver };
    let suppressions = Suppressions::default();
    let judged =
        judge::judge_histories(&changing, || named, 1, &suppressions, HeapAccess::Elsewhere);
    let grows = judged.sites.iter().map(|site| site.verdict);
    report.verdict = Verdict::overall(grows);
    let largest = chosen.last().into_iter().flat_map(|profile| &profile.stacks);
    let largest = largest.filter_map(|stack| stack.bytes.checked_div(stack.blocks)).max();
    let none = BTreeMap::new();
    let heap = Heap { installed: true, largest_block: largest.unwrap_or(0), failed: &none };
    report.conclude(judged, &rounds, &timeline, &heap);
    report
}

/// Numbers below this one stand for unknown call stacks.
const FIRST_NUMBER: u32 = 16;

/// The call stacks of a series, whose positions are their numbers, and the readings of each.
fn histories(profiles: &[&Profile]) -> (Vec<Key>, Vec<History>) {
    let (mut keys, mut histories) = (Vec::new(), Vec::new());
    let mut numbers: HashMap<Key, usize> = HashMap::new();
    for (row, profile) in profiles.iter().enumerate() {
        for stack in &profile.stacks {
            let number = *numbers.entry(profile.key(stack)).or_insert_with_key(|key| {
                let number = keys.len();
                keys.push(key.clone());
                histories.push(History {
                    site: site_of(stack, number),
                    readings: vec![Reading::default(); profiles.len()],
                    rest: None,
                    allocates: true,
                });
                number
            });
            let reading = &mut histories[number].readings[row];
            reading.blocks += stack.blocks;
            reading.bytes += stack.bytes;
        }
    }
    (keys, histories)
}

/// The number of a call stack, or the fixed site that stands for it.
fn site_of(stack: &Stack, number: usize) -> SiteId {
    let fixed = [SiteId::UNKNOWN, SiteId::OVERFLOW, SiteId::FOREIGN_STACK];
    let is_it = |site: &SiteId| stack.what.as_ref() == Some(&site::nameless(*site).function);
    let number = u32::try_from(number).unwrap_or(u32::MAX - FIRST_NUMBER);
    fixed.into_iter().find(is_it).unwrap_or(SiteId::of_index(FIRST_NUMBER + number))
}

/// Names the call stacks of a series.
struct Named<'a> {
    /// By number.
    keys: Vec<Key>,
    profile: Option<&'a Profile>,
    resolver: &'a mut Resolver,
}

impl CallStacks for Named<'_> {
    fn frames(&mut self, site: SiteId) -> Vec<Frame> {
        let number = site.index().checked_sub(FIRST_NUMBER as usize);
        let key = number.and_then(|number| self.keys.get(number));
        let calls = key.map_or(&[][..], |(calls, _)| calls);
        let program = self.profile.and_then(|profile| profile.program.as_deref());
        named::frames(calls.iter().copied(), program, self.resolver)
    }

    fn is_of_another_test(&self, _: &[Frame], _: bool) -> bool {
        false
    }
}

fn round(profile: &Profile, step: f64) -> Round {
    let heap = Round::of_heap(profile.live_blocks(), profile.live_bytes());
    Round { operations: even::operations(step), ..heap }
}

/// A profile contains the heap only.
fn unavailable() -> BTreeMap<Resource, String> {
    let heap = [Resource::LiveBlocks, Resource::LiveBytes];
    let others = Resource::ALL.iter().filter(|resource| !heap.contains(resource));
    others.map(|resource| (*resource, "a profile contains only the heap".to_owned())).collect()
}

impl fmt::Display for NoSeries {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for NoSeries {}
