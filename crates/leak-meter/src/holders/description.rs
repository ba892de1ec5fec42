//! Which slots of a container are in use, according to the words around a pointer to the container.

use std::ops::Range;

use super::system::WORD;

/// With less capacity than this, any two small numbers look like a capacity and a length.
const LEAST_ROOM: u64 = 4;
/// How many control bytes a table of the standard library has in addition to one per bucket, on
/// different architectures.
const GROUPS: [u64; 2] = [16, 8];

/// The part of a container that is in use, according to the words around a pointer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Description {
    /// A vector whose elements have `element` bytes, and its bytes in use.
    Vector { element: u64, used: Range<u64> },
    /// A ring with such elements, and its bytes in use: before the end of the block, and from its
    /// start on.
    Ring { element: u64, used: [Range<u64>; 2] },
    /// Buckets of `bucket` bytes, which end where the control bytes begin, and whether each is full.
    Table { control: u64, bucket: u64, full: Vec<bool> },
}

impl Description {
    /// A vector with this capacity and length, in elements.
    pub(super) fn vector(size: u64, room: u64, length: u64) -> Option<Self> {
        let fits = room >= LEAST_ROOM && length <= room && size.is_multiple_of(room);
        fits.then(|| Self::Vector { element: size / room, used: 0..length })
    }

    /// A ring buffer with this capacity, first element and length.
    pub(super) fn ring(size: u64, room: u64, first: u64, length: u64) -> Option<Self> {
        let fits =
            room >= LEAST_ROOM && first < room && length <= room && size.is_multiple_of(room);
        fits.then(|| {
            let end = first + length;
            let used = [first..end.min(room), 0..end.saturating_sub(room)];
            Self::Ring { element: size / room, used }
        })
    }

    /// A hash table, given where its control bytes begin, and the words after the pointer to them.
    pub(super) fn table(
        size: u64,
        control: u64,
        [mask, free, items]: [u64; 3],
        read: impl Fn(Range<u64>) -> Option<Vec<u8>>,
    ) -> Option<Self> {
        let buckets = mask.checked_add(1).filter(|buckets| buckets.is_power_of_two())?;
        let fits = buckets >= LEAST_ROOM
            && control.is_multiple_of(buckets)
            && GROUPS.iter().any(|group| Some(size) == (control + group).checked_add(buckets))
            && free.checked_add(items).is_some_and(|all| all <= buckets);
        let bytes = fits.then(|| read(control..control + buckets)).flatten()?;
        let full: Vec<bool> = bytes.iter().map(|byte| byte & 0x80 == 0).collect();
        Some(Self::Table { control, bucket: control / buckets, full })
    }

    /// Whether this word of the container is part of an element in use.
    pub(super) fn uses(&self, word: u32) -> bool {
        let byte = u64::from(word) * WORD as u64;
        match self {
            Self::Vector { element, used } => used.contains(&(byte / element)),
            Self::Ring { element, used } => {
                let slot = byte / element;
                used.iter().any(|used| used.contains(&slot))
            }
            Self::Table { control, bucket, full } => {
                let behind = control.checked_sub(1 + byte).map(|behind| behind / bucket);
                let at = behind.and_then(|at| usize::try_from(at).ok());
                at.and_then(|at| full.get(at)).copied().unwrap_or(false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(description: &Description, words: u32) -> Vec<u32> {
        (0..words).filter(|word| description.uses(*word)).collect()
    }

    #[test]
    fn a_ring_uses_the_slots_from_its_first_element_on_and_around_its_end() {
        let ring = Description::ring(64, 8, 6, 3).unwrap();
        assert_eq!(used(&ring, 8), [0, 6, 7]);
        let wide = Description::ring(64, 4, 1, 2).unwrap();
        assert_eq!(used(&wide, 8), [2, 3, 4, 5]);
        assert_eq!(Description::ring(64, 8, 8, 1), None);
        assert_eq!(Description::ring(64, 7, 1, 1), None);
        assert!(used(&Description::ring(64, 8, 3, 0).unwrap(), 8).is_empty());
    }

    #[test]
    fn a_table_uses_the_buckets_whose_control_bytes_are_full() {
        // Eight buckets of two words; the first bucket is right before the control bytes.
        let mut control = vec![0xFF; 8];
        (control[0], control[5]) = (0x11, 0x7F);
        let read = |range: Range<u64>| {
            assert_eq!(range, 128..136);
            Some(control.clone())
        };
        let table = Description::table(152, 128, [7, 5, 2], read).unwrap();
        assert_eq!(used(&table, 19), [4, 5, 14, 15]);
        assert_eq!(Description::table(153, 128, [7, 5, 2], read), None);
        assert_eq!(Description::table(152, 128, [7, 7, 2], read), None);
    }
}
