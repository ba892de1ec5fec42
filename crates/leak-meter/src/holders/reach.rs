//! The blocks that the roots reach, each by a shortest path, and the blocks that they would no longer reach if
//! something were dropped.

use super::graph::{Bits, Graph, NONE};

/// A word outside the blocks that points to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed {
    pub(crate) target: u32,
    /// The number of the root that contains the word.
    pub(crate) root: u32,
}

/// The blocks that were reached.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The block from which each block was first reached; for a root, [`SEED`] plus the seed's index; [`NONE`]
    /// if the block was not reached.
    parents: Vec<u32>,
    /// The blocks in the order in which they were reached, so that each follows its parent.
    pub(crate) order: Vec<u32>,
}

/// Numbers from here on are seeds.
const SEED: u32 = 1 << 31;

/// What a block was reached from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parent {
    /// It was not reached.
    None,
    /// The seed with this number.
    Seed(usize),
    /// This block.
    Block(u32),
}

impl Tree {
    /// A tree for `blocks` blocks, none of which has been reached yet.
    pub(crate) fn new(blocks: usize) -> Self {
        Self { parents: vec![NONE; blocks], order: Vec::with_capacity(blocks) }
    }

    pub(crate) fn parent(&self, block: u32) -> Parent {
        match self.parents[block as usize] {
            NONE => Parent::None,
            seed if seed >= SEED => Parent::Seed((seed - SEED) as usize),
            block => Parent::Block(block),
        }
    }

    pub(crate) fn has(&self, block: u32) -> bool {
        self.parents[block as usize] != NONE
    }

    /// Continues from `seeds`, each with its index, over every edge outside `left_out`. Blocks that were
    /// reached before keep their path, so better seeds must come first.
    pub(crate) fn grow(
        &mut self,
        graph: &Graph,
        seeds: impl IntoIterator<Item = (usize, Seed)>,
        left_out: &Bits,
    ) {
        let begin = self.order.len();
        for (number, seed) in seeds {
            self.reach(seed.target, SEED + u32::try_from(number).unwrap_or(0));
        }
        self.follow(graph, begin, left_out);
    }

    /// Continues from all reached blocks, over every edge outside `left_out`.
    pub(crate) fn grow_on(&mut self, graph: &Graph, left_out: &Bits) {
        self.follow(graph, 0, left_out);
    }

    /// Adds the blocks to which the `edges` of reached blocks lead, if `may` allows them. Their own edges are
    /// not followed.
    pub(crate) fn add_over(&mut self, graph: &Graph, edges: &Bits, may: impl Fn(u32) -> bool) {
        for at in 0..self.order.len() {
            let block = self.order[at];
            for place in graph.edges_of(block).filter(|place| edges.has(*place)) {
                let target = graph.edge(place).target;
                if !self.has(target) && may(target) {
                    self.reach(target, block);
                }
            }
        }
    }

    fn reach(&mut self, block: u32, parent: u32) {
        let place = &mut self.parents[block as usize];
        if *place == NONE {
            *place = parent;
            self.order.push(block);
        }
    }

    fn follow(&mut self, graph: &Graph, begin: usize, left_out: &Bits) {
        let mut at = begin;
        while let Some(block) = self.order.get(at).copied() {
            if graph.deadline().is_over() {
                return;
            }
            for target in graph.targets(block, left_out) {
                self.reach(target, block);
            }
            at += 1;
        }
    }
}

