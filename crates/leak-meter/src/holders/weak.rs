//! Which pointers to a counted block (of an `Rc` or an `Arc`) are strong.
//!
//! A strong pointer and a weak one look the same, and so do the remains of one in the spare room of
//! a vector. But the block begins with how many there are of each, so that they can be told apart
//! by counting: pointers of one kind, from the same field of what one line allocates, are all strong,
//! all weak, or all none, and over many blocks only one choice makes the sums come out right.

use std::collections::BTreeMap;

use super::graph::{Bits, Edge, Graph};

/// Blocks of one site that are looked at.
const SAMPLE: usize = 256;
/// Kinds of pointers to the blocks of one place that are told apart.
const MOST_KINDS: u32 = 6;

/// What was found of counted blocks.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    /// The edges that are no strong pointers, by their places.
    pub(crate) weak: Bits,
    /// These, and the edges that are not known to be strong though others to the same blocks are: they
    /// may hold, but make no ring.
    pub(crate) unsure: Bits,
    /// The sites whose blocks are counted.
    sites: Bits,
}

impl Counted {
    /// Whether the blocks of a site are those of an `Rc` or `Arc`.
    pub(crate) fn is_counted(&self, site: u32) -> bool {
        self.sites.has(site as usize)
    }
}

/// What must be known of the blocks.
pub(crate) trait Blocks {
    fn site(&self, block: u32) -> u32;
    /// The two words at its start, if they could be an `Rc`'s counts: strong, weak.
    fn counts(&self, block: u32) -> Option<(u64, u64)>;
    /// The number of the place of a site, and whether its blocks have fields. Costs more.
    fn place(&mut self, site: u32) -> (u32, bool);
}

/// A kind of pointer: the place of the block that it stands in, and of a field in which word.
type Kind = (u32, u32);

fn kind_of(blocks: &mut impl Blocks, block: u32, edge: Edge) -> Kind {
    let site = blocks.site(block);
    let (place, has_fields) = blocks.place(site);
    (place, if has_fields { edge.word() } else { u32::MAX })
}

/// A block that may be counted, and how many pointers of each kind there are to its start.
#[derive(Debug)]
struct Sampled {
    counts: (u64, u64),
    pointers: BTreeMap<Kind, u64>,
}

