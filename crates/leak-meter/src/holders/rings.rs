//! Finds the blocks that no root reaches: rings of blocks that hold each other, and blocks that nothing holds.
//!
//! Nothing here is recursive, because a chain of blocks may be a hundred thousand long.

use std::collections::VecDeque;

use super::graph::{Bits, Graph, NONE};

/// Blocks that no other unreached block holds: a ring (all of its blocks hold each other) or a single block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) blocks: Vec<u32>,
    /// Whether the blocks hold each other; otherwise there is a single block.
    pub(crate) is_ring: bool,
}

/// The sources of the blocks that are not `reached`, over edges outside `left_out`. Empty if the time ran out.
pub(crate) fn sources(
    graph: &Graph,
    reached: impl Fn(u32) -> bool,
    left_out: &Bits,
) -> Vec<Source> {
    let components = components(graph, &reached, left_out);
    if graph.deadline().was_reached() {
        return Vec::new();
    }
    let mut component_of = vec![NONE; graph.len()];
    for (number, blocks) in (0..).zip(&components) {
        for block in blocks {
            component_of[*block as usize] = number;
        }
    }
    let mut held = vec![false; components.len()];
    let mut is_ring = vec![false; components.len()];
    for (number, blocks) in (0_u32..).zip(&components) {
        for block in blocks {
            for target in graph.targets(*block, left_out).filter(|target| !reached(*target)) {
                let other = component_of[target as usize];
                if other == number {
                    is_ring[number as usize] = true;
                } else {
                    held[other as usize] = true;
                }
            }
        }
    }
    let found = components.into_iter().zip(is_ring).zip(held);
    found
        .filter(|(_, held)| !held)
        .map(|((blocks, is_ring), _)| Source { blocks, is_ring })
        .collect()
}

/// The strongly connected components of the blocks that are not `reached` (Tarjan's algorithm with an explicit
/// stack).
fn components(graph: &Graph, reached: &impl Fn(u32) -> bool, left_out: &Bits) -> Vec<Vec<u32>> {
    let mut search = Search {
        numbers: vec![NONE; graph.len()],
        lowest: vec![NONE; graph.len()],
        on_stack: Bits::none_of(graph.len()),
        ..Search::default()
    };
    let blocks = 0..u32::try_from(graph.len()).unwrap_or(NONE);
    for block in blocks.filter(|block| !reached(*block)) {
        if search.numbers[block as usize] == NONE {
            search.from(graph, block, reached, left_out);
        }
    }
    search.found
}

#[derive(Debug, Default)]
struct Search {
    /// The order in which the blocks were found.
    numbers: Vec<u32>,
    /// The lowest number that each block reaches.
    lowest: Vec<u32>,
    stack: Vec<u32>,
    on_stack: Bits,
    next: u32,
    found: Vec<Vec<u32>>,
}

impl Search {
    fn from(&mut self, graph: &Graph, start: u32, reached: &impl Fn(u32) -> bool, left_out: &Bits) {
        // The current path: each block with the index of its next edge.
        let mut way = vec![(start, graph.edges_of(start).start)];
        self.enter(start);
        while let Some((block, place)) = way.last_mut() {
            if graph.deadline().is_over() {
                return;
            }
            let block = *block;
            if *place < graph.edges_of(block).end {
                let edge = *place;
                *place += 1;
                let target = graph.edge(edge).target;
                if left_out.has(edge) || reached(target) {
                    continue;
                }
                if self.numbers[target as usize] == NONE {
                    way.push((target, graph.edges_of(target).start));
                    self.enter(target);
                } else if self.on_stack.has(target as usize) {
                    self.lower(block, self.numbers[target as usize]);
                }
                continue;
            }
            way.pop();
            let lowest = self.lowest[block as usize];
            if let Some((before, _)) = way.last() {
                self.lower(*before, lowest);
            }
            if lowest == self.numbers[block as usize] {
                self.leave(block);
            }
        }
    }

    fn enter(&mut self, block: u32) {
        self.numbers[block as usize] = self.next;
        self.lowest[block as usize] = self.next;
        self.next += 1;
        self.stack.push(block);
        self.on_stack.add(block as usize);
    }

    fn lower(&mut self, block: u32, to: u32) {
        let lowest = &mut self.lowest[block as usize];
        *lowest = to.min(*lowest);
    }

    /// The component of `block` consists of everything from it to the top of the stack.
    fn leave(&mut self, block: u32) {
        let at = self.stack.iter().rposition(|other| *other == block).unwrap_or(0);
        let component = self.stack.split_off(at);
        for block in &component {
            self.on_stack.remove(*block as usize);
        }
        self.found.push(component);
    }
}