/// The blocks of `among` that `seeds` do not reach without the blocks in `gone`, including those in `gone`.
///
/// A set of blocks dominates these: every path from a root to them leads through a block of `gone`. `None` if
/// the time ran out.
pub(crate) fn retained(
    graph: &Graph,
    seeds: &[Seed],
    gone: &Bits,
    among: &[u32],
    left_out: &Bits,
) -> Option<Vec<u32>> {
    let mut reached = Bits::none_of(graph.len());
    let mut open = Vec::new();
    let mut reach = |block: u32, open: &mut Vec<u32>| {
        if !gone.has(block as usize) && reached.add(block as usize) {
            open.push(block);
        }
    };
    for seed in seeds {
        reach(seed.target, &mut open);
    }
    while let Some(block) = open.pop() {
        if graph.deadline().is_over() {
            return None;
        }
        for target in graph.targets(block, left_out) {
            reach(target, &mut open);
        }
    }
    Some(among.iter().copied().filter(|block| !reached.has(*block as usize)).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::graph::tests::graph;
    use super::*;

    /// The blocks that can be reached without going through `gone`, by definition.
    fn model(edges: &[(u32, u32)], roots: &[u32], gone: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut reached: BTreeSet<u32> =
            roots.iter().copied().filter(|block| !gone.contains(block)).collect();
        loop {
            let more: Vec<u32> = edges
                .iter()
                .filter(|(from, to)| reached.contains(from) && !gone.contains(to))
                .map(|(_, to)| *to)
                .collect();
            let before = reached.len();
            reached.extend(more);
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn seeds(roots: &[u32]) -> Vec<Seed> {
        roots.iter().map(|target| Seed { target: *target, root: 0 }).collect()
    }

    fn numbered(seeds: &[Seed]) -> impl Iterator<Item = (usize, Seed)> + '_ {
        seeds.iter().copied().enumerate()
    }

    proptest! {
        #[test]
        fn reached_and_retained_blocks_match_a_simple_model(
            edges in prop::collection::vec((0_u32..30, 0_u32..30), 0..90),
            roots in prop::collection::vec(0_u32..30, 0..4),
            gone in prop::collection::btree_set(0_u32..30, 0..3),
        ) {
            let (graph, seeds) = (graph(30, &edges), seeds(&roots));
            let mut tree = Tree::new(30);
            tree.grow(&graph, numbered(&seeds), &Bits::default());
            let expected = model(&edges, &roots, &BTreeSet::new());
            prop_assert_eq!(tree.order.iter().copied().collect::<BTreeSet<_>>(), expected.clone());
            for (at, block) in tree.order.iter().enumerate() {
                match tree.parent(*block) {
                    Parent::None => prop_assert!(false, "{} was reached by nothing", block),
                    Parent::Seed(seed) => prop_assert_eq!(seeds[seed].target, *block),
                    Parent::Block(parent) => {
                        prop_assert!(edges.contains(&(parent, *block)));
                        prop_assert!(tree.order[..at].contains(&parent));
                    }
                }
            }
            let mut bits = Bits::none_of(30);
            for block in &gone {
                bits.add(*block as usize);
            }
            let left_out = Bits::default();
            let retained = retained(&graph, &seeds, &bits, &tree.order, &left_out).unwrap();
            let without = model(&edges, &roots, &gone);
            prop_assert_eq!(
                retained.into_iter().collect::<BTreeSet<_>>(),
                expected.difference(&without).copied().collect::<BTreeSet<_>>()
            );
        }
    }

    #[test]
    fn a_list_of_a_hundred_thousand_blocks_is_followed_to_its_end() {
        let mut list = Graph::with_capacity(100_000);
        for block in 1..100_000 {
            list.push(super::super::graph::Edge::new(block, 0, false));
            list.end_block();
        }
        list.end_block();
        let mut tree = Tree::new(list.len());
        tree.grow(&list, numbered(&seeds(&[0])), &Bits::default());
        assert_eq!(tree.order.len(), 100_000);
        assert_eq!(tree.parent(99_999), Parent::Block(99_998));
    }

    #[test]
    fn a_better_seed_comes_first_and_weak_edges_last() {
        let graph = graph(3, &[(0, 1), (1, 2)]);
        let seeds = seeds(&[1, 0]);
        let mut weak = Bits::none_of(2);
        weak.add(1);
        let mut tree = Tree::new(3);
        tree.grow(&graph, [(0, seeds[0])], &weak);
        tree.grow(&graph, [(1, seeds[1])], &weak);
        assert_eq!(tree.parent(1), Parent::Seed(0));
        assert_eq!(tree.parent(0), Parent::Seed(1));
        assert!(!tree.has(2));
        tree.add_over(&graph, &weak, |_| true);
        assert_eq!(tree.parent(2), Parent::Block(1));
    }
}
