//! Turns a heap scan into findings: for each requested place, what holds most of its blocks.

use std::collections::{HashMap, HashSet};

use super::finding::{Finding, Held, Hold};
use super::graph::{Bits, NONE};
use super::heap_scan::HeapScan;
use super::path_ends::{self, PathEnds};
use super::paths::{Mark, Paths};
use super::places::Places;
use super::question::Question;
use super::reach::{Parent, Tree};

/// A holder is reported if it holds at least this share of a place's blocks.
const SMALLEST_SHARE: f64 = 0.1;

/// Finds the holders of the blocks that `question` asks for, except the `doubtful` ones.
pub(crate) fn explain(
    scan: &HeapScan,
    question: &Question,
    places: &mut Places,
    doubtful: impl Fn(u32) -> bool,
) -> Vec<Finding> {
    let leaves = question.leaves(scan, doubtful);
    let marked = ancestors(scan, leaves.iter().flatten());
    let mut way = Ways {
        scan,
        new_shares: question.new_shares(places),
        ends: PathEnds::default(),
        paths: Paths::new(scan.heap.len()),
        marked,
        threads: HashMap::new(),
        places,
    };
    way.lay();
    way.findings(&leaves)
}

/// The tree that contains a block: the tree of the roots, otherwise the tree of the unheld blocks.
fn tree(scan: &HeapScan, block: u32) -> &Tree {
    if scan.tree.has(block) { &scan.tree } else { &scan.forest }
}

/// The blocks on the paths to `blocks`, including `blocks` themselves.
fn ancestors<'a>(scan: &HeapScan, blocks: impl Iterator<Item = &'a u32>) -> Bits {
    let mut marked = Bits::none_of(scan.heap.len());
    for block in blocks {
        let tree = tree(scan, *block);
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

/// The paths to all requested blocks.
pub(super) struct Ways<'a> {
    pub(super) scan: &'a HeapScan,
    pub(super) places: &'a mut Places,
    new_shares: HashMap<u32, f64>,
    pub(super) ends: PathEnds,
    pub(super) paths: Paths,
    pub(super) marked: Bits,
    /// For each block that other threads' stacks lead to, the thread whose stack leads to it.
    threads: HashMap<u32, usize>,
}

/// Blocks of one target on the same path.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Group {
    pub(super) blocks: u64,
    pub(super) bytes: u64,
}

/// The path to a group of blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) leaf: u32,
    /// The node of the gathering step; `None` if the root itself gathers.
    pub(super) gatherer: Option<u32>,
    pub(super) group: Group,
}

/// A holder under construction, identified by the place of the gathering step ([`NONE`] for none) and the
/// root.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) held: Vec<Held>,
    /// The number of blocks that each thread's stack holds, to find the place of the stacks that hold the
    /// most.
    pub(super) threads: HashMap<usize, u64>,
    /// The path to the largest group of blocks.
    pub(super) way: Option<Way>,
}

