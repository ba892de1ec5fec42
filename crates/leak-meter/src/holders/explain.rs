//! From what was seen to findings: for each place that was asked for, who holds most of its blocks.

use std::collections::{HashMap, HashSet};

use super::finding::{Finding, Held, Hold};
use super::graph::{Bits, NONE};
use super::look::Seen;
use super::paths::{Mark, Paths};
use super::places::Places;
use super::question::Question;
use super::reach::{Parent, Tree};
use super::tops::{self, Tops};

/// A holder counts from this share of a place's blocks on.
const SMALLEST_SHARE: f64 = 0.1;

/// Who holds the blocks that `question` asks for. Nothing is said of blocks that are `doubtful`.
pub(crate) fn explain(
    seen: &Seen,
    question: &Question,
    places: &mut Places,
    doubtful: impl Fn(u32) -> bool,
) -> Vec<Finding> {
    let leaves = question.leaves(seen, doubtful);
    let marked = ancestors(seen, leaves.iter().flatten());
    let mut way = Ways {
        seen,
        came: question.came(places),
        tops: Tops::new(),
        paths: Paths::new(seen.heap.len()),
        marked,
        threads: HashMap::new(),
        places,
    };
    way.lay();
    way.findings(&leaves)
}

/// The tree that a block is in: that of the roots, else that of what nothing holds.
fn tree(seen: &Seen, block: u32) -> &Tree {
    if seen.tree.has(block) { &seen.tree } else { &seen.forest }
}

/// The blocks on the ways to `blocks`, themselves included.
fn ancestors<'a>(seen: &Seen, blocks: impl Iterator<Item = &'a u32>) -> Bits {
    let mut marked = Bits::none_of(seen.heap.len());
    for block in blocks {
        let tree = tree(seen, *block);
        let mut block = *block;
        while marked.add(block as usize) {
            match tree.parent(block) {
                Parent::Block(parent) => block = parent,
                Parent::Seed(_) | Parent::None => break,
            }
        }
    }
    marked
}

/// The ways of all blocks that are asked for.
pub(super) struct Ways<'a> {
    pub(super) seen: &'a Seen,
    pub(super) places: &'a mut Places,
    came: HashMap<u32, f64>,
    pub(super) tops: Tops,
    pub(super) paths: Paths,
    pub(super) marked: Bits,
    /// The thread whose stack leads to a block, of those that other threads' stacks lead to.
    threads: HashMap<u32, usize>,
}

/// Blocks of one target on one way.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Group {
    pub(super) blocks: u64,
    pub(super) bytes: u64,
}

/// The way of some blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) leaf: u32,
    /// The node of the step that gathers; `None` if that is the root itself.
    pub(super) gatherer: Option<u32>,
    pub(super) group: Group,
}

/// A holder in the making: by the place of the step that gathers ([`NONE`] for none) and the root.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) held: Vec<Held>,
    /// How many blocks the stack of each thread holds, of the place of which stacks hold most.
    pub(super) threads: HashMap<usize, u64>,
    /// On the way of the most blocks, their node and that of the step that gathers.
    pub(super) way: Option<Way>,
}

