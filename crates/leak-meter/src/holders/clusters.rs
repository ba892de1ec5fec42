//! The tree of a scan in which the nodes of each linked structure, such as a list, are merged.

use super::graph::{Bits, NONE};
use super::heap_scan::HeapScan;
use super::reach::{Parent, Tree};

/// How many bytes an inner node of the standard library's B-tree is larger than a leaf: its twelve
/// pointers to children.
const INNER_NODE: u64 = 12 * 8;

/// The places of the tree. Each is a block or the nodes of one linked structure, and has a higher number
/// than the place above it.
#[derive(Debug)]
pub(super) struct Clusters {
    /// The place of each block.
    numbers: Vec<u32>,
    /// The place above each place; [`NONE`] for a root.
    above: Vec<u32>,
    /// The number of blocks in each place.
    blocks: Vec<u32>,
}

impl Clusters {
    /// Builds the places of all blocks. The `labelled` blocks are the requested ones.
    pub(super) fn new(scan: &HeapScan, labelled: impl Iterator<Item = u32>) -> Self {
        let mut links = Links((0..u32::try_from(scan.heap.len()).unwrap_or(NONE)).collect());
        links.neighbours(scan);
        links.chains(scan, labelled);
        let mut clusters =
            Self { numbers: vec![NONE; scan.heap.len()], above: Vec::new(), blocks: Vec::new() };
        let mut place_of = vec![NONE; scan.heap.len()];
        let unreached = (0..u32::try_from(scan.heap.len()).unwrap_or(NONE))
            .filter(|block| !scan.tree.has(*block) && !scan.forest.has(*block));
        let held = scan.forest.order.iter().copied().filter(|block| !scan.tree.has(*block));
        for block in scan.tree.order.iter().copied().chain(held).chain(unreached) {
            let first = links.first(block) as usize;
            if place_of[first] == NONE {
                place_of[first] = u32::try_from(clusters.above.len()).unwrap_or(NONE);
                let above = parent(scan, block).map_or(NONE, |above| clusters.number(above));
                clusters.above.push(above);
                clusters.blocks.push(0);
            }
            clusters.numbers[block as usize] = place_of[first];
            clusters.blocks[place_of[first] as usize] += 1;
        }
        clusters
    }

    pub(super) fn len(&self) -> usize {
        self.above.len()
    }

    /// The place of a block.
    pub(super) fn number(&self, block: u32) -> u32 {
        self.numbers[block as usize]
    }

    pub(super) fn above(&self, place: usize) -> Option<usize> {
        Some(self.above[place]).filter(|above| *above != NONE).map(|above| above as usize)
    }

    pub(super) fn blocks(&self, place: usize) -> u32 {
        self.blocks[place]
    }
}

fn tree(scan: &HeapScan, block: u32) -> &Tree {
    if scan.tree.has(block) { &scan.tree } else { &scan.forest }
}

/// The block above a block.
pub(super) fn parent(scan: &HeapScan, block: u32) -> Option<u32> {
    match tree(scan, block).parent(block) {
        Parent::Block(parent) => Some(parent),
        Parent::Seed(_) | Parent::None => None,
    }
}

/// Which blocks belong together: for each block, itself or another block of the same structure.
struct Links(Vec<u32>);

impl Links {
    fn first(&mut self, block: u32) -> u32 {
        let mut block = block;
        while self.0[block as usize] != block {
            let next = self.0[self.0[block as usize] as usize];
            self.0[block as usize] = next;
            block = next;
        }
        block
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.first(one), self.first(other));
        self.0[one as usize] = other;
    }

    /// Joins blocks of the same size that point to each other: the nodes of a doubly linked list, or of a
    /// tree with parent pointers.
    fn neighbours(&mut self, scan: &HeapScan) {
        let size = |block: u32| scan.heap.size(block);
        for (block, place, edge) in scan.graph.each() {
            let difference = size(block).abs_diff(size(edge.target));
            let is_alike = difference == 0 || difference == INNER_NODE;
            let may = edge.target != block && is_alike && !scan.counted.weak.has(place);
            let back = |place: usize| scan.graph.edge(place).target == block;
            if may && scan.graph.edges_of(edge.target).any(back) {
                self.join(block, edge.target);
            }
        }
    }

    /// Joins requested blocks that form a chain: each leads to one other block of the same size.
    fn chains(&mut self, scan: &HeapScan, labelled: impl Iterator<Item = u32>) {
        let mut is_labelled = Bits::none_of(scan.heap.len());
        let labelled: Vec<u32> = labelled.collect();
        for block in &labelled {
            is_labelled.add(*block as usize);
        }
        let above = |block: u32| {
            parent(scan, block).filter(|above| {
                is_labelled.has(*above as usize) && scan.heap.size(*above) == scan.heap.size(block)
            })
        };
        let mut next = vec![0_u32; scan.heap.len()];
        for above in labelled.iter().filter_map(|block| above(*block)) {
            next[above as usize] += 1;
        }
        for block in labelled {
            if let Some(above) = above(block).filter(|above| next[*above as usize] == 1) {
                self.join(block, above);
            }
        }
    }
}
