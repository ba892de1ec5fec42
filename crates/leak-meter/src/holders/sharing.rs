//! Determines whether one container holds the blocks of two call sites.
//!
//! The tree of a scan has one path to each block. Blocks of one size that point to each other, such as the
//! nodes of a list, count as one place on that path. The container of a block is the nearest place above it
//! that leads to many blocks of its site in many directions: the buffer of a vector, a hash table, the nodes of
//! a list. An entry of a cache can itself lead to many blocks; unlike a container, its own site grows with the
//! blocks.
//!
//! A container also holds the blocks of another site if they are below it in several directions. If all of them
//! are in one direction, they have a container of their own: a map of queues holds the elements of one queue
//! only through that queue.

use std::collections::HashMap;

use super::clusters::{self, Clusters};
use super::graph::NONE;
use super::heap_scan::HeapScan;
use super::{Falling, Sharing};
use crate::allocator::SiteId;

/// A place that leads to blocks of one site in this many directions is a container.
const DIRECTIONS: u32 = 8;
/// A container holds a site if it holds this share of its blocks, that is, nearly all.
const NEARLY_ALL: f64 = 0.75;
/// The share of blocks that may be strays: moving, or held by a number that looks like a pointer.
const STRAYS: f64 = 0.1;

const TWO_WAYS: &str = "the new blocks can be reached through two containers";

/// For each pair of a growing and a falling site, whether one container holds the blocks of both.
pub(super) fn sharing(
    scan: &HeapScan,
    growing: &[SiteId],
    falling: &[Falling],
    is_doubtful: impl Fn(u32) -> bool,
) -> Vec<Vec<Sharing>> {
    let leaves = |site: SiteId| {
        let blocks = 0..u32::try_from(scan.heap.len()).unwrap_or(NONE);
        let site = u32::try_from(site.index()).unwrap_or(NONE);
        let is_leaf = |block: &u32| {
            scan.heap.site(*block) == site
                && !scan.moved.has(*block as usize)
                && !is_doubtful(*block)
        };
        blocks.filter(is_leaf).collect::<Vec<u32>>()
    };
    let growing: Vec<Vec<u32>> = growing.iter().map(|site| leaves(*site)).collect();
    let falling: Vec<(Falling, Vec<u32>)> =
        falling.iter().map(|falling| (*falling, leaves(falling.site))).collect();
    let labelled = growing.iter().chain(falling.iter().map(|(_, leaves)| leaves)).flatten();
    let clusters = Clusters::new(scan, labelled.copied());
    let mut entries = vec![false; clusters.len()];
    for block in growing.iter().flatten() {
        entries[clusters.number(*block) as usize] = true;
    }
    let falling: Vec<(Falling, Below)> = falling
        .into_iter()
        .map(|(falling, leaves)| (falling, Below::new(&clusters, &leaves)))
        .collect();
    let search = ContainerSearch { scan, clusters: &clusters, entries };
    growing.iter().map(|leaves| search.sharing(leaves, &falling)).collect()
}

/// The number of blocks of one site at or below each place.
#[derive(Debug)]
struct Below {
    all: u32,
    blocks: Vec<u32>,
    /// The number of those at the place itself.
    own: Vec<u32>,
    /// The number of directions in which they are.
    directions: Vec<u32>,
    /// The number of those in the direction with the most.
    most: Vec<u32>,
}

impl Below {
    fn new(clusters: &Clusters, leaves: &[u32]) -> Self {
        let zeros = || vec![0; clusters.len()];
        let mut below = Self {
            all: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
            blocks: zeros(),
            own: zeros(),
            directions: zeros(),
            most: zeros(),
        };
        for leaf in leaves {
            let own = clusters.number(*leaf) as usize;
            below.blocks[own] += 1;
            below.own[own] += 1;
            below.directions[own] += 1;
            below.most[own] = 1;
        }
        // Each place comes after the place above it.
        for place in (0..clusters.len()).rev() {
            let blocks = below.blocks[place];
            if let (Some(above), 1..) = (clusters.above(place), blocks) {
                below.blocks[above] += blocks;
                below.directions[above] += 1;
                below.most[above] = below.most[above].max(blocks);
            }
        }
        below
    }

    /// The number of blocks that a place holds as a container: zero if the blocks have a container of their own
    /// below it. A block does not hold itself.
    fn held_by(&self, clusters: &Clusters, place: usize) -> u32 {
        let itself = u32::from(clusters.blocks(place) == 1) * self.own[place];
        let (blocks, most) = (self.blocks[place] - itself, self.most[place]);
        let has_its_own = blocks >= DIRECTIONS && 2 * most > blocks;
        if has_its_own { blocks - most } else { blocks }
    }
}

struct ContainerSearch<'a> {
    scan: &'a HeapScan,
    clusters: &'a Clusters,
    /// The places that contain blocks of a growing site.
    entries: Vec<bool>,
}

