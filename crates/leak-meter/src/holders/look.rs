//! One look at the heap: its blocks, its roots, and what leads from the ones to the others.

use std::time::Instant;

use super::contents::Contents;
use super::free_lists;
use super::graph::{Bits, Edge, Graph};
use super::heap::{Heap, number};
use super::leftovers::InUse;
use super::owners;
use super::places::Places;
use super::reach::{Parent, Seed, Tree};
use super::rings::{self, Source};
use super::roots::{Caller, Roots};
use super::spare;
use super::system::{self, Backing, Mapping, Memory, OutOfTime, WORD};
use super::weak::{self, Counted};
use super::{Limits, heap};
use crate::allocator;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) heap: Heap,
    pub(crate) graph: Graph,
    pub(crate) counted: Counted,
    /// The edges that hold nothing.
    pub(crate) not_holding: Bits,
    /// These, and the edges that make no ring.
    pub(crate) no_ring: Bits,
    pub(crate) roots: Roots,
    /// What the roots reach.
    pub(crate) tree: Tree,
    /// Blocks that changed during the look; nothing is said of them.
    pub(crate) moved: Bits,
    pub(crate) moved_count: u64,
    /// What nothing holds that was reached, and whether memory of others points to each.
    pub(crate) sources: Vec<(Source, bool)>,
    /// What these hold; the roots of its seeds are the numbers of the sources.
    pub(crate) forest: Tree,
    pub(crate) forest_seeds: Vec<Seed>,
}

impl Seen {
    /// Looks at the whole heap once.
    pub(crate) fn take(
        caller: &Caller,
        limits: &Limits,
        places: &mut Places,
    ) -> Result<Self, String> {
        let too_slow = |OutOfTime| {
            let limit = limits.time.as_secs_f64();
            format!("the heap could not be looked through within {limit} s")
        };
        let mut memory = Memory::open(Instant::now() + limits.time)?;
        let mappings = system::mappings()?;
        let blocks: Vec<Mapping> = mappings
            .iter()
            .filter(|mapping| mapping.backing == Backing::Anonymous)
            .cloned()
            .collect();
        let heap = Heap::scan(&mut memory, &blocks, limits).map_err(too_slow)?;
        let mut in_use = InUse::of(heap.len());
        let roots = Roots::find(&mut memory, &mappings, &heap, caller, &mut in_use);
        let roots = roots.map_err(too_slow)?;
        let (all, moved) = edges(&mut memory, &blocks, &heap, &mut in_use).map_err(too_slow)?;
        if all.edge_count() > limits.pointers {
            let most = limits.pointers;
            return Err(format!("there are more than {most} pointers between the live blocks"));
        }
        let contents = &mut Contents { heap: &heap, memory: &memory, places };
        let leftovers = in_use.leftovers(&all, |block| contents.room(block));
        let graph = all.without(&leftovers);
        let mut graph =
            spare::drop_leftovers(graph, &heap, &roots, &memory, |block| contents.slots(block));
        let counted = weak::find(&graph, contents);
        let mut others = owners::find(&mut graph, &counted, contents);
        let narrow = counted.weak.or(&others);
        let (mut tree, borrowers) = roots.reach(&graph, &narrow, |block| {
            let place = contents.place_of(block);
            contents.places.get(place).is_counted()
        });
        // What is not reached by owners' pointers alone is reached by others, unless it holds itself.
        let no_ring = counted.unsure.or(&others);
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
        // A weak pointer holds the memory of a value that is gone, and nothing else.
        tree.add_over(&graph, &counted.weak, |block| {
            let word = memory.pair(heap.start(block as usize)).map(|[strong, _]| strong);
            word == Some([0; WORD])
        });
        let is_apart = |block: u32| tree.has(block) || moved.has(block as usize);
        let sources = rings::sources(&graph, is_apart, &no_ring);
        let foreign = foreign(&mut memory, &blocks, &heap, &roots, &sources).map_err(too_slow)?;
        let sources: Vec<(Source, bool)> = sources
            .into_iter()
            .map(|source| {
                // The counts of a ring say that all who hold it are known.
                let is_counted = source.is_ring && has_counted(&source, &counted, &heap);
                let points = source.blocks.iter().any(|block| foreign.has(*block as usize));
                (source, points && !is_counted)
            })
            .collect();
        let (mut forest, forest_seeds) =
            forest(&graph, sources.iter().map(|(source, _)| source), &narrow);
        forest.grow_on(&graph, &counted.weak);
        // By these something is reached after all.
        for (block, place, edge) in graph.each() {
            let by = |tree: &Tree| tree.parent(edge.target) == Parent::Block(block);
            if others.has(place) && (by(&tree) || by(&forest)) {
                others.remove(place);
            }
        }
        let not_holding = counted.weak.or(&others);
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
        })
    }
}

impl Seen {
    /// What tells a block from others in a later look.
    pub(crate) fn identity(&self, block: u32) -> (u64, u32) {
        (self.heap.granule(block), self.heap.site(block))
    }