/// Tells strong pointers from others, among all edges of `graph`.
pub(crate) fn find(graph: &Graph, blocks: &mut impl Blocks) -> Counted {
    let mut by_place: BTreeMap<u32, Vec<Sampled>> = BTreeMap::new();
    let mut sites: BTreeMap<u32, u32> = BTreeMap::new();
    for (block, sampled) in sample(graph, blocks) {
        let site = blocks.site(block);
        let (place, _) = blocks.place(site);
        sites.insert(site, place);
        by_place.entry(place).or_default().push(sampled);
    }
    let most = sites.keys().max().map_or(0, |site| *site as usize + 1);
    let none = Bits::none_of(graph.edge_count());
    let mut counted = Counted { weak: none.clone(), unsure: none, sites: Bits::none_of(most) };
    let chosen: BTreeMap<u32, Chosen> =
        by_place.iter().filter_map(|(place, sampled)| Some((*place, choose(sampled)?))).collect();
    for (site, _) in sites.iter().filter(|(_, place)| chosen.contains_key(place)) {
        counted.sites.add(*site as usize);
    }
    for (block, place, edge) in graph.each() {
        let target = sites.get(&blocks.site(edge.target));
        let Some(chosen) = target.and_then(|place| chosen.get(place)) else { continue };
        // An owner of a counted block points to its start; what points behind it borrows.
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

/// Some blocks of each site whose blocks begin with what may be counts, with the pointers to them.
fn sample(graph: &Graph, blocks: &mut impl Blocks) -> BTreeMap<u32, Sampled> {
    let mut of_site: BTreeMap<u32, usize> = BTreeMap::new();
    for block in 0..u32::try_from(graph.len()).unwrap_or(0) {
        *of_site.entry(blocks.site(block)).or_default() += 1;
    }
    // By site: how many were come upon, how many looked at, how many may be counted.
    let mut seen: BTreeMap<u32, [usize; 3]> = BTreeMap::new();
    let mut pointed_to = Bits::none_of(graph.len());
    let mut sampled: BTreeMap<u32, Sampled> = BTreeMap::new();
    for (_, _, edge) in graph.each().filter(|(.., edge)| edge.is_exact()) {
        if !pointed_to.add(edge.target as usize) {
            continue;
        }
        let site = blocks.site(edge.target);
        let [met, looked_at, plausible] = seen.entry(site).or_default();
        *met += 1;
        // Spread over all of them: the first ones may be special.
        if *met % of_site[&site].div_ceil(SAMPLE) == 0 {
            *looked_at += 1;
            if let Some(counts) = blocks.counts(edge.target) {
                *plausible += 1;
                sampled.insert(edge.target, Sampled { counts, pointers: BTreeMap::new() });
            }
        }
    }
    // A site of which most begin with something else is none of counted blocks.
    sampled.retain(|block, _| {
        let [_, looked_at, plausible] = seen[&blocks.site(*block)];
        2 * plausible > looked_at
    });
    for (block, _, edge) in graph.each().filter(|(.., edge)| edge.is_exact()) {
        if let Some(sampled) = sampled.get_mut(&edge.target) {
            *sampled.pointers.entry(kind_of(blocks, block, edge)).or_default() += 1;
        }
    }
    sampled
}

/// The kinds of pointers to the blocks of a place.
#[derive(Debug)]
struct Chosen {
    strong: Vec<Kind>,
    not_strong: Vec<Kind>,
}

/// What the pointers of a kind may be.
const STRONG: u32 = 0;
const WEAK: u32 = 1;
const CHOICES: u32 = 3;

/// Which kinds of pointers are strong, if the counts of most blocks are right; `None` if these are no
/// counted blocks.
fn choose(sampled: &[Sampled]) -> Option<Chosen> {
    let mut frequent: BTreeMap<Kind, u64> = BTreeMap::new();
    for (kind, number) in sampled.iter().flat_map(|sampled| &sampled.pointers) {
        *frequent.entry(*kind).or_default() += number;
    }
    let mut kinds: Vec<(Kind, u64)> = frequent.into_iter().collect();
    // The most frequent ones; rare ones are remains, or of blocks that are in motion.
    kinds.sort_by_key(|(kind, number)| (std::cmp::Reverse(*number), *kind));
    kinds.truncate(MOST_KINDS as usize);
    let kinds: Vec<Kind> = kinds.into_iter().map(|(kind, _)| kind).collect();
    let place = |kind: &Kind| kinds.iter().position(|known| known == kind);
    let sums: Vec<(Vec<(usize, u64)>, (u64, u64))> = sampled
        .iter()
        .map(|sampled| {
            let known = sampled.pointers.iter();
            let known = known.filter_map(|(kind, number)| Some((place(kind)?, *number)));
            (known.collect(), sampled.counts)
        })
        .collect();
    // A choice is a number with one digit for each kind.
    let digit =
        |choice: u32, at: usize| choice / CHOICES.pow(u32::try_from(at).unwrap_or(0)) % CHOICES;
    let fits = |choice: u32| {
        let fits = |(pointers, (strong, weak)): &&(Vec<(usize, u64)>, (u64, u64))| {
            let sum = |wanted: u32| {
                let those = pointers.iter().filter(|(at, _)| digit(choice, *at) == wanted);
                those.map(|(_, number)| number).sum::<u64>()
            };
            // All strong pointers together hold one weak one.
            *strong == sum(STRONG) && *weak == sum(WEAK) + u64::from(*strong > 0)
        };
        sums.iter().filter(fits).count()
    };
    let others = |choice: u32| (0..kinds.len()).filter(|at| digit(choice, *at) != STRONG).count();
    let all: Vec<(usize, u32)> = (0..CHOICES.pow(u32::try_from(kinds.len()).unwrap_or(0)))
        .map(|choice| (fits(choice), choice))
        .collect();
    let best = all.iter().map(|(fits, _)| *fits).max()?;
    // Chance makes some fit, and pointers from stacks, which are not counted here, leave some out.
    if best == 0 || best * 2 < sampled.len() {
        return None;
    }
    // Of those that are as good, the one with the most strong kinds. If that is not one alone, all are
    // called strong: what may be either holds.
    let good = || all.iter().filter(|(fits, _)| *fits == best).map(|(_, choice)| *choice);
    let fewest = good().map(others).min()?;
    let mut chosen = good().filter(|choice| others(*choice) == fewest);
    let choice = chosen.next().filter(|_| chosen.next().is_none()).unwrap_or(STRONG);
    let (strong, not_strong): (Vec<_>, Vec<_>) =
        kinds.iter().enumerate().partition(|(at, _)| digit(choice, *at) == STRONG);
    let [strong, not_strong] =
        [strong, not_strong].map(|kinds| kinds.into_iter().map(|(_, kind)| *kind).collect());
    Some(Chosen { strong, not_strong })
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    /// Channels are blocks of site 1 that begin with counts; digests, of site 2, own them; threads,
    /// of site 3, know them.
    struct Toy {
        sites: Vec<u32>,
        counts: Vec<Option<(u64, u64)>>,
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
    }

    /// Channels, each with so many digests and threads.
    fn toy(channels: &[(u64, u64)]) -> (Graph, Toy) {
        let mut toy = Toy { sites: Vec::new(), counts: Vec::new() };
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
    fn pointers_are_told_apart_by_the_counts() {
        let (graph, mut toy) = toy(&[(1, 1), (2, 1), (1, 3), (2, 1)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1) && !counted.is_counted(2));
        for (block, place, _) in graph.each() {
            assert_eq!(counted.weak.has(place), toy.site(block) == 3, "of block {block}");
        }
    }

    #[test]
    fn without_weak_pointers_none_is_called_weak() {
        let (graph, mut toy) = toy(&[(1, 0), (3, 0), (2, 0)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1));
        assert!(graph.each().all(|(_, place, _)| !counted.weak.has(place)));
    }

    #[test]
    fn where_either_may_be_weak_none_is_called_weak() {
        let (graph, mut toy) = toy(&[(1, 1), (1, 1), (2, 2)]);
        let counted = find(&graph, &mut toy);
        assert!(counted.is_counted(1));
        assert!(graph.each().all(|(_, place, _)| !counted.weak.has(place)));
    }

    #[test]
    fn remains_of_pointers_are_told_by_the_counts() {
        let (_, mut toy) = toy(&[(1, 0), (1, 0), (2, 0)]);
        // The last channel's first digest has a word that points to the first channel.
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
    fn words_that_only_look_like_counts_are_none() {
        let (graph, mut toy) = toy(&[(1, 0), (1, 0), (1, 0)]);
        toy.counts = (0..6).map(|block| (block % 2 == 0).then_some((block + 4, 9))).collect();
        let counted = find(&graph, &mut toy);
        assert!(!counted.is_counted(1));
    }
}
