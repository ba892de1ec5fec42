//! The roots: the statics of the program and its libraries, the thread-local block and stack of every thread,
//! and the calling thread's registers.

use super::areas::{self, Area, AreaKind};
use super::free_lists;
use super::graph::{Bits, Graph, NONE};
use super::heap::Heap;
use super::reach::{Parent, Seed, Tree};
use super::stale_pointers::InUse;
use super::system::{self, Mapping, Memory, Object, OutOfTime, Thread, WORD, objects, threads};
use crate::allocator::FrameBound;

/// The position of the calling thread when it asked; the part of its stack below belongs to the meter.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) stack_pointer: usize,
    pub(crate) registers: [usize; threads::REGISTERS],
    /// Its frames outside the meter, innermost first.
    pub(crate) frames: Vec<FrameBound>,
}

/// The indices of seeds that point to blocks with another owner.
#[derive(Debug)]
pub(crate) struct Borrowers {
    borrowers: Vec<usize>,
    /// Seeds that point to linked blocks.
    wakers: Vec<usize>,
}

/// The roots of this process, and the words in them that point to blocks.
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
    /// The address of each seed.
    pub(crate) places: Vec<usize>,
    /// Whether each seed points to the start of its target.
    pub(crate) exact: Vec<bool>,
    /// The seeds that belong to wakers.
    pub(crate) wakers: Bits,
    /// Whether there was time to read all roots.
    pub(crate) are_all: bool,
}

impl Roots {
    /// Finds the roots, and the words in them that point into `heap`.
    pub(crate) fn find(
        memory: &mut Memory,
        mappings: &[Mapping],
        heap: &Heap,
        caller: &Caller,
        in_use: &mut InUse,
    ) -> Self {
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
        let word = |address| memory.pair(address).map(|[word, _]| usize::from_ne_bytes(word));
        for number in 0..threads.len() {
            areas.extend(areas::of_thread(
                number,
                number == own,
                &threads,
                &objects,
                mappings,
                heap,
                word,
            ));
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
            exact: Vec::new(),
            wakers: Bits::default(),
            are_all: true,
        };
        roots.are_all = roots.read(memory, heap, caller, in_use).is_ok();
        roots
    }

    fn read(
        &mut self,
        memory: &mut Memory,
        heap: &Heap,
        caller: &Caller,
        in_use: &mut InUse,
    ) -> Result<(), OutOfTime> {
        for (number, area) in (0..).zip(&self.areas) {
            let mut found: Vec<(usize, u32, bool)> = Vec::new();
            let mut bins = Vec::new();
            memory.each(&area.range, |start, words| {
                for (number, at) in (start..).step_by(WORD).take(words.len()).enumerate() {
                    let address = usize::from_ne_bytes(words[number]);
                    if free_lists::may_be_bin(at, &words[number..]) {
                        bins.push(at);
                    }
                    if let Some(target) = heap.find(address)
                        && heap.find(at).is_none()
                        && !free_lists::is_chunk(address, &heap.range(target))
                    {
                        let is_exact = address == heap.start(target as usize);
                        found.push((at, target, is_exact));
                        if is_exact {
                            in_use.note_pointer(target, heap.size(target), words, number);
                        }
                    }
                }
            })?;
            let arenas = free_lists::arenas(&bins);
            found.retain(|(at, ..)| !arenas.iter().any(|arena| arena.contains(at)));
            if let AreaKind::Stack(thread) = area.kind {
                if thread == self.own {
                    let targets: Vec<u32> =
                        caller.registers.iter().filter_map(|word| heap.find(*word)).collect();
                    for target in &targets {
                        in_use.note_pointer(*target, heap.size(*target), &[], 0);
                    }
                    let targets = targets.into_iter();
                    found.splice(0..0, targets.map(|target| (caller.stack_pointer, target, true)));
                }
                // Words further out are older, and more likely to be owners than borrows or stale pointers.
                found.reverse();
            }
            self.places.extend(found.iter().map(|(at, ..)| *at));
            self.exact.extend(found.iter().map(|(.., is_exact)| *is_exact));
            self.seeds
                .extend(found.into_iter().map(|(_, target, _)| Seed { target, root: number }));
        }
        Ok(())
    }

