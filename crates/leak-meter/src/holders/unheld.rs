//! Handles blocks that no root reaches: rings, forgotten blocks, and forgotten reference counts.

use super::contents::Contents;
use super::finding::Hold;
use super::graph::{Bits, Graph};
use super::reach::{Seed, Tree};
use super::rings::{self, Source};
use super::weak::{Blocks, Counted};

/// The edges that seem to be borrows and so cannot form a ring: a block's pointers to itself, unless it
/// counts its owners, and pointers past the start of a block whose owners point to its start. A future that
/// keeps a reference across an await has such pointers.
pub(super) fn borrowing(graph: &Graph, counted: &Counted, contents: &mut Contents) -> Bits {
    let mut borrowing = Bits::none_of(graph.edge_count());
    for (block, place, edge) in graph.each() {
        let is_own = edge.target == block && !counted.is_counted(contents.heap.site(block));
        if is_own || (!edge.is_exact() && !contents.is_owned_within(edge.target)) {
            borrowing.add(place);
        }
    }
    borrowing
}

/// The sources of the blocks that were not `reached`: first, the rings over edges outside `no_ring`; second,
/// of the blocks that these rings do not hold, those to which no edge outside `narrow` leads. If such edges
/// form a loop, the blocks to which no edge of a ring leads.
pub(super) fn sources(
    graph: &Graph,
    reached: impl Fn(u32) -> bool,
    no_ring: &Bits,
    narrow: &Bits,
) -> Vec<Source> {
    let strict = rings::sources(graph, &reached, no_ring);
    let (mut found, singles): (Vec<Source>, Vec<Source>) =
        strict.into_iter().partition(|source| source.is_ring);
    let by_rings = forest(graph, found.iter(), narrow).0;
    let is_held = |block: u32| reached(block) || by_rings.has(block);
    let mut is_single = Bits::none_of(graph.len());
    for block in singles.iter().flat_map(|source| &source.blocks) {
        is_single.add(*block as usize);
    }
    for wide in rings::sources(graph, is_held, narrow) {
        let single = |block: &u32| wide.blocks.len() == 1 || is_single.has(*block as usize);
        let blocks = wide.blocks.iter().copied().filter(single);
        found.extend(blocks.map(|block| Source { blocks: vec![block], is_ring: false }));
    }
    found
}

/// Determines how each source is held. Memory outside the meter points to the blocks in `foreign`.
pub(super) fn kinds(
    sources: Vec<Source>,
    graph: &Graph,
    counted: &Counted,
    foreign: &Bits,
    contents: &mut Contents,
) -> Vec<(Source, Hold)> {
    let mut pointers = std::collections::HashMap::new();
    for source in sources.iter().filter(|source| !source.is_ring) {
        pointers.insert(source.blocks[0], 0_u64);
    }
    for (block, _, edge) in graph.each() {
        if let Some(pointers) = pointers.get_mut(&edge.target)
            && (edge.is_exact() || edge.target != block)
        {
            *pointers += 1;
        }
    }
    let mut kind = |source: &Source| {
        // If a ring is counted, all its owners are known.
        let is_counted =
            source.blocks.iter().any(|block| counted.is_counted(contents.heap.site(*block)));
        let points = source.blocks.iter().any(|block| foreign.has(*block as usize));
        if source.is_ring {
            return if points && !is_counted { Hold::Foreign } else { Hold::Ring };
        }
        if points {
            return Hold::Foreign;
        }
        let block = source.blocks[0];
        let place = contents.place_of(block);
        let may_count = is_counted || contents.is_counted(place);
        match contents.counts(block).filter(|_| may_count) {
            // All strong pointers together have one weak count.
            Some((strong, weak)) if strong > 0 && strong + weak > pointers[&block] + 1 => {
                Hold::LeakedCount
            }
            _ => Hold::Nothing,
        }
    };
    sources
        .into_iter()
        .map(|source| {
            let kind = kind(&source);
            (source, kind)
        })
        .collect()
}

/// The blocks that the sources hold; the root of each is the number of its source.
pub(super) fn forest<'a>(
    graph: &Graph,
    sources: impl Iterator<Item = &'a Source>,
    left_out: &Bits,
) -> (Tree, Vec<Seed>) {
    let mut forest = Tree::new(graph.len());
    let seeds: Vec<Seed> = (0..)
        .zip(sources)
        .flat_map(|(root, source)| {
            source.blocks.iter().map(move |target| Seed { target: *target, root })
        })
        .collect();
    forest.grow(graph, seeds.iter().copied().enumerate(), left_out);
    (forest, seeds)
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    fn bits(graph: &Graph, edges: &[(u32, u32)]) -> Bits {
        let mut bits = Bits::none_of(graph.edge_count());
        for (block, place, edge) in graph.each() {
            if edges.contains(&(block, edge.target)) {
                bits.add(place);
            }
        }
        bits
    }

    #[test]
    fn borrows_form_no_ring_but_hold_blocks_without_another_holder() {
        // Block 0 owns 1, which borrows from it; 2 borrows 3; 4 and 5 are a ring, and 5 borrows 6.
        let graph = graph(7, &[(0, 1), (1, 0), (2, 3), (4, 5), (5, 4), (5, 6)]);
        let borrowing = bits(&graph, &[(1, 0), (2, 3), (5, 6)]);
        let none = Bits::none_of(graph.edge_count());
        let found = sources(&graph, |_| false, &borrowing, &none);
        let mut found: Vec<(Vec<u32>, bool)> = found
            .into_iter()
            .map(|source| {
                let mut blocks = source.blocks;
                blocks.sort_unstable();
                (blocks, source.is_ring)
            })
            .collect();
        found.sort();
        assert_eq!(found, [(vec![0], false), (vec![2], false), (vec![4, 5], true)]);
    }
}
