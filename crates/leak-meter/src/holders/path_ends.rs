//! The ends of paths: roots by name, and rings by their steps.

use std::collections::HashMap;

use super::areas::AreaKind;
use super::finding::Hold;
use super::heap_scan::HeapScan;
use super::places::Places;
use super::reach::Seed;
use super::rings::{self, Source};
use crate::allocator::{self, SiteId};

/// The end of a path. Equal ends are merged.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PathEnd {
    pub(crate) hold: Hold,
    /// For a ring: the number of each step's place, and whether it is the one to weaken.
    pub(crate) ring: Vec<(u32, bool)>,
}

/// All ends, by number.
#[derive(Debug, Default)]
pub(crate) struct PathEnds {
    numbers: HashMap<PathEnd, u32>,
    known: Vec<PathEnd>,
    /// Ends that already have a name, by area and by frame or address.
    of_place: HashMap<(u32, usize), u32>,
    of_source: HashMap<usize, u32>,
}

impl PathEnds {
    pub(crate) fn get(&self, number: u32) -> &PathEnd {
        &self.known[number as usize]
    }

    fn number(&mut self, end: PathEnd) -> u32 {
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(end.clone()).or_insert(next);
        if number == next {
            self.known.push(end);
        }
        number
    }

    /// The root that contains the seed with this number.
    pub(crate) fn of_seed(&mut self, scan: &HeapScan, places: &mut Places, seed: usize) -> u32 {
        let Seed { root: area, .. } = scan.roots.seeds[seed];
        let address = scan.roots.places[seed];
        let stretch = &scan.roots.areas[area as usize];
        let item = match stretch.kind {
            AreaKind::Stack(thread) if thread == scan.roots.own => {
                scan.roots.code_at(address).unwrap_or(0)
            }
            AreaKind::Stack(_) | AreaKind::Tasks => 0,
            AreaKind::Statics(_) | AreaKind::ThreadLocals(..) => address,
        };
        if let Some(known) = self.of_place.get(&(area, item)) {
            return *known;
        }
        let thread_name = |thread: usize| scan.roots.threads[thread].name.clone();
        // The symbols belong to the object that contains the meter.
        let offset = allocator::load_offset();
        let own = scan.roots.objects.iter().position(|object| Some(object.offset) == offset);
        let hold = match stretch.kind {
            AreaKind::Tasks => Hold::UnfinishedTask,
            AreaKind::Statics(object) if Some(object) == own => {
                let offset = scan.roots.objects[object].offset;
                let name = places.symbols().data_at((address - offset) as u64);
                Hold::Static { name, library: None }
            }
            AreaKind::Statics(object) => {
                let path = &scan.roots.objects[object].path;
                let file = path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
                Hold::Static { name: None, library: Some(file) }
            }
            AreaKind::ThreadLocals(thread, object) => {
                let place = (address - stretch.range.start) as u64;
                let is_own = object.is_some() && object == own;
                let name = if is_own { places.symbols().thread_local_at(place) } else { None };
                Hold::ThreadLocal { name, thread: thread_name(thread) }
            }
            // The finding fills in the number of threads.
            AreaKind::Stack(thread) if thread != scan.roots.own => Hold::Stacks { threads: 0 },
            AreaKind::Stack(thread) => {
                let function = (item != 0).then(|| places.function_at(item)).flatten();
                let (function, place) = function.unzip();
                Hold::Stack { thread: thread_name(thread), function, place: place.flatten() }
            }
        };
        let number = self.number(PathEnd { hold, ring: Vec::new() });
        self.of_place.insert((area, item), number);
        number
    }

    /// The end for a source that no root reaches.
    pub(crate) fn of_source(&mut self, scan: &HeapScan, places: &mut Places, source: usize) -> u32 {
        if let Some(known) = self.of_source.get(&source) {
            return *known;
        }
        let at = source;
        let (source, kind) = &scan.sources[at];
        let ring = if *kind == Hold::Ring { ring(scan, places, source) } else { Vec::new() };
        let number = self.number(PathEnd { hold: kind.clone(), ring });
        self.of_source.insert(at, number);
        number
    }
}

/// The steps of a ring: of the shortest one through the block whose line allocated first. The block that
/// was allocated first is the owner; the reference back to it is the one to weaken.
fn ring(scan: &HeapScan, places: &mut Places, source: &Source) -> Vec<(u32, bool)> {
    let site = |block: u32| scan.heap.site(block);
    let is_counted = |block: u32| scan.counted.is_counted(site(block));
    let age = |block: &u32| (!is_counted(*block), site(*block), *block);
    let Some(first) = source.blocks.iter().copied().min_by_key(age) else {
        return Vec::new();
    };
    let blocks = rings::ring(&scan.graph, source, first, &scan.no_ring);
    let numbers: Vec<u32> = blocks.iter().map(|block| number(scan, places, *block)).collect();
    // The last step in our own code that owns the next step by a counted pointer.
    let next = |at: usize| blocks[(at + 1) % blocks.len()];
    let points = |at: usize, only_own: bool| {
        is_counted(next(at)) && (!only_own || places.get(numbers[at]).own)
    };
    let last = |only_own| (0..blocks.len()).rev().find(|at| points(*at, only_own));
    let weaken = last(true).or_else(|| last(false));
    let mut steps: Vec<(u32, bool)> = Vec::new();
    for (at, number) in numbers.iter().enumerate() {
        match steps.last_mut() {
            Some((same, is_weak)) if same == number => *is_weak |= weaken == Some(at),
            _ => steps.push((*number, weaken == Some(at))),
        }
    }
    steps
}

/// The number of a block's place.
pub(crate) fn number(scan: &HeapScan, places: &mut Places, block: u32) -> u32 {
    places.number(SiteId::of_index(scan.heap.site(block)))
}
