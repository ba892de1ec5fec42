//! Finds stale pointers in the unused slots of ring buffers, hash tables and vectors, to blocks that have other
//! owners by now.
//!
//! A queue that removes an element leaves its pointer in the slot. The memory of that element is reused, often
//! by the very next allocation, so the old slot points to a block that belongs to another container. The words
//! beside the container's own pointer show which slots are in use: the length, the first element and the
//! length, or the table's control bytes.
//!
//! The control bytes of a table are unmistakable, and so are the first element and the length of a block that
//! is a ring buffer according to its call stack. Next to pointers to other blocks, any small numbers may occur.
//! So a description must fit: nearly all blocks to which only this container points must be in slots that are
//! in use. Even then a pointer is dropped only if something else also points to its target.

use std::collections::HashMap;
use std::ops::Range;

use super::description::Description;
use super::graph::{Bits, Edge, Graph, NONE};
use super::heap::Heap;
use super::roots::Roots;
use super::stale_pointers::Slots;
use super::system::{Memory, WORD};

/// A container with fewer possibly stale pointers than this is not examined.
const FEWEST: u32 = 4;
/// A description fits if at most one in this many of a container's own blocks contradicts it,
const FITS: usize = 16;
/// and at least this many confirm it.
const LEAST_OWN: usize = 4;
/// Several passes are made, since dropping the pointers of one container can clarify the contents of another.
const PASSES: usize = 4;

/// Removes the stale pointers from `graph`.
pub(crate) fn drop_stale_pointers(
    mut graph: Graph,
    heap: &Heap,
    roots: &Roots,
    memory: &Memory,
    mut slots: impl FnMut(u32) -> Slots,
) -> Graph {
    for _ in 0..PASSES {
        let several = with_several_owners(&graph, roots);
        let containers = containers(&graph, &several, &mut slots);
        if containers.is_empty() {
            break;
        }
        let described = describe(&graph, heap, roots, memory, containers);
        let mut dropped = Bits::none_of(graph.edge_count());
        let mut any = false;
        for (block, descriptions) in described {
            for place in stale(&graph, block, slots(block), &descriptions, &several) {
                any |= dropped.add(place);
            }
        }
        if !any {
            break;
        }
        graph = graph.without(&dropped);
    }
    graph
}

/// The blocks to which several other blocks point, or one other block and a root.
fn with_several_owners(graph: &Graph, roots: &Roots) -> Bits {
    const ROOT: u32 = NONE - 1;
    let mut first = vec![NONE; graph.len()];
    let mut several = Bits::none_of(graph.len());
    let edges = graph.each().map(|(block, _, edge)| (block, edge.target));
    let seeds = roots.seeds.iter().map(|seed| (ROOT, seed.target));
    for (owner, target) in edges.chain(seeds).filter(|(owner, target)| owner != target) {
        let first = &mut first[target as usize];
        if *first == NONE {
            *first = owner;
        } else if *first != owner {
            several.add(target as usize);
        }
    }
    several
}

/// The blocks with many possibly stale pointers.
fn containers(
    graph: &Graph,
    several: &Bits,
    slots: &mut impl FnMut(u32) -> Slots,
) -> HashMap<u32, Vec<Description>> {
    let blocks = 0..u32::try_from(graph.len()).unwrap_or(NONE);
    let is_one = |block: &u32| {
        let targets = graph.edges_of(*block).map(|place| graph.edge(place).target);
        let (all, shared) = targets.filter(|target| target != block).fold((0, 0), |sum, target| {
            (sum.0 + 1, sum.1 + u32::from(several.has(target as usize)))
        });
        all >= FEWEST
            && match slots(*block) {
                Slots::None => false,
                Slots::Ring | Slots::Table => true,
                Slots::Unknown => shared >= FEWEST,
            }
    };
    blocks.filter(is_one).map(|block| (block, Vec::new())).collect()
}

/// Collects the descriptions of each container from the words around the pointers to it.
fn describe(
    graph: &Graph,
    heap: &Heap,
    roots: &Roots,
    memory: &Memory,
    mut containers: HashMap<u32, Vec<Description>>,
) -> HashMap<u32, Vec<Description>> {
    let at = |block: u32, edge: Edge| heap.start(block as usize) + edge.word() as usize * WORD;
    let edges = graph.each().map(|(block, _, edge)| (at(block, edge), edge.target));
    let seeds = roots.places.iter().zip(&roots.seeds).map(|(place, seed)| (*place, seed.target));
    for (place, target) in edges.chain(seeds) {
        if let Some(known) = containers.get_mut(&target) {
            for description in described_at(place, target, heap, memory) {
                if !known.contains(&description) {
                    known.push(description);
                }
            }
        }
    }
    containers
}

/// The descriptions of `target` that the words around `place`, which points to it, may contain.
fn described_at(place: usize, target: u32, heap: &Heap, memory: &Memory) -> Vec<Description> {
    let words = |address: usize| {
        let pair = memory.pair(address);
        pair.map_or([u64::MAX; 2], |pair| pair.map(u64::from_ne_bytes))
    };
    let ([room, pointer], [first, second]) = (words(place - WORD), words(place + WORD));
    let (start, size) = (heap.start(target as usize), heap.size(target));
    let Some(offset) = pointer.checked_sub(start as u64).filter(|offset| *offset < size) else {
        return Vec::new();
    };
    if offset == 0 {
        let vector = Description::vector(size, room, first);
        return vector.into_iter().chain(Description::ring(size, room, first, second)).collect();
    }
    let [third, _] = words(place + 3 * WORD);
    let read = |range: Range<u64>| {
        let mut bytes = Vec::new();
        for at in range.clone().step_by(2 * WORD) {
            let pair = memory.pair(start + usize::try_from(at).ok()?)?;
            bytes.extend(pair.as_flattened());
        }
        bytes.truncate(usize::try_from(range.end - range.start).ok()?);
        Some(bytes)
    };
    Description::table(size, offset, [first, second, third], read).into_iter().collect()
}