impl ContainerSearch<'_> {
    fn sharing(&self, leaves: &[u32], falling: &[(Falling, Below)]) -> Vec<Sharing> {
        let all = leaves.len() as f64;
        let containers = self.containers(leaves);
        let container_of: Vec<u32> =
            leaves.iter().map(|leaf| self.container(*leaf, &containers)).collect();
        let mut held: HashMap<usize, u32> = HashMap::new();
        for container in container_of.iter().filter(|container| **container != NONE) {
            *held.entry(*container as usize).or_default() += 1;
        }
        let others = self.other_owners(leaves, &container_of);
        // Unheld blocks were forgotten, and have no container that could exchange them.
        let forgotten = leaves.iter().filter(|leaf| !self.scan.tree.has(**leaf)).count();
        let placed = held.values().sum::<u32>() as usize + forgotten;
        falling
            .iter()
            .map(|(falling, below)| {
                let shared = held
                    .iter()
                    .filter(|(container, _)| below.held_by(self.clusters, **container) > 0);
                let (mut theirs, mut ours) = (0, 0);
                for (container, blocks) in shared {
                    theirs += below.held_by(self.clusters, *container);
                    ours += blocks;
                }
                let share = f64::from(theirs) / f64::from(below.all.max(1));
                // Blocks without a call stack belong to many places, most of which do not change.
                let is_known = falling.site != SiteId::UNKNOWN;
                if leaves.is_empty() || (is_known && u64::from(below.all) < falling.per_round) {
                    return Sharing::CannotTell("hardly any of the blocks are left to examine");
                }
                let few = falling.per_round as f64 * STRAYS;
                let is_one = if is_known {
                    share >= NEARLY_ALL
                } else {
                    f64::from(theirs) > few.min(f64::from(below.all) * STRAYS)
                };
                let is_contested = |contested: usize| contested as f64 > all * (1.0 - NEARLY_ALL);
                if is_one && f64::from(ours) >= all * STRAYS {
                    return if is_contested(self.held_apart(&others, falling.site, below)) {
                        Sharing::CannotTell(TWO_WAYS)
                    } else {
                        Sharing::OneContainer
                    };
                }
                if is_one || (is_known && share > STRAYS) {
                    return Sharing::CannotTell(
                        "some of the blocks are in one container, and others are not",
                    );
                }
                if (placed as f64) < all * NEARLY_ALL {
                    return Sharing::CannotTell("no container of the new blocks was found");
                }
                let holds = |(others, container): &(&Vec<u32>, &u32)| {
                    others.iter().any(|other| self.is_below_another(*other, **container, below))
                };
                if is_contested(others.iter().zip(&container_of).filter(holds).count()) {
                    return Sharing::CannotTell(TWO_WAYS);
                }
                Sharing::Different
            })
            .collect()
    }

    /// For each place, the container of blocks below it; [`NONE`] if there is no container.
    fn containers(&self, leaves: &[u32]) -> Vec<u32> {
        let below = Below::new(self.clusters, leaves);
        // With few blocks, no place leads to many of them.
        let directions = DIRECTIONS.min(below.all / 2).max(2);
        let mut containers: Vec<u32> = Vec::with_capacity(self.clusters.len());
        for (place, number) in (0..self.clusters.len()).zip(0_u32..) {
            let above = self.clusters.above(place).map_or(NONE, |above| containers[above]);
            let gathers = below.directions[place] >= directions;
            let is_entry = self.entries[place] && above != NONE;
            containers.push(if gathers && !is_entry { number } else { above });
        }
        containers
    }

    /// The container of a block, which is never the block itself.
    fn container(&self, leaf: u32, containers: &[u32]) -> u32 {
        let place = self.clusters.number(leaf) as usize;
        let is_part_of_it = self.clusters.blocks(place) > 1;
        let place = if is_part_of_it { Some(place) } else { self.clusters.above(place) };
        place.map_or(NONE, |place| containers[place])
    }

    /// For each block, the blocks that point to it, or to a block between it and its container, and are not on
    /// its path in the tree.
    fn other_owners(&self, leaves: &[u32], container_of: &[u32]) -> Vec<Vec<u32>> {
        /// No more blocks than this are between an entry and its container.
        const STEPS: usize = 64;
        let way = |leaf: u32, container: u32| {
            let up = std::iter::successors(Some(leaf), |block| clusters::parent(self.scan, *block));
            up.take_while(move |block| self.clusters.number(*block) != container).take(STEPS)
        };
        let ways = || leaves.iter().zip(container_of).map(|(leaf, at)| way(*leaf, *at));
        let mut owners: HashMap<u32, Vec<u32>> =
            ways().flatten().map(|block| (block, Vec::new())).collect();
        for (block, _, edge) in self.scan.graph.each() {
            if let Some(owners) = owners.get_mut(&edge.target)
                && clusters::parent(self.scan, edge.target) != Some(block)
            {
                owners.push(block);
            }
        }
        ways().map(|way| way.flat_map(|block| owners[&block].iter().copied()).collect()).collect()
    }

    /// The number of blocks that are pointed to by another container, one without blocks of the falling site.
    /// Its pointers may belong to the owner, and those on the path in the tree may be stale.
    fn held_apart(&self, others: &[Vec<u32>], falling: SiteId, below: &Below) -> usize {
        let mut held: HashMap<u32, u32> = HashMap::new();
        for other in others.iter().flatten() {
            *held.entry(*other).or_default() += 1;
        }
        let site = u32::try_from(falling.index()).unwrap_or(NONE);
        let graph = &self.scan.graph;
        held.retain(|block, held| {
            let place = self.clusters.number(*block) as usize;
            let mut targets = graph.edges_of(*block).map(|at| graph.edge(at).target);
            *held >= DIRECTIONS
                && !self.entries[place]
                && below.held_by(self.clusters, place) == 0
                && !targets.any(|target| self.scan.heap.site(target) == site)
        });
        others.iter().filter(|others| others.iter().any(|other| held.contains_key(other))).count()
    }

    /// Whether the nearest place at or above a block that holds blocks of the falling site is off the path to
    /// `container`.
    fn is_below_another(&self, block: u32, container: u32, below: &Below) -> bool {
        let up = |place: usize| std::iter::successors(Some(place), |at| self.clusters.above(*at));
        let holder = up(self.clusters.number(block) as usize)
            .find(|place| below.held_by(self.clusters, *place) > 1 && below.directions[*place] > 1);
        holder.is_some_and(|holder| {
            container == NONE || !up(container as usize).any(|place| place == holder)
        })
    }
}
