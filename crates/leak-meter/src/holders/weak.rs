//! Determines which pointers to a counted block (of an `Rc` or `Arc`) are strong.
//!
//! Strong, weak and stale pointers look the same. But the block begins with the number of strong and weak
//! pointers, so that counting distinguishes them: pointers of one kind, from the same field of the blocks of
//! one line, are either all strong, all weak, or all stale, and over many blocks only one assignment matches
//! the counts.

use std::collections::HashMap;

use super::graph::{Bits, Edge, Graph};
use super::refcount_fit::{PointerKind, RefcountFit, Sampled, fit};

/// The number of blocks of one site that are examined.
const SAMPLE: usize = 256;

/// The results on counted blocks.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// The edges that are not strong pointers, by index.
    pub(crate) weak: Bits,
    /// The edges in `weak`, and the edges not known to be strong although other edges to the same blocks are.
    /// They may hold their targets, but form no ring.
    pub(crate) unsure: Bits,
    /// The sites whose blocks are counted.
    sites: Bits,
}

impl Counted {
    /// Whether the blocks of a site belong to an `Rc` or `Arc`.
    pub(crate) fn is_counted(&self, site: u32) -> bool {
        self.sites.has(site as usize)
    }
}

/// The required information about blocks.
pub(crate) trait Blocks {
    fn site(&self, block: u32) -> u32;
    /// The two words at the block's start, if they could be the counts of an `Rc`: strong, weak.
    fn counts(&self, block: u32) -> Option<(u64, u64)>;
    /// The number of a site's place, and whether its blocks have fields. This is more expensive.
    fn place(&mut self, site: u32) -> (u32, bool);
    /// Whether the call stack shows that the blocks of a place belong to an `Rc` or `Arc`.
    fn is_counted(&self, place: u32) -> bool;
}

fn kind_of(blocks: &mut impl Blocks, block: u32, edge: Edge) -> PointerKind {
    let site = blocks.site(block);
    let (place, has_fields) = blocks.place(site);
    (place, if has_fields { edge.word() } else { u32::MAX })
}

/// Finds the strong pointers among all edges of `graph`.
pub(crate) fn find(graph: &Graph, blocks: &mut impl Blocks) -> Counted {
    let mut by_place: HashMap<u32, Vec<Sampled>> = HashMap::new();
    let mut sites: HashMap<u32, u32> = HashMap::new();
    for (block, sampled) in sample(graph, blocks) {
        let site = blocks.site(block);
        let (place, _) = blocks.place(site);
        sites.insert(site, place);
        by_place.entry(place).or_default().push(sampled);
    }
    let most = sites.keys().max().map_or(0, |site| *site as usize + 1);
    let none = Bits::none_of(graph.edge_count());
    let mut counted = Counted { weak: none.clone(), unsure: none, sites: Bits::none_of(most) };
    let chosen: HashMap<u32, RefcountFit> = by_place
        .iter()
        .filter_map(|(place, sampled)| {
            Some((*place, fit_of_place(sampled, blocks.is_counted(*place))?))
        })
        .collect();
    for (site, _) in sites.iter().filter(|(_, place)| chosen.contains_key(place)) {
        counted.sites.add(*site as usize);
    }
    for (block, place, edge) in graph.each() {
        let target = sites.get(&blocks.site(edge.target));
        let Some(chosen) = target.and_then(|place| chosen.get(place)) else { continue };
        // An owner of a counted block points to its start; a pointer past its start is a borrow.
        if !edge.is_exact() {
            counted.unsure.add(place);
            continue;
        }
        let kind = kind_of(blocks, block, edge);
        if chosen.not_strong.contains(&kind) {
            counted.weak.add(place);
        }
        if !chosen.strong.contains(&kind) {
            counted.unsure.add(place);
        }
    }
    counted
}

/// Like [`fit`], but a single block has no weak pointers, because some assignment always matches its counts.
fn fit_of_place(sampled: &[Sampled], is_counted: bool) -> Option<RefcountFit> {
    let mut chosen = fit(sampled, is_counted)?;
    if sampled.len() == 1 {
        let not_strong = std::mem::take(&mut chosen.not_strong);
        chosen.strong.extend(not_strong);
    }
    Some(chosen)
}

