//! What dropping a holder would free.

use super::explain::Ways;
use super::graph::{Bits, NONE};
use super::paths::Mark;
use super::reach::{Tree, retained};

impl Ways<'_> {
    /// The sources that are `top`.
    pub(super) fn sources_of(&mut self, top: u32) -> Vec<usize> {
        let Self { seen, places, tops, .. } = self;
        (0..seen.sources.len())
            .filter(|source| tops.of_source(seen, places, *source) == top)
            .collect()
    }

    /// What would go with the holder at `place` on the ways to `top`; with the root itself if there is
    /// no such place. `None` if the time was over before it was found.
    pub(super) fn retained(&mut self, place: u32, top: u32) -> Option<Vec<u32>> {
        let needs_no_root = self.tops.get(top).hold.is_by_no_root();
        if needs_no_root {
            return self.retained_by_sources(top);
        }
        let seen = self.seen;
        let mut gone = Bits::none_of(seen.heap.len());
        let mut holding = seen.roots.holding(&seen.tree);
        if place == NONE {
            holding.retain(|seed| self.tops.of_seed(seen, self.places, *seed) != top);
        } else {
            for block in seen.tree.order.iter().filter(|block| self.marked.has(**block as usize)) {
                let is_holder = self.paths.of(*block).is_some_and(|node| {
                    self.paths.nodes[node as usize].mark == Mark::Step(place)
                        && self.top(node) == top
                });
                if is_holder {
                    gone.add(*block as usize);
                }
            }
        }
        let seeds: Vec<_> = holding.iter().map(|seed| seen.roots.seeds[*seed]).collect();
        retained(&seen.graph, &seeds, &gone, &seen.tree.order, &seen.not_holding)
    }

    /// What the sources that are `top` hold, and no root does.
    fn retained_by_sources(&mut self, top: u32) -> Option<Vec<u32>> {
        let sources = self.sources_of(top);
        let seen = self.seen;
        let seeds: Vec<_> = seen
            .forest_seeds
            .iter()
            .filter(|seed| sources.binary_search(&(seed.root as usize)).is_ok())
            .copied()
            .collect();
        let mut tree = Tree::new(seen.heap.len());
        tree.grow(&seen.graph, seeds.into_iter().enumerate(), &seen.not_holding);
        let is_whole = !seen.graph.deadline().was_reached();
        is_whole.then(|| tree.order.into_iter().filter(|block| !seen.tree.has(*block)).collect())
    }
}
