//! The ways from blocks to roots, alike ones together.
//!
//! A way is told by what its blocks are (allocated where, as part of what), each at most once: the
//! hundred thousand nodes of a list are one step, and so are the levels of a tree. The ways form a
//! tree that grows from the roots, so that equal ways share everything.

use std::collections::{HashMap, HashSet};

use super::graph::NONE;
use super::reach::Parent;

/// What stands at one place of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// The root at which it ends, by its number.
    Top(u32),
    /// Blocks of one place, by its number.
    Step(u32),
}

/// One place in the tree of ways.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) mark: Mark,
    /// Towards the root; [`NONE`] at a root.
    pub(crate) up: u32,
    /// Blocks here.
    pub(crate) blocks: u64,
    /// Of these, the ones that are pointed to from further up the way, not from here.
    pub(crate) entries: u64,
    /// How many of the blocks came while it was watched.
    pub(crate) came: f64,
    /// Whether a way leads back here from further down: blocks of both places follow each other in turn.
    pub(crate) is_returned_to: bool,
}

impl Node {
    /// Whether the blocks are so many, with so few entries, that they gather by themselves: a list, a tree.
    fn is_structure(&self) -> bool {
        const BLOCKS_PER_ENTRY: u64 = 16;
        self.entries * BLOCKS_PER_ENTRY <= self.blocks
    }
}

/// The ways of some blocks.
#[derive(Debug)]
pub(crate) struct Paths {
    pub(crate) nodes: Vec<Node>,
    ids: HashMap<(u32, Mark), u32>,
    /// The node of each block; [`NONE`] for those that were not asked for.
    of: Vec<u32>,
    /// The last new node on the way to each block: where blocks of two places follow each other in turn, as
    /// in a list that two functions add to, the way goes back and forth between two nodes.
    furthest: Vec<u32>,
}

impl Paths {
    /// No ways yet, of `blocks`.
    pub(crate) fn new(blocks: usize) -> Self {
        Self {
            nodes: Vec::new(),
            ids: HashMap::new(),
            of: vec![NONE; blocks],
            furthest: vec![NONE; blocks],
        }
    }

    /// Adds a block that is reached by `parent`, which was added before; `top` is the root if it is
    /// a seed. `place` is what the block is, and `came` the chance that it came while watched.
    pub(crate) fn add(
        &mut self,
        block: u32,
        parent: Parent,
        place: u32,
        came: f64,
        top: impl FnOnce(usize) -> u32,
    ) {
        let (up, furthest) = match parent {
            Parent::None => return,
            Parent::Seed(seed) => {
                let top = self.node(NONE, Mark::Top(top(seed)));
                (top, top)
            }
            Parent::Block(parent) => (self.of[parent as usize], self.furthest[parent as usize]),
        };
        if up == NONE {
            return;
        }
        let node = self.step(up, place);
        let is_entry = self.upwards(furthest).all(|passed| passed != node);
        self.furthest[block as usize] = if is_entry { node } else { furthest };
        self.nodes[node as usize].is_returned_to |= !is_entry && furthest != node;
        self.count(block, node, is_entry, came);
    }

    /// Adds a block that is itself part of the root `top`: a ring.
    pub(crate) fn add_top(&mut self, block: u32, top: u32, came: f64) {
        let node = self.node(NONE, Mark::Top(top));
        self.furthest[block as usize] = node;
        self.count(block, node, true, came);
    }

    fn count(&mut self, block: u32, node: u32, is_entry: bool, came: f64) {
        let place = &mut self.nodes[node as usize];
        place.blocks += 1;
        place.entries += u64::from(is_entry);
        place.came += came;
        self.of[block as usize] = node;
    }

