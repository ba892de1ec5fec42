//! The C library's lists of free memory, which contain words that look like pointers to live blocks.
//!
//! glibc allocates chunks. A chunk begins two words in front of the memory that the program gets, and the
//! first of these words belongs to the previous chunk. A list of free chunks therefore contains addresses
//! within the last word of a live block. The lists begin in the arenas: one arena is in a static of the
//! library, and the others are at the start of separate mappings.

use std::ops::Range;

use super::system::WORD;

/// Chunks begin at multiples of this.
const ALIGNMENT: usize = 2 * WORD;
/// The number of double-ended lists in an arena.
const BINS: usize = 127;
/// With fewer empty lists in a row than this, the words may be something else.
const FEWEST_EMPTY: usize = 8;
/// The contents of an arena in front of these lists: two chunks, the single-ended lists, and flags.
const IN_FRONT: usize = 14 * WORD;

/// Whether `address` belongs to a chunk that begins within the last word of `block`. For a block of one
/// word, its owner's pointer looks the same.
#[inline]
pub(crate) fn is_chunk(address: usize, block: &Range<usize>) -> bool {
    address.is_multiple_of(ALIGNMENT) && address > block.start && address + WORD >= block.end
}

/// Whether `words`, at `address`, may be the two ends of an empty list: both point back to the list itself,
/// as if it were a chunk whose ends are two words further on.
#[inline]
pub(crate) fn may_be_bin(address: usize, words: &[[u8; WORD]]) -> bool {
    let list = address.wrapping_sub(2 * WORD).to_ne_bytes();
    words.first().is_some_and(|word| *word == list)
        && words.get(1).is_some_and(|word| *word == list)
}

/// The arenas with empty lists at `bins`, which is sorted.
pub(crate) fn arenas(bins: &[usize]) -> Vec<Range<usize>> {
    const LENGTH: usize = BINS * 2 * WORD;
    let mut arenas = Vec::new();
    let mut rest = bins;
    while let [first, ..] = rest {
        let within = rest.partition_point(|bin| *bin < first + LENGTH);
        let (of_one, others) = rest.split_at(within);
        if of_one.len() >= FEWEST_EMPTY {
            // Lists that are not empty may be on both sides.
            let last = of_one[of_one.len() - 1];
            let start = (last + 2 * WORD).saturating_sub(LENGTH + IN_FRONT);
            arenas.push(start..first + LENGTH);
        }
        rest = others;
    }
    arenas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_begins_within_the_last_word_of_the_previous_block() {
        for (size, chunk) in [(72, 64), (65, 64), (24, 16)] {
            let block = 0x1010..0x1010 + size;
            assert!(is_chunk(0x1010 + chunk, &block), "{size}");
        }
        for (size, address) in [(72, 0), (72, 56), (72, 48), (80, 64), (80, 72), (8, 0)] {
            assert!(!is_chunk(0x1010 + address, &(0x1010..0x1010 + size)), "{size}, {address}");
        }
    }

    #[test]
    fn an_arena_is_recognised_by_its_empty_lists() {
        let bin = |at: usize| 0x2070 + at * 2 * WORD;
        // All lists except the first four and the last one are empty.
        let empty: Vec<usize> = (4..126).map(bin).collect();
        let found = arenas(&empty);
        assert_eq!(found.len(), 1);
        assert!(found[0].start <= 0x2000 && found[0].end >= bin(127), "{found:x?}");
        assert!(found[0].start > 0x1f00 && found[0].end < bin(140), "{found:x?}");
        assert!(arenas(&empty[..7]).is_empty());
        let two: Vec<usize> =
            empty.iter().copied().chain(empty.iter().map(|at| at + 4096)).collect();
        assert_eq!(arenas(&two).len(), 2);
    }

    #[test]
    fn an_empty_list_leads_back_to_itself() {
        let words = [0x1ff0_usize, 0x1ff0].map(usize::to_ne_bytes);
        assert!(may_be_bin(0x2000, &words));
        assert!(!may_be_bin(0x2008, &words));
        assert!(!may_be_bin(0x2000, &words[..1]));
    }
}
