//! Which of several pointers to a block is its owner's.
//!
//! What is not counted has one owner. Whatever else points to it borrows it, or is left over where
//! nothing was written since: in the spare room of a vector, in the free places of a queue. The
//! owner is told by how regular it is. If the blocks of one line point to most blocks of another,
//! that is how those are owned; a pointer from elsewhere that few of them have is not. The same goes
//! for the words of one kind of block. Neighbours that point to each other, in a list or a tree, are
//! not compared.
//!
//! A task of a tokio runtime is owned by the runtime's list of tasks until it ends. Timers, sockets and
//! channels point to it as well, to wake it.

use std::collections::{HashMap, HashSet};

use super::graph::{Bits, Edge, Graph, NONE};
use super::weak::Counted;

/// Words of a block that are told apart; beyond these it is a table, or as good as one.
const WORDS: usize = 16;
/// Of fewer blocks of a place nothing is regular.
const FEWEST: u32 = 16;
/// A pointer counts as the owner's if at least this share as many blocks have one of its kind as have
/// one of the most regular kind.
const SHARE: u32 = 2;

/// What must be known of the blocks.
pub(crate) trait Blocks {
    fn site(&self, block: u32) -> u32;
    /// The number of a block's place.
    fn place(&mut self, block: u32) -> u32;
    /// What a place is to a runtime.
    fn role(&self, place: u32) -> Role;
    /// The number of the structure that the blocks of a place are part of: one for several places whose
    /// blocks are linked to each other.
    fn structure(&self, place: u32) -> u32 {
        place
    }
}

/// What blocks are to a runtime of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The list of all tasks that have not ended.
    TaskList,
    Task,
    Other,
}

/// Tells owners' pointers from others: the edges that are not an owner's, by all appearances. Has
/// `graph` link each list of tasks to its tasks; of the `unfinished` tasks, those that are in no list are
/// told.
pub(crate) fn find(
    graph: &mut Graph,
    counted: &Counted,
    blocks: &mut impl Blocks,
    unfinished: Vec<u32>,
) -> (Bits, Vec<u32>) {
    let mut others = irregular(graph, counted, blocks);
    let mut loose = unfinished;
    for (list, tasks) in task_lists(graph, blocks) {
        for (block, place, edge) in graph.each() {
            if block != list && tasks.contains(&edge.target) {
                others.add(place);
            }
        }
        loose.retain(|task| !tasks.contains(task));
        let mut tasks: Vec<u32> = tasks.into_iter().collect();
        tasks.sort_unstable();
        graph.link(list, tasks);
    }
    let mut is_loose = Bits::none_of(graph.len());
    for task in &loose {
        is_loose.add(*task as usize);
    }
    for (_, place, _) in graph.each().filter(|(.., edge)| is_loose.has(edge.target as usize)) {
        others.add(place);
    }
    (others, loose)
}

/// How many pointers there are from the blocks of one place to those of another.
#[derive(Debug, Default, Clone, Copy)]
struct Frequency {
    all: u32,
    by_word: [u32; WORDS],
}

impl Frequency {
    fn add(&mut self, edge: Edge) {
        self.all += 1;
        if let Some(of_word) = self.by_word.get_mut(edge.word() as usize) {
            *of_word += 1;
        }
    }

    fn of_word(&self, edge: Edge) -> Option<u32> {
        self.by_word.get(edge.word() as usize).copied()
    }
}

/// The most regular pointer to a block.
#[derive(Debug, Default, Clone, Copy)]
struct Best {
    all: u32,
    of_word: u32,
    place: u32,
}

