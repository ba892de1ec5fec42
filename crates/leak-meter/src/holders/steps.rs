//! Turns paths into steps, and steps into a finding.

use std::collections::HashMap;

use super::explain::{Draft, Way, Ways};
use super::finding::{Finding, Hold, Step};
use super::graph::NONE;
use super::paths::Mark;

impl Ways<'_> {
    /// The steps between a leaf and its gathering step.
    pub(super) fn through(&self, way: &Way) -> Vec<Step> {
        let (place, _) = self.holder(way);
        let end = way.gatherer.filter(|_| place != NONE);
        let way = self.paths.upwards(way.leaf).take_while(|node| Some(*node) != end).skip(1);
        way.filter_map(|node| self.step(node)).collect()
    }

    fn step(&self, node: u32) -> Option<Step> {
        let node = &self.paths.nodes[node as usize];
        match node.mark {
            Mark::Step(place) => Some(self.step_of(place, node.blocks, false)),
            Mark::End(_) => None,
        }
    }

    fn step_of(&self, place: u32, blocks: u64, weaken: bool) -> Step {
        let place = self.places.get(place).clone();
        Step {
            what: place.what,
            function: place.function,
            file: place.file,
            line: place.line,
            own: place.own,
            blocks,
            weaken,
        }
    }

    /// The stack that holds nearly all blocks, or the number of stacks that hold some.
    fn stacks(&self, threads: &HashMap<usize, u64>) -> Hold {
        let all: u64 = threads.values().sum();
        let name = |thread: usize| self.scan.roots.threads[thread].name.clone();
        match threads.iter().max_by_key(|(thread, blocks)| (**blocks, **thread)) {
            Some((thread, blocks)) if blocks * 10 >= all * 9 => {
                Hold::Stack { thread: name(*thread), function: None, place: None }
            }
            _ => Hold::Stacks { threads: threads.len() as u64 },
        }
    }

    pub(super) fn finding(&mut self, place: u32, end: u32, draft: Draft) -> Finding {
        let mut path_end = self.ends.get(end).clone();
        if let Hold::Stacks { .. } = path_end.hold {
            path_end.hold = self.stacks(&draft.threads);
        }
        let steps = match (path_end.hold == Hold::Ring, draft.way) {
            (true, _) => {
                let rings = self.sources_of(end).len() as u64;
                path_end
                    .ring
                    .iter()
                    .map(|(place, weaken)| self.step_of(*place, rings, *weaken))
                    .collect()
            }
            (false, Some(Way { leaf, gatherer, .. })) => {
                let way = self.paths.upwards(leaf).skip_while(|node| Some(*node) != gatherer);
                way.filter_map(|node| self.step(node)).collect()
            }
            (false, None) => Vec::new(),
        };
        let gone = self.retained(place, end).unwrap_or_default();
        let heap = &self.scan.heap;
        let bytes: f64 =
            gone.iter().map(|block| heap.size(*block) as f64 * heap.weight(*block)).sum();
        let blocks: f64 = gone.iter().map(|block| heap.weight(*block)).sum();
        let mut held = draft.held;
        held.sort_by_key(|held| std::cmp::Reverse(held.bytes));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Sizes of memory.
        let (retained_bytes, retained_blocks) = (bytes.round() as u64, blocks.round() as u64);
        Finding { held, hold: path_end.hold, steps, retained_bytes, retained_blocks }
    }
}
