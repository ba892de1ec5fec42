//! The graph of blocks: every word of a block that is an address within a live block is an edge.

use std::collections::HashMap;

use super::deadline::Deadline;

/// No block, or no path.
pub(crate) const NONE: u32 = u32::MAX;

/// A word of a block that points to another block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) target: u32,
    /// The index of the word in the pointing block. The top bit is set if the word points past the start of
    /// the target, and the next bit if it belongs to a waker.
    at: u32,
}

impl Edge {
    const INTERIOR: u32 = 1 << 31;
    const WAKER: u32 = 1 << 30;

    pub(crate) fn new(target: u32, word: usize, interior: bool) -> Self {
        let word = u32::try_from(word).unwrap_or(Self::WAKER).min(Self::WAKER - 1);
        Self { target, at: if interior { word | Self::INTERIOR } else { word } }
    }

    /// Whether it points to the start of the target, as the owner of a counted block does.
    pub(crate) fn is_exact(self) -> bool {
        self.at & Self::INTERIOR == 0
    }

    /// The index of the word.
    pub(crate) fn word(self) -> u32 {
        self.at & !(Self::INTERIOR | Self::WAKER)
    }

    /// Whether it belongs to a waker.
    pub(crate) fn is_wakers(self) -> bool {
        self.at & Self::WAKER != 0
    }
}

/// The edges of all blocks. Those of one block are adjacent.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Where each block's edges begin, with one more entry at the end.
    first: Vec<u32>,
    edges: Vec<Edge>,
    /// Blocks that a block holds indirectly.
    links: HashMap<u32, Vec<u32>>,
    /// The time by which work on this graph must end.
    deadline: Deadline,
}

impl Graph {
    /// An empty graph with space for `blocks`.
    pub(crate) fn with_capacity(blocks: usize) -> Self {
        let mut first = Vec::with_capacity(blocks + 1);
        first.push(0);
        Self { first, edges: Vec::with_capacity(2 * blocks), ..Self::default() }
    }

    /// Sets the time by which further work on this graph must end.
    pub(crate) fn set_deadline(&mut self, deadline: Deadline) {
        self.deadline = deadline;
    }

    /// The time by which work on this graph must end. Code that follows edges checks it.
    pub(crate) fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// Adds an edge to the current block.
    #[inline]
    pub(crate) fn push(&mut self, edge: Edge) {
        self.edges.push(edge);
    }

    /// Marks an edge as belonging to a waker.
    pub(crate) fn mark_as_wakers(&mut self, place: usize) {
        self.edges[place].at |= Edge::WAKER;
    }

    /// Ends the current block and begins the next one.
    #[inline]
    pub(crate) fn end_block(&mut self) {
        self.first.push(u32::try_from(self.edges.len()).unwrap_or(u32::MAX));
    }

    /// Makes `block` hold `targets` as if it pointed to each of them.
    pub(crate) fn link(&mut self, block: u32, targets: Vec<u32>) {
        self.links.insert(block, targets);
    }

    /// The blocks that are held through links.
    pub(crate) fn linked(&self) -> impl Iterator<Item = u32> + '_ {
        self.links.values().flatten().copied()
    }

    /// A copy without the edges in `left_out`.
    pub(crate) fn without(self, left_out: &Bits) -> Self {
        let mut graph = Self::with_capacity(self.len());
        graph.deadline = self.deadline.clone();
        for block in 0..u32::try_from(self.len()).unwrap_or(NONE) {
            let kept = self.edges_of(block).filter(|place| !left_out.has(*place));
            graph.edges.extend(kept.map(|place| self.edges[place]));
            graph.end_block();
        }
        graph
    }

    /// The number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.first.len() - 1
    }

    /// The number of edges.
    pub(crate) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// The indices of a block's edges among all edges.
    pub(crate) fn edges_of(&self, block: u32) -> std::ops::Range<usize> {
        self.first[block as usize] as usize..self.first[block as usize + 1] as usize
    }

    /// The edge with this index.
    pub(crate) fn edge(&self, place: usize) -> Edge {
        self.edges[place]
    }

    /// The blocks that `block` is linked to, or points to by edges outside `left_out`.
    pub(crate) fn targets<'a>(
        &'a self,
        block: u32,
        left_out: &'a Bits,
    ) -> impl Iterator<Item = u32> + 'a {
        let places = self.edges_of(block).filter(|place| !left_out.has(*place));
        let links = self.links.get(&block).into_iter().flatten().copied();
        links.chain(places.map(|place| self.edges[place].target))
    }

    /// Every edge with its block and its index, until the time is up.
    pub(crate) fn each(&self) -> impl Iterator<Item = (u32, usize, Edge)> + '_ {
        let blocks = 0..u32::try_from(self.len()).unwrap_or(NONE);
        blocks.take_while(|_| !self.deadline.is_over()).flat_map(move |block| {
            self.edges_of(block).map(move |place| (block, place, self.edges[place]))
        })
    }
}

/// A set of small numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// An empty set for numbers below `most`.
    pub(crate) fn none_of(most: usize) -> Self {
        Self(vec![0; most.div_ceil(64)])
    }

    #[inline]
    pub(crate) fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Adds a number; returns whether it is new.
    #[inline]
    pub(crate) fn add(&mut self, number: usize) -> bool {
        let bit = 1 << (number % 64);
        let word = &mut self.0[number / 64];
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Removes a number.
    pub(crate) fn remove(&mut self, number: usize) {
        self.0[number / 64] &= !(1 << (number % 64));
    }

    /// The union of this set and `other`; both must have the same size.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one | other).collect())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The graph with these edges. Each is an exact pointer in the next word of its block.
    pub(crate) fn graph(blocks: u32, edges: &[(u32, u32)]) -> Graph {
        let mut graph = Graph::with_capacity(blocks as usize);
        for block in 0..blocks {
            let of_block = edges.iter().filter(|(from, _)| *from == block);
            for (word, (_, to)) in of_block.enumerate() {
                graph.push(Edge::new(*to, word, false));
            }
            graph.end_block();
        }
        graph
    }

    #[test]
    fn an_edge_stores_its_word_and_whether_it_is_exact() {
        let exact = Edge::new(3, 7, false);
        assert_eq!((exact.target, exact.word(), exact.is_exact()), (3, 7, true));
        let interior = Edge::new(3, usize::MAX, true);
        assert_eq!((interior.word(), interior.is_exact()), (u32::MAX >> 2, false));
    }

    #[test]
    fn edges_stay_with_their_blocks() {
        let graph = graph(3, &[(0, 1), (0, 2), (2, 0)]);
        let none = Bits::default();
        assert_eq!(graph.targets(0, &none).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(graph.targets(1, &none).count(), 0);
        assert_eq!(graph.targets(2, &none).collect::<Vec<_>>(), [0]);
        let mut left_out = Bits::none_of(3);
        left_out.add(0);
        assert_eq!(graph.targets(0, &left_out).collect::<Vec<_>>(), [2]);
    }
}
