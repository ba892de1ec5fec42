//! Recognises pointers that only serve to wake a task and do not own it.
//!
//! A waker is two words: the data of the task, and a pointer to a table of four functions. The table is a
//! constant of the program, and is recognised by the name of its first function. A task of a tokio runtime is
//! recognised in the same way, by the table to which its header points.

use std::collections::HashMap;
use std::ops::Range;
use std::task::Waker;

use super::contents::Contents;
use super::graph::{Bits, Edge, Graph};
use super::heap::{Heap, number};
use super::places::Places;
use super::roots::Roots;
use super::system::{Memory, Object, WORD, Word};
use crate::allocator::SiteId;

/// Candidates for wakers: the words beside pointers.
#[derive(Debug)]
pub(super) struct Wakers {
    /// The ranges of the program's constants that contain addresses.
    constants: Vec<Range<usize>>,
    /// Whether the pointer to the table comes before the data.
    table_is_first: bool,
    /// Edges beside a word that points to a constant, with the address of that constant.
    beside: Vec<(u32, usize)>,
}

impl Wakers {
    pub(super) fn new(memory: &Memory, objects: &[Object]) -> Self {
        // The compiler chooses the layout of a waker; a no-op waker reveals it.
        let waker = Waker::noop();
        let table = std::ptr::from_ref(waker.vtable()).addr();
        let first = memory.pair(std::ptr::from_ref(waker).addr()).map(|[first, _]| first);
        Self {
            constants: objects.first().map_or(Vec::new(), |program| program.statics.clone()),
            table_is_first: first == Some(table.to_ne_bytes()),
            beside: Vec::new(),
        }
    }

    fn constant(&self, word: Word) -> Option<usize> {
        let address = usize::from_ne_bytes(word);
        self.constants.iter().any(|range| range.contains(&address)).then_some(address)
    }

    /// Notes that `words[at]` is the edge with this number.
    #[inline]
    pub(super) fn note_edge(&mut self, edge: usize, words: &[Word], at: usize) {
        let other = if self.table_is_first { at.checked_sub(1) } else { at.checked_add(1) };
        let other = other.and_then(|other| words.get(other));
        if let Some(constant) = other.and_then(|word| self.constant(*word)) {
            self.beside.push((number(edge), constant));
        }
    }

    /// The edges that belong to wakers.
    pub(super) fn edges(&self, memory: &Memory, places: &mut Places) -> Vec<u32> {
        let mut is_table: HashMap<usize, bool> = HashMap::new();
        let mut is_waker = |constant: usize| {
            let known = is_table.entry(constant);
            *known.or_insert_with(|| is_waker_table(memory, places, constant))
        };
        let wakers = self.beside.iter().filter(|(_, constant)| is_waker(*constant));
        wakers.map(|(edge, _)| *edge).collect()
    }

    /// The seeds that belong to wakers.
    pub(super) fn seeds(&self, memory: &Memory, roots: &Roots, places: &mut Places) -> Bits {
        let mut wakers = Bits::none_of(roots.seeds.len());
        for (seed, place) in roots.places.iter().enumerate() {
            let first = if self.table_is_first { place.saturating_sub(WORD) } else { *place };
            let Some([one, other]) = memory.pair(first) else { continue };
            let table = self.constant(if self.table_is_first { one } else { other });
            if table.is_some_and(|table| is_waker_table(memory, places, table)) {
                wakers.add(seed);
            }
        }
        wakers
    }
}

/// Whether a waker's table of functions is at `address`; its first function clones the waker.
fn is_waker_table(memory: &Memory, places: &mut Places, address: usize) -> bool {
    let first = memory.pair(address).and_then(|[first, _]| places.symbol_at(first));
    first.is_some_and(|name| name.contains("waker") && !name.contains("drop_in_place"))
}

