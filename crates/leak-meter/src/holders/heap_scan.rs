//! One scan of the heap: its blocks, its roots, and the paths between them.

use std::time::Instant;

use super::Limits;
use super::contents::Contents;
use super::deadline::Deadline;
use super::finding::Hold;
use super::graph::{Bits, Graph};
use super::heap::{Heap, number};
use super::owners;
use super::places::Places;
use super::pointers::{edges, foreign};
use super::reach::{Parent, Seed, Tree};
use super::rings::{self, Source};
use super::roots::{Caller, Roots};
use super::spare;
use super::stale_pointers::InUse;
use super::system::{self, Backing, Mapping, Memory, OutOfTime, WORD};
use super::unheld::{self, forest};
use super::wakers::{self, Wakers};
use super::weak::{self, Counted};

/// The result of one scan of the heap.
#[derive(Debug)]
pub(crate) struct HeapScan {
    pub(crate) heap: Heap,
    pub(crate) graph: Graph,
    pub(crate) counted: Counted,
    /// The edges that do not hold their targets.
    pub(crate) not_holding: Bits,
    /// The edges in `not_holding`, and the edges that cannot be part of a ring.
    pub(crate) no_ring: Bits,
    pub(crate) roots: Roots,
    /// The blocks that the roots reach.
    pub(crate) tree: Tree,
    /// Blocks that changed during the scan. They are left out.
    pub(crate) moved: Bits,
    pub(crate) moved_count: u64,
    /// The sources that no root reaches, and how each is held.
    pub(crate) sources: Vec<(Source, Hold)>,
    /// The blocks that the sources hold; the roots of its seeds are the indices of the sources.
    pub(crate) forest: Tree,
    pub(crate) forest_seeds: Vec<Seed>,
    /// Whether the time, or the capacity for pointers, was exhausted before the scan was complete.
    pub(crate) is_partial: bool,
}

/// The share of the time by which the search for blocks must end.
const SCAN_ENDS: f64 = 0.4;
/// The share of the time by which the words of blocks and roots must have been read.
const READING_ENDS: f64 = 0.65;
/// The share of the time by which owners, weak pointers, paths and rings must have been found. The rest is
/// for the findings.
const GRAPH_ENDS: f64 = 0.85;