    /// The blocks that nothing holds, in order.
    pub(crate) fn unheld(&self) -> Vec<(u64, u32)> {
        let blocks = 0..number(self.heap.len());
        blocks.filter(|block| !self.tree.has(*block)).map(|block| self.identity(block)).collect()
    }
}

/// The words of every block that point into one, and the blocks that are no longer what they were.
fn edges(
    memory: &mut Memory,
    mappings: &[Mapping],
    heap: &Heap,
    in_use: &mut InUse,
) -> Result<(Graph, Bits), OutOfTime> {
    let mut graph = Graph::with_capacity(heap.len());
    let mut moved = Bits::none_of(heap.len());
    let mut block = 0;
    for mapping in mappings {
        memory.each(&mapping.range, |start, words| {
            let end = start + words.len() * WORD;
            while block < heap.len() {
                let (from, to) = (heap.start(block), heap.end(block));
                if to > start {
                    if from >= end {
                        break;
                    }
                    let header = from.checked_sub(start + 2 * WORD).map(|offset| offset / WORD);
                    if let Some(at) = header {
                        let found = allocator::read_header(from as u64, words[at], words[at + 1]);
                        let same = found.is_some_and(|found| found.size == (to - from) as u64);
                        if !same {
                            moved.add(block);
                        }
                    }
                    if !moved.has(block) {
                        let first = (from.max(start) - start) / WORD;
                        let last = (to.min(end) - start) / WORD;
                        let at = (from.max(start) - from) / WORD;
                        let of_block = &words[first..last];
                        for (number, word) in of_block.iter().enumerate() {
                            let address = usize::from_ne_bytes(*word);
                            if let Some(target) = heap.find(address) {
                                let interior = address != heap.start(target as usize);
                                graph.push(Edge::new(target, at + number, interior));
                                if !interior {
                                    in_use.see(target, heap.size(target), of_block, number);
                                }
                            }
                        }
                    }
                    if to > end {
                        break;
                    }
                }
                graph.end_block();
                block += 1;
            }
        })?;
    }
    // What went away with its mapping has no edges.
    while graph.len() < heap.len() {
        moved.add(graph.len());
        graph.end_block();
    }
    Ok((graph, moved))
}

/// The blocks of `sources` that a word points to which is neither in a block nor in a root: in
/// memory that others allocate.
fn foreign(
    memory: &mut Memory,
    mappings: &[Mapping],
    heap: &Heap,
    roots: &Roots,
    sources: &[Source],
) -> Result<Bits, OutOfTime> {
    let mut wanted = Bits::none_of(heap.len());
    for block in sources.iter().flat_map(|source| &source.blocks) {
        wanted.add(*block as usize);
    }
    let mut found = Bits::none_of(heap.len());
    if sources.is_empty() {
        return Ok(found);
    }
    let is_root = |address| {
        let areas = roots.areas.iter().map(|area| &area.range);
        areas.chain(&heap.arenas).any(|range| range.contains(&address))
    };
    for mapping in mappings {
        let mut next = mapping.range.start;
        memory.each(&mapping.range, |start, words| {
            let end = start + words.len() * WORD;
            let mut at = next.max(start);
            while at + WORD <= end {
                let word = (at - start) / WORD;
                // The meter's own blocks are passed over as well; they are in no list.
                if at.is_multiple_of(2 * WORD) && at + 2 * WORD <= end {
                    let block = at + 2 * WORD;
                    let header = allocator::read_header(block as u64, words[word], words[word + 1]);
                    let header =
                        header.filter(|found| heap::is_plausible(*found, block, mapping.range.end));
                    if let Some(header) = header {
                        let length = usize::try_from(header.size).unwrap_or(0);
                        at = (block + length).next_multiple_of(2 * WORD);
                        continue;
                    }
                }
                let address = usize::from_ne_bytes(words[word]);
                if let Some(target) = heap.find(address)
                    && wanted.has(target as usize)
                    && !free_lists::is_chunk(address, &heap.range(target))
                    && !is_root(at)
                {
                    found.add(target as usize);
                }
                at += WORD;
            }
            next = at;
        })?;
    }
    Ok(found)
}

fn has_counted(source: &Source, counted: &Counted, heap: &Heap) -> bool {
    source.blocks.iter().any(|block| counted.is_counted(heap.site(*block)))
}

/// What the sources hold, each with the number of its source as root.
fn forest<'a>(
    graph: &Graph,
    sources: impl Iterator<Item = &'a Source>,
    left_out: &Bits,
) -> (Tree, Vec<Seed>) {
    let mut forest = Tree::new(graph.len());
    let seeds: Vec<Seed> = sources
        .enumerate()
        .flat_map(|(at, source)| {
            source.blocks.iter().map(move |block| Seed { target: *block, root: number(at) })
        })
        .collect();
    forest.grow(graph, seeds.iter().copied().enumerate(), left_out);
    (forest, seeds)
}
