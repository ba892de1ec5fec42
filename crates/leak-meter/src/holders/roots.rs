//! Where what lives begins: the statics of the program and its libraries, every thread's thread-local
//! block and stack, and the calling thread's registers.

use std::ops::Range;

use super::graph::{Bits, Graph};
use super::heap::Heap;
use super::leftovers::InUse;
use super::reach::{Parent, Seed, Tree};
use super::system::{Backing, Mapping, Memory, Object, OutOfTime, Thread, WORD, objects, threads};
use crate::allocator::FrameBound;

/// A stretch of memory that holds by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) range: Range<usize>,
    pub(crate) kind: AreaKind,
}

/// What a stretch is. The better it tells who holds, the earlier it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AreaKind {
    /// Statics of the object with this number.
    Statics(usize),
    /// The thread-local block of the thread with this number: its part of an object, if that is
    /// known, and where it begins in it.
    ThreadLocals(usize, Option<usize>),
    /// The stack of the thread with this number.
    Stack(usize),
}

/// Where the calling thread stood when it asked, for its stack below is the meter's.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) stack_pointer: usize,
    pub(crate) registers: [usize; 6],
    /// Its frames outside the meter's, innermost first.
    pub(crate) frames: Vec<FrameBound>,
}

/// Seeds that point to what has another owner, by their numbers.
#[derive(Debug)]
pub(crate) struct Borrowers {
    borrowers: Vec<usize>,
    /// To what others are linked to.
    wakers: Vec<usize>,
}

/// The roots of this process and their words that point to blocks.
#[derive(Debug)]
pub(crate) struct Roots {
    pub(crate) objects: Vec<Object>,
    pub(crate) threads: Vec<Thread>,
    /// The number of the calling thread.
    pub(crate) own: usize,
    pub(crate) frames: Vec<FrameBound>,
    pub(crate) areas: Vec<Area>,
    /// Best first; `root` is the number of the area.
    pub(crate) seeds: Vec<Seed>,
    /// Where each seed stands.
    pub(crate) places: Vec<usize>,
}

impl Roots {
    /// Finds the roots, and which of their words point into `heap`.
    pub(crate) fn find(
        memory: &mut Memory,
        mappings: &[Mapping],
        heap: &Heap,
        caller: &Caller,
        in_use: &mut InUse,
    ) -> Result<Self, OutOfTime> {
        let objects = objects::all();
        let mut threads = threads::all();
        let own_id = threads::own_id();
        let own = threads.iter().position(|thread| thread.id == own_id).unwrap_or(0);
        if let Some(thread) = threads.get_mut(own) {
            thread.stack_pointer = Some(caller.stack_pointer);
            thread.pointer = threads::own_pointer();
            if let Some(name) = std::thread::current().name() {
                name.clone_into(&mut thread.name);
            }
        }
        find_pointers(memory, &heap.thread_pointers, &mut threads);
        let mut areas: Vec<Area> = Vec::new();
        for (number, object) in objects.iter().enumerate() {
            let statics = object.statics.iter().cloned();
            areas.extend(statics.map(|range| Area { range, kind: AreaKind::Statics(number) }));
        }
        for number in 0..threads.len() {
            areas.extend(of_thread(number, number == own, &threads, &objects, mappings, heap));
        }
        areas.sort_by_key(|area| area.kind);
        let mut roots = Self {
            objects,
            threads,
            own,
            frames: caller.frames.clone(),
            areas,
            seeds: Vec::new(),
            places: Vec::new(),
        };
        roots.read(memory, heap, caller, in_use)?;
        Ok(roots)
    }

