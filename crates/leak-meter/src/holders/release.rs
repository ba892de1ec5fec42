//! Calculates what dropping a holder would free.

use super::explain::Ways;
use super::graph::{Bits, NONE};
use super::paths::Mark;
use super::reach::{Tree, retained};

impl Ways<'_> {
    /// The sources that belong to `end`.
    pub(super) fn sources_of(&mut self, end: u32) -> Vec<usize> {
        let Self { scan, places, ends, .. } = self;
        (0..scan.sources.len())
            .filter(|source| ends.of_source(scan, places, *source) == end)
            .collect()
    }

    /// The blocks that would be freed together with the holder at `place` on the paths to `end`, or with the
    /// root itself if there is no such place. `None` if the time ran out.
    pub(super) fn retained(&mut self, place: u32, end: u32) -> Option<Vec<u32>> {
        let needs_no_root = self.ends.get(end).hold.is_by_no_root();
        if needs_no_root {
            return self.retained_by_sources(end);
        }
        let scan = self.scan;
        let mut gone = Bits::none_of(scan.heap.len());
        let mut holding = scan.roots.holding(&scan.tree);
        if place == NONE {
            holding.retain(|seed| self.ends.of_seed(scan, self.places, *seed) != end);
        } else {
            for block in scan.tree.order.iter().filter(|block| self.marked.has(**block as usize)) {
                let is_holder = self.paths.node_of(*block).is_some_and(|node| {
                    self.paths.nodes[node as usize].mark == Mark::Step(place)
                        && self.end(node) == end
                });
                if is_holder {
                    gone.add(*block as usize);
                }
            }
        }
        let seeds: Vec<_> = holding.iter().map(|seed| scan.roots.seeds[*seed]).collect();
        retained(&scan.graph, &seeds, &gone, &scan.tree.order, &scan.not_holding)
    }

    /// The blocks that the sources of `end` hold and no root reaches.
    fn retained_by_sources(&mut self, end: u32) -> Option<Vec<u32>> {
        let sources = self.sources_of(end);
        let scan = self.scan;
        let seeds: Vec<_> = scan
            .forest_seeds
            .iter()
            .filter(|seed| sources.binary_search(&(seed.root as usize)).is_ok())
            .copied()
            .collect();
        let mut tree = Tree::new(scan.heap.len());
        tree.grow(&scan.graph, seeds.into_iter().enumerate(), &scan.not_holding);
        let is_whole = !scan.graph.deadline().was_reached();
        is_whole.then(|| tree.order.into_iter().filter(|block| !scan.tree.has(*block)).collect())
    }
}