fn irregular(graph: &Graph, counted: &Counted, blocks: &mut impl Blocks) -> Bits {
    let weak = &counted.weak;
    let places: Vec<u32> =
        (0..u32::try_from(graph.len()).unwrap_or(NONE)).map(|block| blocks.place(block)).collect();
    let mut sizes = vec![0_u32; places.iter().max().map_or(0, |most| *most as usize + 1)];
    for place in &places {
        sizes[*place as usize] += 1;
    }
    let structures: Vec<u32> =
        (0..).zip(&sizes).map(|(place, _)| blocks.structure(place)).collect();
    let kind = |block: u32, edge: Edge| (places[block as usize], places[edge.target as usize]);
    let between = |block: u32, edge: Edge| {
        let (place, of_target) = kind(block, edge);
        (structures[place as usize], structures[of_target as usize])
    };
    let mut frequencies: HashMap<(u32, u32), Frequency> = HashMap::new();
    // From the blocks of a structure to those of another, or of the same one.
    let mut totals: HashMap<(u32, u32), u32> = HashMap::new();
    for (block, _, edge) in edges(graph, weak) {
        frequencies.entry(kind(block, edge)).or_default().add(edge);
        *totals.entry(between(block, edge)).or_default() += 1;
    }
    let several = pointed_to_by_several(graph, weak);
    let mut compared = Vec::new();
    let mut best: HashMap<u32, Best> = HashMap::new();
    for (block, at, edge) in edges(graph, weak) {
        let (place, of_target) = kind(block, edge);
        let is_one_of_many = several.has(edge.target as usize)
            && sizes[of_target as usize] >= FEWEST
            && !counted.is_counted(blocks.site(edge.target));
        if !is_one_of_many || (place == of_target && points_back(graph, block, edge)) {
            continue;
        }
        let all = totals[&between(block, edge)];
        compared.push((at, edge, place, all));
        let best = best.entry(edge.target).or_default();
        let of_word = frequencies[&(place, of_target)].of_word(edge).unwrap_or(0);
        if all > best.all {
            *best = Best { all, of_word, place };
        } else if place == best.place {
            best.of_word = best.of_word.max(of_word);
        }
    }
    let mut irregular = Bits::none_of(graph.edge_count());
    for (at, edge, place, all) in compared {
        let best = best[&edge.target];
        let frequency = frequencies[&(place, places[edge.target as usize])];
        let of_word = frequency.of_word(edge).filter(|_| place == best.place);
        if all * SHARE < best.all || of_word.is_some_and(|of_word| of_word * SHARE < best.of_word) {
            irregular.add(at);
        }
    }
    irregular
}

/// Whether the target of an edge points to the block in turn, as neighbours in a list or a tree do.
fn points_back(graph: &Graph, block: u32, edge: Edge) -> bool {
    graph.edges_of(edge.target).any(|place| graph.edge(place).target == block)
}

/// The edges between different blocks that may hold.
fn edges<'a>(graph: &'a Graph, weak: &'a Bits) -> impl Iterator<Item = (u32, usize, Edge)> + 'a {
    graph.each().filter(|(block, place, edge)| edge.target != *block && !weak.has(*place))
}

fn pointed_to_by_several(graph: &Graph, weak: &Bits) -> Bits {
    let mut first = vec![NONE; graph.len()];
    let mut several = Bits::none_of(graph.len());
    for (block, _, edge) in edges(graph, weak) {
        let first = &mut first[edge.target as usize];
        if *first == NONE {
            *first = block;
        } else if *first != block {
            several.add(edge.target as usize);
        }
    }
    several
}

/// Each list of tasks with its tasks: those that it points to, and those that these are linked to in
/// both directions.
fn task_lists(graph: &Graph, blocks: &mut impl Blocks) -> Vec<(u32, HashSet<u32>)> {
    let all = 0..u32::try_from(graph.len()).unwrap_or(NONE);
    let mut lists = Vec::new();
    for list in all {
        if role(blocks, list) != Role::TaskList {
            continue;
        }
        let mut tasks = HashSet::new();
        let mut open = vec![list];
        while let Some(block) = open.pop() {
            for target in exact_targets(graph, block) {
                let is_linked =
                    block == list || exact_targets(graph, target).any(|back| back == block);
                if is_linked && role(blocks, target) == Role::Task && tasks.insert(target) {
                    open.push(target);
                }
            }
        }
        lists.push((list, tasks));
    }
    lists
}

fn role(blocks: &mut impl Blocks, block: u32) -> Role {
    let place = blocks.place(block);
    blocks.role(place)
}