/// The pointers of a container that are stale according to all fitting descriptions.
///
/// If a ring or a table was moved, its outdated description may still be on the stack. Of several fitting
/// descriptions, the one with the fewest pointers in use counts as the current one: a pointer outside it is
/// also stale if something else points to its target.
fn stale<'a>(
    graph: &'a Graph,
    block: u32,
    slots: Slots,
    descriptions: &'a [Description],
    several: &'a Bits,
) -> impl Iterator<Item = usize> + 'a {
    let is_certain = move |description: &&Description| match description {
        Description::Vector { .. } => false,
        Description::Ring { .. } => slots == Slots::Ring,
        Description::Table { .. } => true,
    };
    let is_own = move |place: usize| !several.has(graph.edge(place).target as usize);
    let fits = move |description: &&Description| {
        // An element that was moved to another slot has left its pointer in the old one.
        let mut own: HashMap<u32, bool> = HashMap::new();
        for edge in graph.edges_of(block).filter(|place| is_own(*place)).map(|at| graph.edge(at)) {
            *own.entry(edge.target).or_default() |= description.uses(edge.word());
        }
        let used = own.values().filter(|is_used| **is_used).count();
        used >= LEAST_OWN && (own.len() - used) * FITS <= used
    };
    let pointers_in_use = move |description: &&Description| {
        graph.edges_of(block).filter(|place| description.uses(graph.edge(*place).word())).count()
    };
    let certain: Vec<&Description> = descriptions.iter().filter(is_certain).collect();
    let is_any_certain = !certain.is_empty();
    let is_open = !is_any_certain && slots == Slots::Unknown;
    let candidates: Vec<&Description> = if is_open {
        // Three words describe a ring, so a fitting description is no coincidence. If the ring was made from a
        // vector, the vector's own description may remain, in which every slot is in use.
        let is_ring = |description: &&Description| matches!(description, Description::Ring { .. });
        descriptions.iter().filter(is_ring).collect()
    } else if certain.len() > 1 {
        certain.clone()
    } else {
        Vec::new()
    };
    let tightest = candidates.into_iter().filter(fits).min_by_key(pointers_in_use);
    let believed = if is_open { descriptions.iter().filter(fits).collect() } else { certain };
    graph.edges_of(block).filter(move |place| {
        let word = graph.edge(*place).word();
        let is_unused = believed.iter().all(|description| !description.uses(word));
        let is_stale_by_all = is_unused && !believed.is_empty();
        let is_stale_by_tightest = tightest.is_some_and(|description| !description.uses(word));
        is_stale_by_all && is_any_certain
            || (is_stale_by_all || is_stale_by_tightest) && !is_own(*place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_that_contradicts_the_contents_is_ignored() {
        use super::super::graph::tests::graph;
        // Only block 0 owns blocks 1 to 5; block 8 also owns blocks 6 and 7.
        let own = (1..=5).map(|target| (0, target));
        let shared = [(0, 6), (0, 7), (8, 6), (8, 7)];
        let graph = graph(9, &own.chain(shared).collect::<Vec<_>>());
        let mut several = Bits::none_of(9);
        several.add(6);
        several.add(7);
        let vector = |length| Description::vector(56, 7, length).unwrap();
        let left_by = |slots, descriptions: &[Description]| {
            stale(&graph, 0, slots, descriptions, &several).collect::<Vec<_>>()
        };
        let left = |descriptions: &[Description]| left_by(Slots::Unknown, descriptions);
        assert_eq!(left(&[vector(5)]), [5, 6]);
        assert!(left(&[vector(4)]).is_empty(), "it would leave block 5 without an owner");
        assert!(left(&[vector(0)]).is_empty());
        assert_eq!(left(&[vector(4), vector(6)]), [6]);
        assert_eq!(left(&[vector(5), vector(6)]), [6], "what one of two says is in use may be");
        assert!(left(&[]).is_empty());
        let ring = Description::ring(56, 7, 0, 3).unwrap();
        assert!(left(std::slice::from_ref(&ring)).is_empty());
        assert_eq!(left_by(Slots::Ring, &[ring, vector(7)]), [3, 4, 5, 6], "it is a ring for sure");
        let ring = |first, length| Description::ring(56, 7, first, length).unwrap();
        assert_eq!(left(&[vector(7), ring(0, 5)]), [5, 6], "a ring that was made of a vector");
        assert!(left(&[vector(7), ring(2, 5)]).is_empty(), "two own blocks contradict the ring");
        // Its descriptions before and after it was moved.
        assert_eq!(left_by(Slots::Ring, &[ring(0, 7), ring(0, 5)]), [5, 6]);
        assert_eq!(
            left_by(Slots::Ring, &[ring(0, 4), ring(0, 7)]),
            [0_usize; 0],
            "block 5 is in use"
        );
        assert_eq!(left_by(Slots::Ring, &[ring(0, 3), ring(0, 6)]), [6]);
    }

    #[test]
    fn a_container_without_blocks_of_its_own_is_left_alone() {
        use super::super::graph::tests::graph;
        let graph = graph(3, &[(0, 1), (2, 1)]);
        let mut several = Bits::none_of(3);
        several.add(1);
        let vector = [Description::vector(32, 4, 0).unwrap()];
        assert_eq!(stale(&graph, 0, Slots::Unknown, &vector, &several).count(), 0);
    }
}