impl HeapScan {
    /// Scans the whole heap once.
    pub(crate) fn take(
        caller: &Caller,
        limits: &Limits,
        places: &mut Places,
    ) -> Result<Self, String> {
        let began = Instant::now();
        let share = |share: f64| began + limits.time.mul_f64(share);
        let mut memory = Memory::open(share(SCAN_ENDS))?;
        let mappings = system::mappings()?;
        let blocks: Vec<Mapping> = mappings
            .iter()
            .filter(|mapping| mapping.backing == Backing::Anonymous)
            .cloned()
            .collect();
        let heap = Heap::scan(&mut memory, &blocks, limits);
        memory.set_end(share(READING_ENDS));
        let mut in_use = InUse::new(heap.len());
        let mut roots = Roots::find(&mut memory, &mappings, &heap, caller, &mut in_use);
        let mut wakers = Wakers::new(&memory, &roots.objects);
        let (mut all, moved, is_read) =
            edges(&mut memory, &blocks, &heap, &mut in_use, &mut wakers, limits.pointers);
        memory.set_end(share(1.0));
        all.set_deadline(Deadline::at(share(GRAPH_ENDS)));
        for edge in wakers.edges(&memory, places) {
            all.mark_as_wakers(edge as usize);
        }
        let contents = &mut Contents { heap: &heap, memory: &memory, places };
        let stale = in_use.stale_edges(&all, |block| contents.room(block));
        let graph = all.without(&stale);
        let mut graph = spare::drop_stale_pointers(graph, &heap, &roots, &memory, |block| {
            contents.slots(block)
        });
        let counted = weak::find(&graph, contents);
        let unfinished = wakers::unfinished_tasks(&graph, contents);
        let (mut others, loose) = owners::find(&mut graph, &counted, contents, unfinished);
        others = others.or(&wakers::waking(&graph));
        let unowned = counted.weak.or(&others);
        others = others.or(&wakers::interior(&graph, &roots, contents));
        roots.add_tasks(&loose);
        roots.wakers = wakers.seeds(&memory, &roots, contents.places);
        let narrow = counted.weak.or(&others);
        let (mut tree, borrowers) = roots.reach(&graph, [&narrow, &unowned], |block| {
            let place = contents.place_of(block);
            contents.places.get(place).is_counted()
        });
        // Blocks that owners' pointers do not reach are reached by other pointers, unless they hold
        // themselves.
        let borrowing = unheld::borrowing(&graph, &counted, contents);
        let no_ring = counted.unsure.or(&others).or(&borrowing);
        let wide = {
            let is_apart = |block: u32| tree.has(block) || moved.has(block as usize);
            let mut rings = rings::sources(&graph, is_apart, &no_ring);
            rings.retain(|ring| ring.is_ring && has_counted(ring, &counted, &heap));
            let in_rings = forest(&graph, rings.iter(), &narrow).0;
            let mut wide = counted.weak.clone();
            for (_, place, edge) in graph.each() {
                if others.has(place) && in_rings.has(edge.target) {
                    wide.add(place);
                }
            }
            wide
        };
        tree.grow_on(&graph, &wide);
        roots.add_borrowed(&mut tree, &graph, [&narrow, &wide], &borrowers);
        // A weak pointer only holds the memory of a value that has been dropped.
        tree.add_over(&graph, &counted.weak, |block| {
            let word = memory.pair(heap.start(block as usize)).map(|[strong, _]| strong);
            word == Some([0; WORD])
        });
        let is_apart = |block: u32| tree.has(block) || moved.has(block as usize);
        let sources = unheld::sources(&graph, is_apart, &no_ring, &counted.weak.or(&others));
        let (foreign, is_all) = match foreign(&mut memory, &blocks, &heap, &roots, &sources) {
            Ok(foreign) => (foreign, true),
            Err(OutOfTime) => (Bits::default(), false),
        };
        let contents = &mut Contents { heap: &heap, memory: &memory, places };
        let sources = unheld::kinds(sources, &graph, &counted, &foreign, contents);
        let (mut forest, forest_seeds) =
            forest(&graph, sources.iter().map(|(source, _)| source), &narrow);
        forest.grow_on(&graph, &counted.weak);
        // These edges hold their targets after all.
        for (block, place, edge) in graph.each() {
            let by = |tree: &Tree| tree.parent(edge.target) == Parent::Block(block);
            if others.has(place) && (by(&tree) || by(&forest)) {
                others.remove(place);
            }
        }
        let not_holding = counted.weak.or(&others);
        let is_partial = !(heap.is_whole && roots.are_all && is_read && is_all)
            || graph.deadline().was_reached();
        // The findings may use the remaining time.
        graph.set_deadline(Deadline::at(share(1.0)));
        let moved_count = (0..heap.len()).filter(|block| moved.has(*block)).count() as u64;
        Ok(Self {
            heap,
            graph,
            counted,
            not_holding,
            no_ring,
            roots,
            tree,
            moved,
            moved_count,
            sources,
            forest,
            forest_seeds,
            is_partial,
        })
    }
}

impl HeapScan {
    /// Identifies a block in a later scan.
    pub(crate) fn identity(&self, block: u32) -> (u64, u32) {
        (self.heap.granule(block), self.heap.site(block))
    }

    /// The blocks that nothing holds, in order.
    pub(crate) fn unheld(&self) -> Vec<(u64, u32)> {
        let blocks = 0..number(self.heap.len());
        blocks.filter(|block| !self.tree.has(*block)).map(|block| self.identity(block)).collect()
    }
}

fn has_counted(source: &Source, counted: &Counted, heap: &Heap) -> bool {
    source.blocks.iter().any(|block| counted.is_counted(heap.site(*block)))
}