    /// The step of `place` below `up`: where that place stands on the way already, that one.
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
                came: 0.0,
                is_returned_to: false,
            });
        }
        id
    }

    /// The node of a block.
    pub(crate) fn of(&self, block: u32) -> Option<u32> {
        Some(self.of[block as usize]).filter(|node| *node != NONE)
    }

    /// From `node` to its root, both included.
    pub(crate) fn upwards(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let up = |node: &u32| Some(self.nodes[*node as usize].up).filter(|up| *up != NONE);
        std::iter::successors(Some(node), up)
    }

    /// The step at which what `leaf` leads to is gathered; `None` if that is the root itself.
    ///
    /// It is the first on the way whose own number does not grow with the leaf's: of many sessions
    /// in a map, each with many strings, the strings and the sessions grow, and the map gathers. Or it
    /// is one of the `heads`: a step of which one block leads to nearly all of what was asked for.
    pub(crate) fn gatherer(&self, leaf: u32, heads: &HashSet<u32>) -> Option<u32> {
        /// Where it is not known what came: so many times fewer do not grow with the leaf.
        const TIMES_FEWER: u64 = 8;
        let of_leaf = &self.nodes[leaf as usize];
        let rate = |node: &Node| node.came / (node.blocks.max(1) as f64);
        let gathers = |id: &u32| {
            let node = &self.nodes[*id as usize];
            let is_still = if of_leaf.came > 0.0 {
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

    /// The step further up that a list is more of, where blocks of two places follow each other in it in turn;
    /// else `step` itself.
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

    /// A chain from a root, the outermost first, each with its place.
    fn chain(paths: &mut Paths, blocks: &[(u32, u32)], came: f64) {
        let mut parent = Parent::Seed(0);
        for (block, place) in blocks {
            if paths.of(*block).is_none() {
                paths.add(*block, parent, *place, came, |_| 9);
            }
            parent = Parent::Block(*block);
        }
    }

    fn marks(paths: &Paths, block: u32) -> Vec<Mark> {
        let node = paths.of(block).unwrap();
        paths.upwards(node).map(|node| paths.nodes[node as usize].mark).collect()
    }

    #[test]
    fn alike_ways_are_one_and_a_list_is_one_step() {
        let mut paths = Paths::new(7);
        chain(&mut paths, &[(0, 1), (1, 2), (2, 2), (3, 2)], 0.0);
        chain(&mut paths, &[(0, 1), (4, 2), (5, 1), (6, 3)], 0.0);
        assert_eq!(marks(&paths, 3), [Mark::Step(2), Mark::Step(1), Mark::Top(9)]);
        assert_eq!(paths.of(1), paths.of(4));
        assert_eq!(paths.of(5), paths.of(0), "a place that stands on the way is not a new step");
        assert_eq!(marks(&paths, 6), [Mark::Step(3), Mark::Step(1), Mark::Top(9)]);
        let list = &paths.nodes[paths.of(3).unwrap() as usize];
        assert_eq!((list.blocks, list.entries), (4, 2));
    }

    #[test]
    fn the_gatherer_is_the_first_whose_number_does_not_grow() {
        // A map (place 1) of sessions (place 2), each with ten strings (place 3).
        let mut paths = Paths::new(2000);
        paths.add(0, Parent::Seed(0), 1, 0.0, |_| 9);
        for session in 1..=100 {
            paths.add(session, Parent::Block(0), 2, 0.9, |_| 9);
            for string in 0..10 {
                paths.add(100 + session * 10 + string, Parent::Block(session), 3, 0.9, |_| 9);
            }
        }
        let map = paths.of(0);
        assert_eq!(paths.gatherer(paths.of(500).unwrap(), &HashSet::new()), map);
        assert_eq!(paths.gatherer(paths.of(7).unwrap(), &HashSet::new()), map);
    }

    #[test]
    fn a_list_gathers_by_itself_and_single_owners_do_not() {
        let mut paths = Paths::new(200);
        paths.add(0, Parent::Seed(0), 1, 0.9, |_| 9);
        for node in 1..100 {
            paths.add(node, Parent::Block(node - 1), 1, 0.9, |_| 9);
        }
        assert_eq!(paths.gatherer(paths.of(99).unwrap(), &HashSet::new()), paths.of(0));
        for single in 100..200 {
            paths.add(single, Parent::Seed(0), 2, 0.9, |_| 9);
        }
        assert_eq!(paths.gatherer(paths.of(150).unwrap(), &HashSet::new()), None);
    }

    #[test]
    fn a_list_that_two_functions_add_to_in_turn_gathers_as_well() {
        // Of each four nodes one is of another place: the first of them, or the last. Each node has a value.
        for rare in [0, 3] {
            let mut paths = Paths::new(400);
            let mut parent = Parent::Seed(0);
            for block in 0..200 {
                let place = if block % 4 == rare { 2 } else { 1 };
                paths.add(block, parent, place, 0.9, |_| 9);
                paths.add(200 + block, Parent::Block(block), 3, 0.9, |_| 9);
                parent = Parent::Block(block);
            }
            let [rare, common] = [rare, 1].map(|block| paths.of(block).unwrap());
            let counts = |node: u32| {
                let node = &paths.nodes[node as usize];
                (node.blocks, node.entries)
            };
            assert_eq!([rare, common].map(counts), [(50, 1), (150, 1)]);
            let gatherer =
                |block: u32| paths.gatherer(paths.of(200 + block).unwrap(), &HashSet::new());
            assert_eq!(gatherer(1), Some(common));
            // The place that most of the list is of, if the way comes by it first.
            let is_common_first = paths.of(0) == Some(common);
            let of_rare = if is_common_first { gatherer(3) } else { gatherer(0) };
            assert_eq!(of_rare, Some(if is_common_first { common } else { rare }));
        }
    }
}