    /// Makes the runtimes hold `tasks`. As roots, they rank after the statics and before everything that
    /// belongs to one thread.
    pub(crate) fn add_tasks(&mut self, tasks: &[u32]) {
        let root = u32::try_from(self.areas.len()).unwrap_or(NONE);
        self.areas.push(Area { range: 0..0, kind: AreaKind::Tasks });
        let is_static = |seed: &Seed| self.areas[seed.root as usize].kind < AreaKind::Tasks;
        let at = self.seeds.partition_point(is_static);
        let added = tasks.iter().map(|target| Seed { target: *target, root });
        self.seeds.splice(at..at, added);
        self.places.splice(at..at, tasks.iter().map(|_| 0));
        self.exact.splice(at..at, tasks.iter().map(|_| true));
    }

    /// The blocks that the roots reach, each from the best root: one area at a time, and on the calling
    /// thread's stack one frame at a time.
    ///
    /// A word on a stack that points to a block to which another block also points is a borrow, or a stale
    /// copy of a moved value: [`Roots::add_borrowed`] handles these. Counted blocks may have several owners.
    /// Edges in `unowned` do not indicate an owner.
    pub(crate) fn reach(
        &self,
        graph: &Graph,
        [left_out, unowned]: [&Bits; 2],
        mut is_counted: impl FnMut(u32) -> bool,
    ) -> (Tree, Borrowers) {
        let mut owned = Bits::none_of(graph.len());
        for (block, place, edge) in graph.each() {
            if edge.target != block && !unowned.has(place) {
                owned.add(edge.target as usize);
            }
        }
        let mut linked = Bits::none_of(graph.len());
        for target in graph.linked() {
            linked.add(target as usize);
        }
        let is_tasks = |seed: usize| self.kind(seed) == AreaKind::Tasks;
        for seed in (0..self.seeds.len()).filter(|seed| is_tasks(*seed)) {
            linked.add(self.seeds[seed].target as usize);
        }
        let target = |seed: &usize| self.seeds[*seed].target;
        let (wakers, others): (Vec<usize>, Vec<usize>) = (0..self.seeds.len()).partition(|seed| {
            let only_wakes = linked.has(target(seed) as usize) || self.wakers.has(*seed);
            only_wakes && !is_tasks(*seed)
        });
        let (borrowers, first): (Vec<usize>, Vec<usize>) = others.into_iter().partition(|seed| {
            let is_owned = owned.has(target(seed) as usize) && !is_counted(target(seed));
            self.is_on_stack(*seed) && is_owned
        });
        let mut tree = Tree::new(graph.len());
        self.grow(&mut tree, graph, left_out, &first);
        (tree, Borrowers { borrowers, wakers })
    }

    /// Adds the blocks that only borrows reach: first over owners' pointers (`narrow`), then over other
    /// pointers too (`wide`).
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
        matches!(self.kind(seed), AreaKind::Stack(_))
    }

    /// The number of the thread whose stack contains a seed, unless that is the calling thread.
    pub(crate) fn thread_of(&self, seed: usize) -> Option<usize> {
        match self.kind(seed) {
            AreaKind::Stack(thread) => Some(thread).filter(|thread| *thread != self.own),
            _ => None,
        }
    }

    fn kind(&self, seed: usize) -> AreaKind {
        self.areas[self.seeds[seed].root as usize].kind
    }

    /// The seeds that hold their targets; on a stack, only those through which a block was reached.
    pub(crate) fn holding(&self, tree: &Tree) -> Vec<usize> {
        let holds = |seed: &usize| {
            let target = self.seeds[*seed].target;
            !self.is_on_stack(*seed) || tree.parent(target) == Parent::Seed(*seed)
        };
        (0..self.seeds.len()).filter(holds).collect()
    }

    /// The frame of the calling thread that contains an address, as an address in its function.
    pub(crate) fn code_at(&self, address: usize) -> Option<usize> {
        self.frames.iter().find(|frame| address < frame.end).map(|frame| frame.code)
    }
}

/// Assigns each thread its thread pointer: the candidate with the thread's ID at the known offset.
fn find_pointers(memory: &Memory, candidates: &[usize], threads: &mut [Thread]) {
    let own = threads::own_pointer();
    let word = |address| memory.pair(address).map(|[word, _]| word);
    let Some(offset) = system::id_offset(own, word) else {
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