    fn read(
        &mut self,
        memory: &mut Memory,
        heap: &Heap,
        caller: &Caller,
        in_use: &mut InUse,
    ) -> Result<(), OutOfTime> {
        for (number, area) in (0..).zip(&self.areas) {
            let mut found: Vec<(usize, u32)> = Vec::new();
            memory.each(&area.range, |start, words| {
                for (number, at) in (start..).step_by(WORD).take(words.len()).enumerate() {
                    let address = usize::from_ne_bytes(words[number]);
                    if let Some(target) = heap.find(address)
                        && heap.find(at).is_none()
                    {
                        found.push((at, target));
                        if address == heap.start(target as usize) {
                            in_use.see(target, heap.size(target), words, number);
                        }
                    }
                }
            })?;
            if let AreaKind::Stack(thread) = area.kind {
                if thread == self.own {
                    let targets: Vec<u32> =
                        caller.registers.iter().filter_map(|word| heap.find(*word)).collect();
                    for target in &targets {
                        in_use.see(*target, heap.size(*target), &[], 0);
                    }
                    let targets = targets.into_iter();
                    found.splice(0..0, targets.map(|target| (caller.stack_pointer, target)));
                }
                // What lies further out was there before, and is the owner rather than a borrower or
                // the remains of one.
                found.reverse();
            }
            self.places.extend(found.iter().map(|(at, _)| *at));
            self.seeds.extend(found.into_iter().map(|(_, target)| Seed { target, root: number }));
        }
        Ok(())
    }

    /// What the roots reach, each block by the best root there is: a whole area at a time, but of the
    /// calling thread's stack one frame after the other.
    ///
    /// A word on a stack that points to what another block points to as well is a reference, or what is
    /// left of a value that was moved: these are left to [`Roots::add_borrowed`]. Counted blocks may have
    /// several owners.
    pub(crate) fn reach(
        &self,
        graph: &Graph,
        left_out: &Bits,
        mut is_counted: impl FnMut(u32) -> bool,
    ) -> (Tree, Borrowers) {
        let mut owned = Bits::none_of(graph.len());
        for (block, place, edge) in graph.each() {
            if edge.target != block && !left_out.has(place) {
                owned.add(edge.target as usize);
            }
        }
        let mut linked = Bits::none_of(graph.len());
        for target in graph.linked() {
            linked.add(target as usize);
        }
        let target = |seed: &usize| self.seeds[*seed].target;
        let (wakers, others): (Vec<usize>, Vec<usize>) =
            (0..self.seeds.len()).partition(|seed| linked.has(target(seed) as usize));
        let (borrowers, first): (Vec<usize>, Vec<usize>) = others.into_iter().partition(|seed| {
            let is_owned = owned.has(target(seed) as usize) && !is_counted(target(seed));
            self.is_on_stack(*seed) && is_owned
        });
        let mut tree = Tree::new(graph.len());
        self.grow(&mut tree, graph, left_out, &first);
        (tree, Borrowers { borrowers, wakers })
    }

    /// Adds what is reached by nothing better than what only seems to be borrowed: by owners' pointers
    /// as far as these lead, `narrow`, then by others.
    pub(crate) fn add_borrowed(
        &self,
        tree: &mut Tree,
        graph: &Graph,
        [narrow, wide]: [&Bits; 2],
        borrowers: &Borrowers,
    ) {
        self.grow(tree, graph, narrow, &borrowers.borrowers);
        tree.grow_on(graph, wide);
        self.grow(tree, graph, wide, &borrowers.wakers);
    }

    fn grow(&self, tree: &mut Tree, graph: &Graph, weak: &Bits, seeds: &[usize]) {
        let unit = |seed: usize| {
            let area = self.seeds[seed].root;
            let is_own = self.areas[area as usize].kind == AreaKind::Stack(self.own);
            (area, is_own.then(|| self.code_at(self.places[seed])))
        };
        for seeds in seeds.chunk_by(|one, next| unit(*one) == unit(*next)) {
            let numbered = seeds.iter().map(|seed| (*seed, self.seeds[*seed]));
            tree.grow(graph, numbered, weak);
        }
    }

    fn is_on_stack(&self, seed: usize) -> bool {
        matches!(self.areas[self.seeds[seed].root as usize].kind, AreaKind::Stack(_))
    }

