//! The paths from blocks to roots; equal paths are merged.
//!
//! A path is a sequence of steps. A step consists of the blocks of one place (where they were allocated, and as
//! part of what), and occurs at most once: the hundred thousand nodes of a list are one step, and so are the
//! levels of a tree. The paths form a tree that grows from the roots, so that equal paths share all their
//! nodes.

use std::collections::{HashMap, HashSet};

use super::graph::NONE;
use super::reach::Parent;

/// One element of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// The root at which the path ends, by number.
    End(u32),
    /// Blocks of one place, by number.
    Step(u32),
}

/// A node in the tree of paths.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    /// The next node towards the root; [`NONE`] at a root.
    pub(crate) up: u32,
    /// The number of blocks here.
    pub(crate) blocks: u64,
    /// How many of them are pointed to from further up the path rather than from here.
    pub(crate) entries: u64,
    /// How many of them were allocated while they were watched.
    pub(crate) new_blocks: f64,
    /// Whether a path leads back here from further down, so that blocks of both places alternate.
    pub(crate) is_returned_to: bool,
}

impl Node {
    /// Whether there are so many blocks with so few entries that they gather by themselves, as in a list or
    /// tree.
    fn is_structure(&self) -> bool {
        const BLOCKS_PER_ENTRY: u64 = 16;
        self.entries * BLOCKS_PER_ENTRY <= self.blocks
    }
}

/// The paths of the requested blocks.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) nodes: Vec<Node>,
    ids: HashMap<(u32, Mark), u32>,
    /// The node of each block; [`NONE`] for blocks that were not requested.
    node_of_block: Vec<u32>,
    /// The last new node on the path to each block: if blocks of two places alternate, as in a list that two
    /// functions add to, the path goes back and forth between two nodes.
    furthest: Vec<u32>,
}

impl Paths {
    /// An empty set of paths for `blocks` blocks.
    pub(crate) fn new(blocks: usize) -> Self {
        Self {
            nodes: Vec::new(),
            ids: HashMap::new(),
            node_of_block: vec![NONE; blocks],
            furthest: vec![NONE; blocks],
        }
    }

    /// Adds a block that is reached by `parent`, which was added before; `end` is the root if the block is a
    /// seed. `place` is the block's place, and `new_share` the probability that it was allocated while watched.
    pub(crate) fn add(
        &mut self,
        block: u32,
        parent: Parent,
        place: u32,
        new_share: f64,
        end: impl FnOnce(usize) -> u32,
    ) {
        let (up, furthest) = match parent {
            Parent::None => return,
            Parent::Seed(seed) => {
                let end = self.node(NONE, Mark::End(end(seed)));
                (end, end)
            }
            Parent::Block(parent) => {
                (self.node_of_block[parent as usize], self.furthest[parent as usize])
            }
        };
        if up == NONE {
            return;
        }
        let node = self.step(up, place);
        let is_entry = self.upwards(furthest).all(|passed| passed != node);
        self.furthest[block as usize] = if is_entry { node } else { furthest };
        self.nodes[node as usize].is_returned_to |= !is_entry && furthest != node;
        self.count(block, node, is_entry, new_share);
    }

    /// Adds a block that is itself part of the root `end`, as in a ring.
    pub(crate) fn add_end(&mut self, block: u32, end: u32, new_share: f64) {
        let node = self.node(NONE, Mark::End(end));
        self.furthest[block as usize] = node;
        self.count(block, node, true, new_share);
    }

    fn count(&mut self, block: u32, node: u32, is_entry: bool, new_share: f64) {
        let place = &mut self.nodes[node as usize];
        place.blocks += 1;
        place.entries += u64::from(is_entry);
        place.new_blocks += new_share;
        self.node_of_block[block as usize] = node;
    }

    /// The step for `place` below `up`: the existing one if the path already contains that place.
    fn step(&mut self, up: u32, place: u32) -> u32 {
        let mark = Mark::Step(place);
        let known = self.upwards(up).find(|node| self.nodes[*node as usize].mark == mark);
        known.unwrap_or_else(|| self.node(up, mark))
    }