impl Ways<'_> {
    /// Builds the paths from the roots to every marked block.
    fn lay(&mut self) {
        let scan = self.scan;
        for tree in [&scan.tree, &scan.forest] {
            let is_forest = std::ptr::eq(tree, &raw const scan.forest);
            for block in tree.order.iter().copied() {
                let here = is_forest != scan.tree.has(block);
                if self.scan.graph.deadline().is_over() {
                    return;
                }
                if here && self.marked.has(block as usize) {
                    let thread = match tree.parent(block) {
                        Parent::Block(parent) => self.threads.get(&parent).copied(),
                        Parent::Seed(seed) if !is_forest => scan.roots.thread_of(seed),
                        Parent::Seed(_) | Parent::None => None,
                    };
                    self.threads.extend(thread.map(|thread| (block, thread)));
                    self.add(block, tree, is_forest);
                }
            }
        }
    }

    fn add(&mut self, block: u32, tree: &Tree, is_forest: bool) {
        let Self { scan, places, new_shares, ends, paths, .. } = self;
        let place = path_ends::number(scan, places, block);
        let new_share = new_shares.get(&place).copied().unwrap_or(0.0);
        let parent = tree.parent(block);
        if let (Parent::Seed(seed), true) = (parent, is_forest) {
            let source = scan.forest_seeds[seed].root as usize;
            let end = ends.of_source(scan, places, source);
            if ends.get(end).hold == Hold::Ring {
                paths.add_end(block, end, new_share);
                return;
            }
            paths.add(block, parent, place, new_share, |_| end);
        } else {
            paths.add(block, parent, place, new_share, |seed| ends.of_seed(scan, places, seed));
        }
    }

    fn findings(mut self, leaves: &[Vec<u32>]) -> Vec<Finding> {
        let mut drafts: HashMap<(u32, u32), Draft> = HashMap::new();
        for leaves in leaves.iter().filter(|leaves| !leaves.is_empty()) {
            self.draft(leaves, &mut drafts);
        }
        let is_part = self.scan.heap.left_out > 0 || self.scan.is_partial;
        let mut findings: Vec<Finding> = Vec::new();
        let mut drafts: Vec<((u32, u32), Draft)> = drafts.into_iter().collect();
        drafts.sort_unstable_by_key(|(holder, _)| *holder);
        for ((place, end), draft) in drafts {
            // Blocks that seem unheld may be held by memory that was not scanned.
            let hold = &self.ends.get(end).hold;
            let needs_all = hold.is_by_no_root();
            if !(is_part && needs_all) {
                findings.push(self.finding(place, end, draft));
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.held_bytes()));
        findings
    }

    /// Adds the holders of one target's blocks.
    fn draft(&mut self, leaves: &[u32], drafts: &mut HashMap<(u32, u32), Draft>) {
        let mut groups: HashMap<u32, Group> = HashMap::new();
        for leaf in leaves {
            if let Some(node) = self.paths.node_of(*leaf) {
                let group = groups.entry(node).or_default();
                group.blocks += 1;
                group.bytes += self.scan.heap.size(*leaf);
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
            let place = path_ends::number(self.scan, self.places, leaves[0]);
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
            let holder = self.paths.node_of(*leaf).and_then(|node| of_node.get(&node));
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

    /// The nodes with a single block that leads to most of `leaves`.
    fn heads(&self, leaves: &[u32]) -> HashSet<u32> {
        /// With fewer leaves than this, a single block may lead to most of them by chance.
        const FEWEST: usize = 16;
        let mut heads = HashSet::new();
        if leaves.len() < FEWEST {
            return heads;
        }
        let scan = self.scan;
        let mut leads_to = vec![0; scan.heap.len()];
        for leaf in leaves {
            leads_to[*leaf as usize] = 1;
        }
        // Each block comes after its parent in this order.
        for order in [&scan.forest.order, &scan.tree.order] {
            let is_forest = std::ptr::eq(order, &raw const scan.forest.order);
            for block in order.iter().rev().filter(|block| is_forest != scan.tree.has(**block)) {
                let leaves_below: usize = leads_to[*block as usize];
                if let Parent::Block(parent) = tree(scan, *block).parent(*block) {
                    leads_to[parent as usize] += leaves_below;
                }
                if leaves_below * 4 >= leaves.len() * 3 {
                    heads.extend(self.paths.node_of(*block));
                }
            }
        }
        heads
    }

    /// The step that gathers the blocks to which `leaf` leads.
    fn gatherer(&self, leaf: u32, heads: &HashSet<u32>) -> Option<u32> {
        let is_step = matches!(self.paths.nodes[leaf as usize].mark, Mark::Step(_));
        // Blocks that grow without becoming more numerous, such as one large vector, gather by themselves.
        let watched = !self.new_shares.is_empty();
        if is_step && watched && self.paths.nodes[leaf as usize].new_blocks == 0.0 {
            return Some(leaf);
        }
        self.paths.gatherer(leaf, heads)
    }

    /// The identity of a holder: the place of the gathering step, and the root. A ring counts as one holder.
    pub(super) fn holder(&self, way: &Way) -> (u32, u32) {
        let end = self.end(way.leaf);
        let mark = |node: u32| self.paths.nodes[node as usize].mark;
        let place = match way.gatherer.map(mark) {
            Some(Mark::Step(place)) if self.ends.get(end).hold != Hold::Ring => place,
            _ => NONE,
        };
        (place, end)
    }

    /// The root of a path.
    pub(super) fn end(&self, node: u32) -> u32 {
        let end =
            self.paths.upwards(node).find_map(|node| match self.paths.nodes[node as usize].mark {
                Mark::End(end) => Some(end),
                Mark::Step(_) => None,
            });
        end.unwrap_or(NONE)
    }
}
