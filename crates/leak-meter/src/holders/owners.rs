//! Determines which of several pointers to a block belongs to its owner.
//!
//! A block without a reference count has one owner. Other pointers to it are borrows or stale: in the spare
//! capacity of a vector, or in the free slots of a queue. The owner is recognised by its regularity. If the
//! blocks of one line point to most blocks of another line, they own them; a pointer that only a few blocks
//! have does not belong to an owner. The same applies to the words of one kind of block. Neighbours in a list
//! or tree that point to each other are not compared.
//!
//! A tokio runtime's task list owns a task until the task ends. Timers, sockets and channels also point to the
//! task, to wake it.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::graph::{Bits, Edge, Graph, NONE};
use super::weak::Counted;

/// The number of words of a block that are distinguished; a larger block counts as a table.
const WORDS: usize = 16;
/// With fewer blocks of a place than this, nothing counts as regular.
const FEWEST: u32 = 16;
/// A kind of pointer counts as the owner's if it is at least half as frequent (one in `SHARE`) as the most
/// regular kind.
const SHARE: u32 = 2;

/// The required information about blocks.
pub(crate) trait Blocks {
    fn site(&self, block: u32) -> u32;
    /// The number of a block's place.
    fn place(&mut self, block: u32) -> u32;
    /// The role of a place in a runtime.
    fn role(&self, place: u32) -> Role;
    /// The number of the structure that contains the blocks of a place: the same for places whose blocks are
    /// linked to each other.
    fn structure(&self, place: u32) -> u32 {
        place
    }
}

/// The role of blocks in a task runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The list of all unfinished tasks.
    TaskList,
    Task,
    Other,
}

/// Finds the edges that do not seem to belong to an owner. Links each task list in `graph` to its tasks, and
/// returns the `unfinished` tasks that are in no list.
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

/// The number of pointers from the blocks of one place to those of another.
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
    // From the blocks of one structure to those of another, or of the same one.
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

/// Whether the target of an edge points back to the block, as neighbours in a list or a tree do.
fn points_back(graph: &Graph, block: u32, edge: Edge) -> bool {
    graph.edges_of(edge.target).any(|place| graph.edge(place).target == block)
}

/// The edges between different blocks that may hold their targets.
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

/// Each task list with its tasks: those that it points to, and those that are linked to these in both
/// directions.
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