/// A sample of the blocks of each site that may begin with counts, with the pointers to them.
fn sample(graph: &Graph, blocks: &mut impl Blocks) -> HashMap<u32, Sampled> {
    let mut of_site: Vec<usize> = Vec::new();
    for block in 0..u32::try_from(graph.len()).unwrap_or(0) {
        let site = blocks.site(block) as usize;
        if site >= of_site.len() {
            of_site.resize(site + 1, 0);
        }
        of_site[site] += 1;
    }
    // For each site: how many blocks were found, how many were examined, and how many may be counted.
    let mut counts_of_site = vec![[0_usize; 3]; of_site.len()];
    let mut pointed_to = Bits::none_of(graph.len());
    let mut sampled: HashMap<u32, Sampled> = HashMap::new();
    for (_, _, edge) in graph.each().filter(|(.., edge)| edge.is_exact()) {
        if !pointed_to.add(edge.target as usize) {
            continue;
        }
        let site = blocks.site(edge.target);
        let [met, looked_at, plausible] = &mut counts_of_site[site as usize];
        *met += 1;
        // The sample is spread over all blocks, because the first ones may be special.
        if *met % of_site[site as usize].div_ceil(SAMPLE) == 0 {
            *looked_at += 1;
            if let Some(counts) = blocks.counts(edge.target) {
                *plausible += 1;
                sampled.insert(edge.target, Sampled { counts, pointers: HashMap::new() });
            }
        }
    }
    // If most blocks of a site begin with other values, they are not counted blocks.
    sampled.retain(|block, _| {
        let [_, looked_at, plausible] = counts_of_site[blocks.site(*block) as usize];
        2 * plausible > looked_at
    });
    let mut is_sampled = Bits::none_of(graph.len());
    for block in sampled.keys() {
        is_sampled.add(*block as usize);
    }
    for (block, _, edge) in graph.each().filter(|(.., edge)| edge.is_exact()) {
        if is_sampled.has(edge.target as usize)
            && let Some(sampled) = sampled.get_mut(&edge.target)
        {
            *sampled.pointers.entry(kind_of(blocks, block, edge)).or_default() += 1;
        }
    }
    sampled
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    /// Channels are blocks of site 1 that begin with counts. Digests, of site 2, own them; threads, of site 3,
    /// have weak pointers to them.
    struct Toy {
        sites: Vec<u32>,
        counts: Vec<Option<(u64, u64)>>,
        /// Whether call stacks identify channels.
        is_known: bool,
    }

    impl Blocks for Toy {
        fn site(&self, block: u32) -> u32 {
            self.sites[block as usize]
        }

        fn counts(&self, block: u32) -> Option<(u64, u64)> {
            self.counts[block as usize]
        }

        fn place(&mut self, site: u32) -> (u32, bool) {
            (site, true)
        }

        fn is_counted(&self, place: u32) -> bool {
            place == 1 && self.is_known
        }
    }

    /// Channels, each with these numbers of digests and threads.
    fn toy(channels: &[(u64, u64)]) -> (Graph, Toy) {
        let mut toy = Toy { sites: Vec::new(), counts: Vec::new(), is_known: false };
        let mut edges = Vec::new();
        for (digests, threads) in channels {
            let channel = u32::try_from(toy.sites.len()).unwrap();
            toy.sites.push(1);
            toy.counts.push(Some((*digests, threads + 1)));
            for site in (0..*digests).map(|_| 2).chain((0..*threads).map(|_| 3)) {
                edges.push((u32::try_from(toy.sites.len()).unwrap(), channel));
                toy.sites.push(site);
                toy.counts.push(None);
            }
        }
        (graph(u32::try_from(toy.sites.len()).unwrap(), &edges), toy)
    }

    #[test]
    fn the_counts_distinguish_pointers() {
        let (graph, mut toy) = toy(&[(1, 1), (2, 1), (1, 3), (2, 1)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1) && !counted.is_counted(2));
        for (block, place, _) in graph.each() {
            assert_eq!(counted.weak.has(place), toy.site(block) == 3, "of block {block}");
        }
    }

    #[test]
    fn no_pointer_is_called_weak_if_there_are_no_weak_ones() {
        let (graph, mut toy) = toy(&[(1, 0), (3, 0), (2, 0)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1));
        assert!(graph.each().all(|(_, place, _)| !counted.weak.has(place)));
    }

    #[test]
    fn no_pointer_is_called_weak_if_the_counts_are_ambiguous() {
        let (graph, mut toy) = toy(&[(1, 1), (1, 1), (2, 2)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1));
        assert!(graph.each().all(|(_, place, _)| !counted.weak.has(place)));
    }

    #[test]
    fn the_counts_reveal_stale_pointers() {
        let (_, mut toy) = toy(&[(1, 0), (1, 0), (2, 0)]);
        // The last channel's first digest has a stale word that points to the first channel.
        let edges = [(1, 0), (3, 2), (5, 4), (6, 4), (5, 0)];
        let graph = graph(7, &edges);
        let counted = find(&graph, &mut toy);
        let not_strong: Vec<(u32, u32)> = graph
            .each()
            .filter(|(_, place, _)| counted.weak.has(*place))
            .map(|(block, _, edge)| (block, edge.target))
            .collect();
        assert_eq!(not_strong, [(5, 0)]);
    }

    #[test]
    fn a_known_counted_block_may_count_a_forgotten_owner() {
        let (graph, mut toy) = toy(&[(0, 1), (0, 2), (0, 3)]);
        for (strong, _) in toy.counts.iter_mut().flatten() {
            *strong = 1;
        }
        assert!(!find(&graph, &mut toy).is_counted(1));
        toy.is_known = true;
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1));
        assert!(graph.each().all(|(_, place, _)| counted.weak.has(place)));
    }

    #[test]
    fn words_that_only_resemble_counts_are_not_counts() {
        let (graph, mut toy) = toy(&[(1, 0), (1, 0), (1, 0)]);
        toy.counts = (0..6).map(|block| (block % 2 == 0).then_some((block + 4, 9))).collect();
        let counted = find(&graph, &mut toy);
        assert!(!counted.is_counted(1));
    }
}
