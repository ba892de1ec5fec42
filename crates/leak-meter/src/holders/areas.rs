//! Memory areas that are roots: statics, thread-local blocks and stacks.

use std::ops::Range;

use super::heap::Heap;
use super::system::{self, Backing, Mapping, Object, Thread, threads};

/// A memory area whose words are roots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) range: Range<usize>,
    pub(crate) kind: AreaKind,
}

/// The kind of an area, ordered by how well it identifies a holder, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AreaKind {
    /// Statics of the object with this number.
    Statics(usize),
    /// Runtimes, which hold their unfinished tasks.
    Tasks,
    /// The thread-local block of the thread with the first number, for the object with the second one;
    /// `None` for the thread's control block.
    ThreadLocals(usize, Option<usize>),
    /// The stack of the thread with this number.
    Stack(usize),
}

/// The stack and the thread-local block of one thread.
pub(super) fn of_thread(
    number: usize,
    is_own: bool,
    threads: &[Thread],
    objects: &[Object],
    mappings: &[Mapping],
    heap: &Heap,
    word: impl Fn(usize) -> Option<usize>,
) -> Vec<Area> {
    let thread = &threads[number];
    let mut areas = Vec::new();
    let mut lowest = thread.pointer;
    if let (Some(pointer), Some(own)) = (thread.pointer, threads::own_pointer()) {
        let blocks = objects.iter().enumerate().filter_map(|(number, object)| {
            let block = object.thread_local.clone()?;
            let start = threads::block_of(pointer, own, block.start, &word)?;
            Some((number, start, block.len()))
        });
        for (object, start, length) in blocks {
            lowest = lowest.min(Some(start));
            let kind = AreaKind::ThreadLocals(number, Some(object));
            areas.push(Area { range: start..start + length, kind });
        }
        let range = pointer..pointer + threads::CONTROL_BLOCK;
        areas.push(Area { range, kind: AreaKind::ThreadLocals(number, None) });
    } else if is_own {
        areas.extend(objects.iter().enumerate().filter_map(|(object, loaded)| {
            let kind = AreaKind::ThreadLocals(number, Some(object));
            Some(Area { range: loaded.thread_local.clone()?, kind })
        }));
    }
    let within = |address: usize| mappings.iter().find(|mapping| mapping.range.contains(&address));
    // A stack whose end is unknown is below the thread-local block, except for the main thread.
    let mapping = match (thread.stack_pointer, thread.is_main) {
        (Some(pointer), _) => within(pointer),
        (None, true) => mappings.iter().find(|mapping| mapping.backing == Backing::MainStack),
        (None, false) => thread.pointer.and_then(within),
    };
    if let Some(mapping) = mapping {
        let mut range = mapping.range.clone();
        if let Some(pointer) = thread.stack_pointer {
            range = if is_own { pointer..range.end } else { system::in_use(&range, pointer) };
        }
        // The system merges neighbouring mappings, so a stack ends below the thread-local block, and at the
        // first heap block.
        if let Some(lowest) = lowest.filter(|lowest| range.contains(lowest)) {
            range.end = lowest;
        }
        let block = heap.first_behind(range.start);
        if thread.stack_pointer.is_some() && block < heap.len() {
            range.end = range.end.min(heap.start(block));
        }
        areas.push(Area { range, kind: AreaKind::Stack(number) });
    }
    areas
}