fn exact_targets(graph: &Graph, block: u32) -> impl Iterator<Item = u32> + '_ {
    let edges = graph.edges_of(block).map(|place| graph.edge(place));
    edges.filter(|edge| edge.is_exact()).map(|edge| edge.target)
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    /// Blocks by their places. Of place 8 are tasks, of place 9 their list.
    struct Toy(Vec<u32>);

    impl Toy {
        /// Places from this one on are of one structure.
        const LINKED: u32 = 20;
    }

    impl Blocks for Toy {
        fn site(&self, block: u32) -> u32 {
            self.0[block as usize]
        }

        fn place(&mut self, block: u32) -> u32 {
            self.0[block as usize]
        }

        fn role(&self, place: u32) -> Role {
            match place {
                9 => Role::TaskList,
                8 => Role::Task,
                _ => Role::Other,
            }
        }

        fn structure(&self, place: u32) -> u32 {
            place.min(Self::LINKED)
        }
    }

    /// The edges that are not an owner's, and the graph.
    fn others(places: &[u32], edges: &[(u32, u32)]) -> (Vec<(u32, u32)>, Graph) {
        let mut graph = graph(u32::try_from(places.len()).unwrap(), edges);
        let blocks = &mut Toy(places.to_vec());
        let (others, _) = find(&mut graph, &Counted::default(), blocks, Vec::new());
        let others = graph.each().filter(|(_, place, _)| others.has(*place));
        (others.map(|(block, _, edge)| (block, edge.target)).collect(), graph)
    }

    /// So many values of place 1, each owned by a box of place 2.
    fn boxes(values: u32) -> (Vec<u32>, Vec<(u32, u32)>) {
        let places = (0..2 * values).map(|block| if block < values { 1 } else { 2 }).collect();
        (places, (0..values).map(|value| (values + value, value)).collect())
    }

    #[test]
    fn what_few_have_is_no_owners_pointer() {
        let (mut places, mut edges) = boxes(20);
        // The free places of a queue, in which two old pointers are left.
        places.push(3);
        edges.extend([(40, 4), (40, 7)]);
        assert_eq!(others(&places, &edges).0, [(40, 4), (40, 7)]);
        let (mut places, mut edges) = boxes(8);
        places.push(3);
        edges.push((16, 4));
        assert!(others(&places, &edges).0.is_empty(), "of few blocks nothing is regular");
    }

    #[test]
    fn a_table_that_has_them_all_may_be_the_owner() {
        let (mut places, mut edges) = boxes(20);
        places.push(3);
        edges.extend((0..20).map(|value| (40, value)));
        assert!(others(&places, &edges).0.is_empty());
    }

    #[test]
    fn neighbours_are_not_compared() {
        // A list of twenty nodes that know each other, and its owner, which knows the first.
        let mut edges: Vec<(u32, u32)> =
            (1..20).flat_map(|at| [(at - 1, at), (at, at - 1)]).collect();
        edges.push((20, 0));
        let places: Vec<u32> = (0..21).map(|block| if block < 20 { 1 } else { 2 }).collect();
        assert!(others(&places, &edges).0.is_empty());
        // Where nodes know the next one only, an old pointer into their middle is told.
        let mut edges: Vec<(u32, u32)> = (1..20).map(|at| (at - 1, at)).collect();
        edges.extend([(20, 0), (20, 9)]);
        assert_eq!(others(&places, &edges).0, [(20, 9)]);
    }

    #[test]
    fn in_a_structure_of_several_places_a_pointer_is_as_regular_as_in_one() {
        // A list to which two functions have added; of each sixteen nodes, one is of the second. And old
        // pointers to the nodes of the second.
        let node = |at: u32| if at % 16 == 15 { 21 } else { 20 };
        let nodes = 16 * 16;
        let mut places: Vec<u32> = (0..nodes).map(node).collect();
        let mut edges: Vec<(u32, u32)> = (1..nodes).map(|at| (at - 1, at)).collect();
        let mut old = Vec::new();
        for of_second in (15..nodes).step_by(16) {
            for _ in 0..2 {
                old.push((u32::try_from(places.len()).unwrap(), of_second));
                places.push(3);
            }
        }
        edges.extend(&old);
        assert_eq!(others(&places, &edges).0, old);
    }

    #[test]
    fn a_task_is_held_by_its_list() {
        // A list, two tasks that are linked, one that the second only waits for, and a timer.
        let places = [9, 8, 8, 8, 4];
        let edges = [(0, 1), (1, 2), (2, 1), (2, 3), (4, 2)];
        let (others, graph) = others(&places, &edges);
        assert_eq!(others, [(1, 2), (2, 1), (4, 2)]);
        assert_eq!(graph.linked().collect::<Vec<_>>(), [1, 2]);
        let mut left_out = Bits::none_of(graph.edge_count());
        (0..graph.edge_count()).for_each(|place| _ = left_out.add(place));
        assert_eq!(graph.targets(0, &left_out).collect::<Vec<_>>(), [1, 2]);
    }
}