    /// The seeds that hold what they point to: on a stack, those by which something was reached.
    pub(crate) fn holding(&self, tree: &Tree) -> Vec<usize> {
        let holds = |seed: &usize| {
            let target = self.seeds[*seed].target;
            !self.is_on_stack(*seed) || tree.parent(target) == Parent::Seed(*seed)
        };
        (0..self.seeds.len()).filter(holds).collect()
    }

    /// The frame of the calling thread that an address lies in, as an address in its function.
    pub(crate) fn code_at(&self, address: usize) -> Option<usize> {
        self.frames.iter().find(|frame| address < frame.end).map(|frame| frame.code)
    }
}

/// Gives each thread its thread pointer: the candidate beside which its number stands.
fn find_pointers(memory: &Memory, candidates: &[usize], threads: &mut [Thread]) {
    let own = threads::own_pointer();
    let word = |address| memory.pair(address).map(|[word, _]| word);
    let Some(offset) = threads::id_offset(own, word) else {
        return;
    };
    for candidate in candidates {
        let Some([a, b, c, d, ..]) = word(candidate + offset) else { continue };
        let id = u32::from_ne_bytes([a, b, c, d]);
        if let Some(thread) = threads.iter_mut().find(|thread| thread.id == id) {
            thread.pointer.get_or_insert(*candidate);
        }
    }
}

/// How much of a thread's control block is looked at, from the thread pointer on: the C library
/// keeps the values of thread-specific keys there.
const CONTROL_BLOCK: usize = 2304;
/// Thread-local blocks further below the thread pointer than this were loaded later, elsewhere.
const STATIC_BLOCKS: usize = 1 << 20;

/// The stack and the thread-local block of one thread.
fn of_thread(
    number: usize,
    is_own: bool,
    threads: &[Thread],
    objects: &[Object],
    mappings: &[Mapping],
    heap: &Heap,
) -> Vec<Area> {
    let thread = &threads[number];
    let mut areas = Vec::new();
    let mut lowest = thread.pointer;
    if let (Some(pointer), Some(own)) = (thread.pointer, threads::own_pointer()) {
        let blocks = objects.iter().enumerate().filter_map(|(number, object)| {
            let block = object.thread_local.clone()?;
            let below = own.checked_sub(block.start).filter(|below| *below <= STATIC_BLOCKS)?;
            Some((number, pointer.checked_sub(below)?, block.len()))
        });
        for (object, start, length) in blocks {
            lowest = lowest.min(Some(start));
            let kind = AreaKind::ThreadLocals(number, Some(object));
            areas.push(Area { range: start..start + length, kind });
        }
        let range = pointer..pointer + CONTROL_BLOCK;
        areas.push(Area { range, kind: AreaKind::ThreadLocals(number, None) });
    } else if is_own {
        areas.extend(objects.iter().enumerate().filter_map(|(object, loaded)| {
            let kind = AreaKind::ThreadLocals(number, Some(object));
            Some(Area { range: loaded.thread_local.clone()?, kind })
        }));
    }
    let within = |address: usize| mappings.iter().find(|mapping| mapping.range.contains(&address));
    // A stack whose end is not told lies below the thread-local block, but for the main one.
    let mapping = match (thread.stack_pointer, thread.is_main) {
        (Some(pointer), _) => within(pointer),
        (None, true) => mappings.iter().find(|mapping| mapping.backing == Backing::MainStack),
        (None, false) => thread.pointer.and_then(within),
    };
    if let Some(mapping) = mapping {
        let mut range = mapping.range.clone();
        if let Some(pointer) = thread.stack_pointer {
            range = if is_own { pointer..range.end } else { threads::in_use(&range, pointer) };
        }
        // Neighbouring mappings are one to the system: a stack ends below the thread-local block, and
        // where blocks begin.
        if let Some(lowest) = lowest.filter(|lowest| range.contains(lowest)) {
            range.end = lowest;
        }
        let block = heap.first_behind(range.start);
        if thread.stack_pointer.is_some() && block < heap.len() {
            range.end = range.end.min(heap.start(block));
        }
        areas.push(Area { range, kind: AreaKind::Stack(number) });
    }
    areas
}