/// The unfinished tasks of tokio runtimes.
pub(super) fn unfinished_tasks(graph: &Graph, contents: &mut Contents) -> Vec<u32> {
    /// The alignment of a task on common architectures, which limits the number of other blocks that are
    /// examined.
    const ALIGNMENT: usize =
        if cfg!(any(target_arch = "x86_64", target_arch = "aarch64")) { 128 } else { 16 };
    const SMALLEST: u64 = 64;
    /// Set in the first word of a task that has ended and only keeps its result.
    const COMPLETE: u64 = 0b10;
    let mut is_task: HashMap<Word, bool> = HashMap::new();
    let may_be = |heap: &Heap, block: u32| {
        heap.start(block as usize).is_multiple_of(ALIGNMENT) && heap.size(block) >= SMALLEST
    };
    let mut found = Vec::new();
    for block in 0..number(contents.heap.len()) {
        if !may_be(contents.heap, block) {
            continue;
        }
        if graph.deadline().is_over() {
            break;
        }
        let is_unknown = contents.heap.site(block) as usize == SiteId::UNKNOWN.index();
        if !is_unknown && !contents.is_task(block) {
            continue;
        }
        // A task begins with its state, the next task in a queue, and a pointer to its table of functions.
        let start = contents.heap.start(block as usize);
        let Some([state, _]) = contents.memory.pair(start) else { continue };
        let Some([table, _]) = contents.memory.pair(start + 2 * WORD) else { continue };
        let is_task = *is_task.entry(table).or_insert_with(|| {
            let functions = contents.memory.pair(usize::from_ne_bytes(table));
            functions.into_iter().flatten().any(|function| {
                let name = contents.places.symbol_at(function);
                name.is_some_and(|name| name.starts_with("tokio::runtime::task::raw::"))
            })
        });
        if is_task && u64::from_ne_bytes(state) & COMPLETE == 0 {
            found.push(block);
        }
    }
    found
}

/// The edges that belong to wakers.
pub(super) fn waking(graph: &Graph) -> Bits {
    let mut waking = Bits::none_of(graph.edge_count());
    for (_, place, _) in graph.each().filter(|(.., edge)| edge.is_wakers()) {
        waking.add(place);
    }
    waking
}

/// The edges that point past the start of a block to whose start other edges point: they are borrows, as when a
/// list of waiters points into a waiting future. This applies if nearly all blocks of a place have a pointer to
/// their start; blocks of other places may have owners that keep no such pointer. It also applies to unaligned
/// words.
pub(super) fn interior(graph: &Graph, roots: &Roots, contents: &mut Contents) -> Bits {
    /// At most one block in this many is an exception.
    const NEARLY_ALL: usize = 16;
    let mut has_owner = Bits::none_of(graph.len());
    for (block, _, edge) in graph.each() {
        if edge.is_exact() && edge.target != block && !edge.is_wakers() {
            has_owner.add(edge.target as usize);
        }
    }
    for (seed, is_exact) in roots.seeds.iter().zip(&roots.exact) {
        if *is_exact {
            has_owner.add(seed.target as usize);
        }
    }
    // For each place: the number of blocks, and of those with a pointer to their start.
    let mut of_place: HashMap<u32, [usize; 2]> = HashMap::new();
    for block in 0..number(graph.len()) {
        let [all, owned] = of_place.entry(contents.place_of(block)).or_default();
        *all += 1;
        *owned += usize::from(has_owner.has(block as usize));
    }
    let mut interior = Bits::none_of(graph.edge_count());
    for (block, place, edge) in graph.each() {
        let leads_behind = !edge.is_exact() && edge.target != block;
        if !leads_behind || !has_owner.has(edge.target as usize) {
            continue;
        }
        let is_owned_at_start = (of_place.get(&contents.place_of(edge.target)))
            .is_some_and(|[all, owned]| (all - owned) * NEARLY_ALL <= *all);
        if is_unaligned(block, edge, contents)
            || is_owned_at_start && !contents.is_owned_within(edge.target)
        {
            interior.add(place);
        }
    }
    interior
}

/// Whether the word of an edge is not aligned, and points further than a tag in the low bits of a pointer
/// could. It belongs to a byte slice, or it is a stale pointer whose first byte was overwritten, for example by
/// the state of a future.
fn is_unaligned(block: u32, edge: Edge, contents: &Contents) -> bool {
    let at = contents.heap.start(block as usize) + edge.word() as usize * WORD;
    let address = contents.memory.pair(at).map(|[word, _]| usize::from_ne_bytes(word));
    let start = contents.heap.start(edge.target as usize);
    address.is_some_and(|address| !address.is_multiple_of(WORD) && address >= start + WORD)
}