    fn node(&mut self, up: u32, mark: Mark) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(NONE);
        let id = *self.ids.entry((up, mark)).or_insert(next);
        if id == next {
            self.nodes.push(Node {
                mark,
                up,
                blocks: 0,
                entries: 0,
                new_blocks: 0.0,
                is_returned_to: false,
            });
        }
        id
    }

    /// The node of a block.
    pub(crate) fn node_of(&self, block: u32) -> Option<u32> {
        Some(self.node_of_block[block as usize]).filter(|node| *node != NONE)
    }

    /// The nodes from `node` to its root, including both.
    pub(crate) fn upwards(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let up = |node: &u32| Some(self.nodes[*node as usize].up).filter(|up| *up != NONE);
        std::iter::successors(Some(node), up)
    }

    /// The step that gathers the blocks to which `leaf` leads; `None` if it is the root itself.
    ///
    /// It is the first step on the path whose own number does not grow with the leaf's: if a map has many
    /// sessions with many strings each, the strings and the sessions grow, and the map gathers. Alternatively,
    /// it is one of the `heads`: a step with one block that leads to nearly all requested blocks.
    pub(crate) fn gatherer(&self, leaf: u32, heads: &HashSet<u32>) -> Option<u32> {
        /// Used if it is unknown which blocks are new: a step with this many times fewer blocks than the leaf
        /// does not grow with it.
        const TIMES_FEWER: u64 = 8;
        let of_leaf = &self.nodes[leaf as usize];
        let rate = |node: &Node| node.new_blocks / (node.blocks.max(1) as f64);
        let gathers = |id: &u32| {
            let node = &self.nodes[*id as usize];
            let is_still = if of_leaf.new_blocks > 0.0 {
                rate(node) < rate(of_leaf) / 2.0 || node.blocks < 2
            } else {
                node.blocks * TIMES_FEWER <= of_leaf.blocks || node.blocks < 2
            };
            node.is_structure() || (*id != leaf && (is_still || heads.contains(id)))
        };
        let mut steps =
            self.upwards(leaf).filter(|id| matches!(self.nodes[*id as usize].mark, Mark::Step(_)));
        steps.find(gathers).map(|step| self.whole(step))
    }

    /// The step further up that is the larger part of the same list, if blocks of two places alternate in it;
    /// otherwise `step` itself.
    fn whole(&self, step: u32) -> u32 {
        let node = &self.nodes[step as usize];
        let above = Some(node.up).filter(|up| *up != NONE);
        let is_more = |up: &u32| {
            let up = &self.nodes[*up as usize];
            up.is_returned_to && up.is_structure() && up.blocks > node.blocks
        };
        above.filter(is_more).unwrap_or(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain from a root, outermost block first, each with its place.
    fn chain(paths: &mut Paths, blocks: &[(u32, u32)], new_share: f64) {
        let mut parent = Parent::Seed(0);
        for (block, place) in blocks {
            if paths.node_of(*block).is_none() {
                paths.add(*block, parent, *place, new_share, |_| 9);
            }
            parent = Parent::Block(*block);
        }
    }

    fn marks(paths: &Paths, block: u32) -> Vec<Mark> {
        let node = paths.node_of(block).unwrap();
        paths.upwards(node).map(|node| paths.nodes[node as usize].mark).collect()
    }

    #[test]
    fn equal_paths_are_merged_and_a_list_is_one_step() {
        let mut paths = Paths::new(7);
        chain(&mut paths, &[(0, 1), (1, 2), (2, 2), (3, 2)], 0.0);
        chain(&mut paths, &[(0, 1), (4, 2), (5, 1), (6, 3)], 0.0);
        assert_eq!(marks(&paths, 3), [Mark::Step(2), Mark::Step(1), Mark::End(9)]);
        assert_eq!(paths.node_of(1), paths.node_of(4));
        assert_eq!(
            paths.node_of(5),
            paths.node_of(0),
            "a place that stands on the way is not a new step"
        );
        assert_eq!(marks(&paths, 6), [Mark::Step(3), Mark::Step(1), Mark::End(9)]);
        let list = &paths.nodes[paths.node_of(3).unwrap() as usize];
        assert_eq!((list.blocks, list.entries), (4, 2));
    }

    #[test]
    fn the_gatherer_is_the_first_whose_number_does_not_grow() {
        // A map (place 1) with sessions (place 2) that have ten strings (place 3) each.
        let mut paths = Paths::new(2000);
        paths.add(0, Parent::Seed(0), 1, 0.0, |_| 9);
        for session in 1..=100 {
            paths.add(session, Parent::Block(0), 2, 0.9, |_| 9);
            for string in 0..10 {
                paths.add(100 + session * 10 + string, Parent::Block(session), 3, 0.9, |_| 9);
            }
        }
        let map = paths.node_of(0);
        assert_eq!(paths.gatherer(paths.node_of(500).unwrap(), &HashSet::new()), map);
        assert_eq!(paths.gatherer(paths.node_of(7).unwrap(), &HashSet::new()), map);
    }

    #[test]
    fn a_list_gathers_by_itself_and_single_owners_do_not() {
        let mut paths = Paths::new(200);
        paths.add(0, Parent::Seed(0), 1, 0.9, |_| 9);
        for node in 1..100 {
            paths.add(node, Parent::Block(node - 1), 1, 0.9, |_| 9);
        }
        assert_eq!(paths.gatherer(paths.node_of(99).unwrap(), &HashSet::new()), paths.node_of(0));
        for single in 100..200 {
            paths.add(single, Parent::Seed(0), 2, 0.9, |_| 9);
        }
        assert_eq!(paths.gatherer(paths.node_of(150).unwrap(), &HashSet::new()), None);
    }

    #[test]
    fn a_list_that_two_functions_extend_in_turn_also_gathers() {
        // Of every four nodes, one belongs to another place: the first one or the last one. Each node has a
        // value.
        for rare in [0, 3] {
            let mut paths = Paths::new(400);
            let mut parent = Parent::Seed(0);
            for block in 0..200 {
                let place = if block % 4 == rare { 2 } else { 1 };
                paths.add(block, parent, place, 0.9, |_| 9);
                paths.add(200 + block, Parent::Block(block), 3, 0.9, |_| 9);
                parent = Parent::Block(block);
            }
            let [rare, common] = [rare, 1].map(|block| paths.node_of(block).unwrap());
            let counts = |node: u32| {
                let node = &paths.nodes[node as usize];
                (node.blocks, node.entries)
            };
            assert_eq!([rare, common].map(counts), [(50, 1), (150, 1)]);
            let gatherer =
                |block: u32| paths.gatherer(paths.node_of(200 + block).unwrap(), &HashSet::new());
            assert_eq!(gatherer(1), Some(common));
            // The place of most of the list's nodes, if the path reaches it first.
            let is_common_first = paths.node_of(0) == Some(common);
            let of_rare = if is_common_first { gatherer(3) } else { gatherer(0) };
            assert_eq!(of_rare, Some(if is_common_first { common } else { rare }));
        }
    }
}
