//! Words that are no pointers though they look like one: what is left in the spare room of a vector,
//! and what a string has at its end.
//!
//! Memory is not wiped when it is given out again. What was there before stays where nothing is written,
//! and old pointers in it lead to what lives at the same places now.

use super::graph::{Bits, Graph};

/// A word of memory as it was read.
type Word = [u8; 8];
const WORD: u64 = size_of::<Word>() as u64;

/// By block, the words of it that are in use as a vector, and one more: what those say that point to
/// it. Zero where nothing does.
#[derive(Debug)]
pub(crate) struct InUse(Vec<u32>);

/// What a block is, as far as leftovers are told by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Vector,
    /// Text has no pointers.
    Text,
    Other,
}

/// What the call stack of a block says of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slots {
    /// There are none: the block is one value.
    None,
    Ring,
    Table,
    /// Nothing: there may be some.
    Unknown,
}

impl InUse {
    /// Nothing known yet, of so many blocks.
    pub(crate) fn new(blocks: usize) -> Self {
        Self(vec![0; blocks])
    }

    /// The word at a place of `words` points to the start of `block`, of `size` bytes. In a vector it
    /// stands between its room and its length, in elements.
    pub(crate) fn note_pointer(&mut self, block: u32, size: u64, words: &[Word], at: usize) {
        let word = |at: usize| words.get(at).map(|word| u64::from_ne_bytes(*word));
        let around = at.checked_sub(1).and_then(word).zip(word(at + 1));
        let is_vector = |(room, length): &(u64, u64)| {
            (1..=size).contains(room) && length <= room && size.is_multiple_of(*room)
        };
        // A ring says its first element where a vector says its length. Fewer elements are found by chance.
        let is_ring = |(room, first): &(u64, u64)| {
            first < room && word(at + 2).is_some_and(|length| (8..=*room).contains(&length))
        };
        let around = around.filter(|around| !is_ring(around));
        // Of several the largest: what is left of an owner knows less than the owner.
        let claimed =
            around.filter(is_vector).map_or(size, |(room, length)| length * (size / room));
        let words = u32::try_from(claimed.div_ceil(WORD)).unwrap_or(u32::MAX);
        let in_use = &mut self.0[block as usize];
        *in_use = (*in_use).max(words.saturating_add(1));
    }

    /// The edges that are leftovers.
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
    fn what_lies_beyond_the_length_is_left_over() {
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
            // Whoever knows it in another way may use all of it.
            assert!(left(&[[4, 2], no_vector], Room::Vector).is_empty(), "{no_vector:?}");
        }
        assert!(left(&[], Room::Vector).is_empty(), "whose length is not known");
        assert!(left(&[[4, 2]], Room::Other).is_empty());
        assert_eq!(left(&[], Room::Text), [1, 2, 3]);
    }
}