impl Ways<'_> {
    /// Lays the ways from the roots to every marked block.
    fn lay(&mut self) {
        let seen = self.seen;
        for tree in [&seen.tree, &seen.forest] {
            let is_forest = std::ptr::eq(tree, &raw const seen.forest);
            for block in tree.order.iter().copied() {
                let here = is_forest != seen.tree.has(block);
                if self.seen.graph.deadline().is_over() {
                    return;
                }
                if here && self.marked.has(block as usize) {
                    let thread = match tree.parent(block) {
                        Parent::Block(parent) => self.threads.get(&parent).copied(),
                        Parent::Seed(seed) if !is_forest => seen.roots.thread_of(seed),
                        Parent::Seed(_) | Parent::None => None,
                    };
                    self.threads.extend(thread.map(|thread| (block, thread)));
                    self.add(block, tree, is_forest);
                }
            }
        }
    }

    fn add(&mut self, block: u32, tree: &Tree, is_forest: bool) {
        let Self { seen, places, came, tops, paths, .. } = self;
        let place = tops::number(seen, places, block);
        let came = came.get(&place).copied().unwrap_or(0.0);
        let parent = tree.parent(block);
        if let (Parent::Seed(seed), true) = (parent, is_forest) {
            let source = seen.forest_seeds[seed].root as usize;
            let top = tops.of_source(seen, places, source);
            if tops.get(top).hold == Hold::Ring {
                paths.add_top(block, top, came);
                return;
            }
            paths.add(block, parent, place, came, |_| top);
        } else {
            paths.add(block, parent, place, came, |seed| tops.of_seed(seen, places, seed));
        }
    }

    fn findings(mut self, leaves: &[Vec<u32>]) -> Vec<Finding> {
        let mut drafts: HashMap<(u32, u32), Draft> = HashMap::new();
        for leaves in leaves.iter().filter(|leaves| !leaves.is_empty()) {
            self.draft(leaves, &mut drafts);
        }
        let is_part = self.seen.heap.left_out > 0 || self.seen.is_partial;
        let mut findings: Vec<Finding> = Vec::new();
        let mut drafts: Vec<((u32, u32), Draft)> = drafts.into_iter().collect();
        drafts.sort_unstable_by_key(|(holder, _)| *holder);
        for ((place, top), draft) in drafts {
            // What seems to be held by nothing may be held by something that was not looked at.
            let hold = &self.tops.get(top).hold;
            let needs_all = hold.is_by_no_root();
            if !(is_part && needs_all) {
                findings.push(self.finding(place, top, draft));
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.held_bytes()));
        findings
    }

    /// Adds what holds the blocks of one target.
    fn draft(&mut self, leaves: &[u32], drafts: &mut HashMap<(u32, u32), Draft>) {
        let mut groups: HashMap<u32, Group> = HashMap::new();
        for leaf in leaves {
            if let Some(node) = self.paths.of(*leaf) {
                let group = groups.entry(node).or_default();
                group.blocks += 1;
                group.bytes += self.seen.heap.size(*leaf);
            }
        }
        let heads = self.heads(leaves);
        let mut holders: HashMap<(u32, u32), Vec<Way>> = HashMap::new();
        let mut of_node: HashMap<u32, (u32, u32)> = HashMap::new();
        for (leaf, group) in groups {
            let way = Way { leaf, gatherer: self.gatherer(leaf, &heads), group };
            of_node.insert(leaf, self.holder(&way));
            holders.entry(self.holder(&way)).or_default().push(way);
        }
        for (holder, ways) in holders {
            let blocks: u64 = ways.iter().map(|way| way.group.blocks).sum();
            if (blocks as f64) < SMALLEST_SHARE * leaves.len() as f64 {
                continue;
            }
            let Some(most) = ways.iter().max_by_key(|way| (way.group.blocks, way.leaf)) else {
                continue;
            };
            let place = tops::number(self.seen, self.places, leaves[0]);
            let place = self.places.get(place).clone();
            let draft = drafts.entry(holder).or_default();
            draft.held.push(Held {
                function: place.function,
                file: place.file,
                line: place.line,
                blocks,
                of: leaves.len() as u64,
                bytes: ways.iter().map(|way| way.group.bytes).sum(),
                through: self.through(most),
            });
            if draft.way.is_none_or(|way| way.group.blocks < most.group.blocks) {
                draft.way = Some(*most);
            }
        }
        let mut threads: HashMap<(u32, u32), HashMap<usize, u64>> = HashMap::new();
        for leaf in leaves {
            let holder = self.paths.of(*leaf).and_then(|node| of_node.get(&node));
            if let Some((holder, thread)) = holder.zip(self.threads.get(leaf)) {
                *threads.entry(*holder).or_default().entry(*thread).or_default() += 1;
            }
        }
        for (holder, threads) in threads {
            let blocks = |threads: &HashMap<usize, u64>| threads.values().sum::<u64>();
            if let Some(draft) = drafts.get_mut(&holder)
                && blocks(&draft.threads) < blocks(&threads)
            {
                draft.threads = threads;
            }
        }
    }

    /// The nodes of which a single block leads to most of `leaves`.
    fn heads(&self, leaves: &[u32]) -> HashSet<u32> {
        /// Of fewer leaves most hang together by chance.
        const FEWEST: usize = 16;
        let mut heads = HashSet::new();
        if leaves.len() < FEWEST {
            return heads;
        }
        let seen = self.seen;
        let mut leads_to = vec![0; seen.heap.len()];
        for leaf in leaves {
            leads_to[*leaf as usize] = 1;
        }
        // Each block comes after its parent.
        for order in [&seen.forest.order, &seen.tree.order] {
            let is_forest = std::ptr::eq(order, &raw const seen.forest.order);
            for block in order.iter().rev().filter(|block| is_forest != seen.tree.has(**block)) {
                let leaves_below: usize = leads_to[*block as usize];
                if let Parent::Block(parent) = tree(seen, *block).parent(*block) {
                    leads_to[parent as usize] += leaves_below;
                }
                if leaves_below * 4 >= leaves.len() * 3 {
                    heads.extend(self.paths.of(*block));
                }
            }
        }
        heads
    }

    /// The step that gathers what `leaf` leads to.
    fn gatherer(&self, leaf: u32, heads: &HashSet<u32>) -> Option<u32> {
        let is_step = matches!(self.paths.nodes[leaf as usize].mark, Mark::Step(_));
        // Blocks that grow and do not become more, such as one large vector, gather by themselves.
        let watched = !self.came.is_empty();
        if is_step && watched && self.paths.nodes[leaf as usize].came == 0.0 {
            return Some(leaf);
        }
        self.paths.gatherer(leaf, heads)
    }

    /// What tells a holder: the place of the step that gathers, and the root. A ring holds as a whole.
    pub(super) fn holder(&self, way: &Way) -> (u32, u32) {
        let top = self.top(way.leaf);
        let mark = |node: u32| self.paths.nodes[node as usize].mark;
        let place = match way.gatherer.map(mark) {
            Some(Mark::Step(place)) if self.tops.get(top).hold != Hold::Ring => place,
            _ => NONE,
        };
        (place, top)
    }

    /// The root of a way.
    pub(super) fn top(&self, node: u32) -> u32 {
        let top =
            self.paths.upwards(node).find_map(|node| match self.paths.nodes[node as usize].mark {
                Mark::Top(top) => Some(top),
                Mark::Step(_) => None,
            });
        top.unwrap_or(NONE)
    }
}
