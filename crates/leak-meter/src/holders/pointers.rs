//! The pointers to blocks, from other blocks and from memory that other code allocates.

use super::free_lists;
use super::graph::{Bits, Edge, Graph};
use super::heap::{self, Heap};
use super::rings::Source;
use super::roots::Roots;
use super::stale_pointers::InUse;
use super::system::{Mapping, Memory, OutOfTime, WORD};
use super::wakers::Wakers;
use crate::allocator;

/// Finds the pointers between blocks, up to about `most`, and the blocks that changed. Also returns whether
/// all words were read.
pub(super) fn edges(
    memory: &mut Memory,
    mappings: &[Mapping],
    heap: &Heap,
    in_use: &mut InUse,
    wakers: &mut Wakers,
    most: usize,
) -> (Graph, Bits, bool) {
    let mut graph = Graph::with_capacity(heap.len());
    let mut moved = Bits::none_of(heap.len());
    let mut block = 0;
    let mut is_read = true;
    for mapping in mappings {
        let read = memory.each(&mapping.range, |start, words| {
            let end = start + words.len() * WORD;
            while block < heap.len() {
                let (from, to) = (heap.start(block), heap.end(block));
                if to > start {
                    if from >= end {
                        break;
                    }
                    let header = from.checked_sub(start + 2 * WORD).map(|offset| offset / WORD);
                    if let Some(at) = header {
                        let found = allocator::read_header(from as u64, words[at], words[at + 1]);
                        let same = found.is_some_and(|found| found.size == (to - from) as u64);
                        if !same {
                            moved.add(block);
                        }
                    }
                    if !moved.has(block) && graph.edge_count() < most {
                        let first = (from.max(start) - start) / WORD;
                        let last = (to.min(end) - start) / WORD;
                        let at = (from.max(start) - from) / WORD;
                        let of_block = &words[first..last];
                        for (number, word) in of_block.iter().enumerate() {
                            let address = usize::from_ne_bytes(*word);
                            if let Some(target) = heap.find(address) {
                                let interior = address != heap.start(target as usize);
                                wakers.note_edge(graph.edge_count(), of_block, number);
                                graph.push(Edge::new(target, at + number, interior));
                                if !interior {
                                    in_use.note_pointer(
                                        target,
                                        heap.size(target),
                                        of_block,
                                        number,
                                    );
                                }
                            }
                        }
                    }
                    if to > end {
                        break;
                    }
                }
                graph.end_block();
                block += 1;
            }
        });
        if read.is_err() {
            is_read = false;
            break;
        }
    }
    // Blocks whose mapping was removed have no edges.
    while graph.len() < heap.len() {
        if is_read {
            moved.add(graph.len());
        }
        graph.end_block();
    }
    let is_whole = is_read && graph.edge_count() < most;
    (graph, moved, is_whole)
}

/// The blocks of `sources` to which memory outside blocks and roots points, that is, memory allocated by
/// other code.
pub(super) fn foreign(
    memory: &mut Memory,
    mappings: &[Mapping],
    heap: &Heap,
    roots: &Roots,
    sources: &[Source],
) -> Result<Bits, OutOfTime> {
    let mut wanted = Bits::none_of(heap.len());
    for block in sources.iter().flat_map(|source| &source.blocks) {
        wanted.add(*block as usize);
    }
    let mut found = Bits::none_of(heap.len());
    if sources.is_empty() {
        return Ok(found);
    }
    let is_root = |address| {
        let areas = roots.areas.iter().map(|area| &area.range);
        areas.chain(&heap.arenas).any(|range| range.contains(&address))
    };
    for mapping in mappings {
        let mut next = mapping.range.start;
        memory.each(&mapping.range, |start, words| {
            let end = start + words.len() * WORD;
            let mut at = next.max(start);
            while at + WORD <= end {
                let word = (at - start) / WORD;
                // The meter's own blocks are skipped as well.
                if at.is_multiple_of(2 * WORD) && at + 2 * WORD <= end {
                    let block = at + 2 * WORD;
                    let header = allocator::read_header(block as u64, words[word], words[word + 1]);
                    let header =
                        header.filter(|found| heap::is_plausible(*found, block, mapping.range.end));
                    if let Some(header) = header {
                        let length = usize::try_from(header.size).unwrap_or(0);
                        at = (block + length).next_multiple_of(2 * WORD);
                        continue;
                    }
                }
                let address = usize::from_ne_bytes(words[word]);
                if let Some(target) = heap.find(address)
                    && wanted.has(target as usize)
                    && !free_lists::is_chunk(address, &heap.range(target))
                    && !is_root(at)
                {
                    found.add(target as usize);
                }
                at += WORD;
            }
            next = at;
        })?;
    }
    Ok(found)
}