/// The shortest ring through `first` within `source`: its blocks in order, where each points to the next and
/// the last points to `first`. Empty if there is no such ring.
pub(crate) fn ring(graph: &Graph, source: &Source, first: u32, left_out: &Bits) -> Vec<u32> {
    let mut blocks = source.blocks.clone();
    blocks.sort_unstable();
    let place = |block: u32| blocks.binary_search(&block).ok();
    let mut before = vec![NONE; blocks.len()];
    let mut open = VecDeque::from([first]);
    while let Some(block) = open.pop_front() {
        for target in graph.targets(block, left_out) {
            if target == first {
                let mut ring = vec![block];
                while let Some(last) = ring.last().filter(|last| **last != first) {
                    let Some(at) = place(*last) else { break };
                    ring.push(before[at]);
                }
                ring.reverse();
                return ring;
            }
            if let Some(at) = place(target)
                && before[at] == NONE
            {
                before[at] = block;
                open.push_back(target);
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::graph::tests::graph;
    use super::*;

    fn none() -> Bits {
        Bits::default()
    }

    /// Whether each block leads to each other block, by definition.
    fn leads(blocks: usize, edges: &[(u32, u32)]) -> Vec<Vec<bool>> {
        let mut leads = vec![vec![false; blocks]; blocks];
        for (from, to) in edges {
            leads[*from as usize][*to as usize] = true;
        }
        for middle in 0..blocks {
            for from in 0..blocks {
                for to in 0..blocks {
                    leads[from][to] |= leads[from][middle] && leads[middle][to];
                }
            }
        }
        leads
    }

    proptest! {
        #[test]
        fn sources_match_a_simple_model(
            edges in prop::collection::vec((0_u32..14, 0_u32..14), 0..30),
            reached in prop::collection::btree_set(0_u32..14, 0..4),
        ) {
            let found = sources(&graph(14, &edges), |block| reached.contains(&block), &none());
            let inner: Vec<(u32, u32)> = edges
                .iter()
                .copied()
                .filter(|(from, to)| !reached.contains(from) && !reached.contains(to))
                .collect();
            let leads = leads(14, &inner);
            for block in (0..14).filter(|block| !reached.contains(block)) {
                // In a source, every block that leads to it is also reached from it.
                let at = block as usize;
                let is_source = (0..14).all(|other| !leads[other][at] || leads[at][other]);
                let of: Vec<&Source> =
                    found.iter().filter(|source| source.blocks.contains(&block)).collect();
                prop_assert_eq!(of.len(), usize::from(is_source), "block {}", block);
                for source in of {
                    prop_assert_eq!(source.is_ring, leads[at][at]);
                    let members = (0..14_u32).filter(|other| {
                        *other == block
                            || (leads[at][*other as usize] && leads[*other as usize][at])
                    });
                    let mut blocks = source.blocks.clone();
                    blocks.sort_unstable();
                    prop_assert_eq!(blocks, members.collect::<Vec<_>>());
                }
            }
        }

        #[test]
        fn a_ring_leads_back_to_its_first_block(
            edges in prop::collection::vec((0_u32..10, 0_u32..10), 1..30),
        ) {
            let graph = graph(10, &edges);
            for source in sources(&graph, |_| false, &none()).iter().filter(|source| source.is_ring) {
                for first in &source.blocks {
                    let ring = ring(&graph, source, *first, &none());
                    prop_assert_eq!(ring.first(), Some(first));
                    let next = ring.iter().skip(1).chain([first]);
                    for pair in ring.iter().zip(next) {
                        prop_assert!(edges.contains(&(*pair.0, *pair.1)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_that_nothing_holds_has_one_source() {
        let mut list = Graph::with_capacity(100_000);
        for block in 1..100_000 {
            list.push(super::super::graph::Edge::new(block, 0, false));
            list.end_block();
        }
        list.end_block();
        let found = sources(&list, |_| false, &none());
        assert_eq!(found, [Source { blocks: vec![0], is_ring: false }]);
    }

    #[test]
    fn a_weak_edge_forms_no_ring() {
        let graph = graph(2, &[(0, 1), (1, 0)]);
        let mut weak = Bits::none_of(2);
        weak.add(1);
        let found = sources(&graph, |_| false, &weak);
        assert_eq!(found, [Source { blocks: vec![0], is_ring: false }]);
        assert_eq!(sources(&graph, |_| false, &none()).len(), 1);
        assert!(sources(&graph, |_| false, &none())[0].is_ring);
    }
}
