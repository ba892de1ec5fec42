//! Finds words that look like pointers but are stale: in the spare capacity of a vector, and in
//! strings and I/O buffers.
//!
//! Memory is not wiped when it is reused. Old pointers remain where nothing is written, and lead to the blocks
//! that are now at their addresses.

use super::graph::{Bits, Graph};

/// A word of memory as it was read.
type Word = [u8; 8];
const WORD: u64 = size_of::<Word>() as u64;

/// For each block, one more than the number of words that are in use if it is a vector, according to the
/// pointers to it. Zero if nothing points to it.
#[derive(Debug)]
pub(crate) struct InUse(Vec<u32>);

/// The kind of a block, as far as it identifies stale pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Vector,
    /// Text, and other bytes, contain no pointers.
    Text,
    Other,
}

/// What the call stack of a block reveals about its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slots {
    /// There are no slots: the block is one value.
    None,
    Ring,
    Table,
    /// Unknown: there may be slots.
    Unknown,
}

impl InUse {
    /// No pointers have been noted yet, for this many blocks.
    pub(crate) fn new(blocks: usize) -> Self {
        Self(vec![0; blocks])
    }

    /// Notes that `words[at]` points to the start of `block`, which has `size` bytes. In a vector, the pointer
    /// is between the capacity and the length.
    pub(crate) fn note_pointer(&mut self, block: u32, size: u64, words: &[Word], at: usize) {
        let word = |at: usize| words.get(at).map(|word| u64::from_ne_bytes(*word));
        let around = at.checked_sub(1).and_then(word).zip(word(at + 1));
        let is_vector = |(room, length): &(u64, u64)| {
            (1..=size).contains(room) && length <= room && size.is_multiple_of(*room)
        };
        // A ring buffer has its first index where a vector has its length. Fewer elements than this match by
        // chance.
        let is_ring = |(room, first): &(u64, u64)| {
            first < room && word(at + 2).is_some_and(|length| (8..=*room).contains(&length))
        };
        let around = around.filter(|around| !is_ring(around));
        // The largest claim counts: a stale copy of an owner claims less than the owner.
        let claimed =
            around.filter(is_vector).map_or(size, |(room, length)| length * (size / room));
        let words = u32::try_from(claimed.div_ceil(WORD)).unwrap_or(u32::MAX);
        let in_use = &mut self.0[block as usize];
        *in_use = (*in_use).max(words.saturating_add(1));
    }

    /// The edges that are stale pointers.
    pub(crate) fn stale_edges(&self, graph: &Graph, mut room: impl FnMut(u32) -> Room) -> Bits {
        let mut stale = Bits::none_of(graph.edge_count());
        for (block, place, edge) in graph.each() {
            let is_left = match room(block) {
                Room::Vector => {
                    let in_use = self.0[block as usize];
                    in_use > 0 && edge.word() >= in_use - 1
                }
                Room::Text => true,
                Room::Other => false,
            };
            if is_left {
                stale.add(place);
            }
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::*;

    #[test]
    fn pointers_beyond_the_length_are_stale() {
        let graph = graph(4, &[(0, 1), (0, 2), (0, 3), (1, 2)]);
        let left = |claims: &[[u64; 2]], kind| {
            let mut in_use = InUse::new(4);
            for [room, length] in claims {
                let words = [*room, 0x7f00, *length].map(u64::to_ne_bytes);
                in_use.note_pointer(0, 32, &words, 1);
            }
            let room = |block| if block == 0 { kind } else { Room::Other };
            let left = in_use.stale_edges(&graph, room);
            let left = graph.each().filter(|(_, place, _)| left.has(*place));
            left.map(|(.., edge)| edge.target).collect::<Vec<_>>()
        };
        // Two of four elements of eight bytes are in use.
        assert_eq!(left(&[[4, 2]], Room::Vector), [3]);
        assert_eq!(left(&[[4, 2], [4, 1], [2, 0]], Room::Vector), [3], "the largest claim counts");
        for no_vector in [[3, 1], [4, 5], [0, 0], [4, 4]] {
            // An owner without a length may use all elements.
            assert!(left(&[[4, 2], no_vector], Room::Vector).is_empty(), "{no_vector:?}");
        }
        assert!(left(&[], Room::Vector).is_empty(), "whose length is not known");
        assert!(left(&[[4, 2]], Room::Other).is_empty());
        assert_eq!(left(&[], Room::Text), [1, 2, 3]);
    }
}
