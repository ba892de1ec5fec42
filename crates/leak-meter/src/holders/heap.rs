//! The live blocks, found in the writable mappings by their headers.

use std::ops::Range;

use super::Limits;
use super::free_lists;
use super::sample::{chance, shared_out};
use super::system::{Mapping, Memory, OutOfTime, WORD, threads};
use crate::allocator::{self, Found, SiteCounts, SiteId};

/// Blocks are aligned to this many bytes.
const GRANULE: usize = 16;
const PAGE: usize = 4096;
/// Blocks further apart than this belong to different segments.
const FURTHEST: usize = 1 << 20;

/// The live blocks of the program, sorted by address, without the meter's own.
///
/// A block is identified by its index in this order. Addresses are stored in granules, because plain addresses
/// would look like pointers once this memory is freed.
#[derive(Debug, Default)]
pub(crate) struct Heap {
    granules: Vec<u64>,
    sizes: Vec<u64>,
    sites: Vec<u32>,
    segments: Vec<Segment>,
    /// For each page of each segment, the number of the first block that begins in it or after it.
    pages: Vec<u32>,
    /// The share of each site's blocks that is kept: 1 unless there were too many.
    shares: Vec<f64>,
    /// Blocks that were found but left out because there were too many.
    pub(crate) left_out: u64,
    /// Whether there was time to scan all mappings.
    pub(crate) is_whole: bool,
    /// Addresses where a thread's control block may be.
    pub(crate) thread_pointers: Vec<usize>,
    /// Where the C library's allocator keeps its lists.
    pub(crate) arenas: Vec<Range<usize>>,
}

/// A range of the heap that is densely filled with blocks.
#[derive(Debug)]
struct Segment {
    range: Range<usize>,
    /// The index of its first page in the table of pages.
    page: usize,
}

impl Heap {
    /// Finds the live blocks in `mappings`, within `limits`.
    pub(crate) fn scan(memory: &mut Memory, mappings: &[Mapping], limits: &Limits) -> Self {
        let mut live: Vec<u64> =
            allocator::counts_of_sites().iter().map(SiteCounts::live_blocks).collect();
        live[SiteId::METER.index()] = 0;
        let most = shared_out(&live, limits.blocks as u64);
        let shares: Vec<f64> =
            live.iter().map(|live| most as f64 / (*live).max(most).max(1) as f64).collect();
        let expected: u64 = live.iter().map(|live| (*live).min(most)).sum();
        // Leaves spare capacity, because the program may keep allocating, and growing would copy everything.
        let room = usize::try_from(expected + expected / 8).unwrap_or(0) + 1024;
        let mut heap = Self {
            granules: Vec::with_capacity(room),
            sizes: Vec::with_capacity(room),
            sites: Vec::with_capacity(room),
            shares,
            ..Self::default()
        };
        let mut bins = Vec::new();
        let mut scanned =
            mappings.iter().map(|mapping| heap.scan_mapping(memory, &mapping.range, &mut bins));
        let is_whole = scanned.all(|scanned| scanned.is_ok());
        heap.is_whole = is_whole;
        heap.arenas = free_lists::arenas(&bins);
        heap.index();
        heap
    }

    fn scan_mapping(
        &mut self,
        memory: &mut Memory,
        range: &Range<usize>,
        bins: &mut Vec<usize>,
    ) -> Result<(), OutOfTime> {
        let mut next = range.start.next_multiple_of(GRANULE);
        memory.each(range, |start, words| {
            let end = start + words.len() * WORD;
            let mut at = next.max(start.next_multiple_of(GRANULE));
            while at + GRANULE <= end {
                let word = (at - start) / WORD;
                let block = at + GRANULE;
                let header = allocator::read_header(block as u64, words[word], words[word + 1]);
                if let Some(found) = header.filter(|found| is_plausible(*found, block, range.end)) {
                    self.add(block, found);
                    // No header lies inside a block.
                    at = (block + length(found.size)).next_multiple_of(GRANULE);
                    continue;
                }
                if threads::may_be_pointer(at, &words[word..]) {
                    self.thread_pointers.push(at);
                }
                if free_lists::may_be_bin(at, &words[word..]) {
                    bins.push(at);
                }
                at = block;
            }
            next = at;
        })
    }

    fn add(&mut self, block: usize, found: Found) {
        if found.site == SiteId::METER {
            return;
        }
        let share = self.shares.get(found.site.index()).copied().unwrap_or(1.0);
        if share < 1.0 && chance(block) >= share {
            self.left_out += 1;
            return;
        }
        self.granules.push((block / GRANULE) as u64);
        self.sizes.push(found.size);
        self.sites.push(u32::try_from(found.site.index()).unwrap_or(0));
    }

    /// Builds the index that [`find`](Self::find) uses.
    fn index(&mut self) {
        let blocks = self.len();
        let mut first = 0;
        while first < blocks {
            let mut last = first;
            while last + 1 < blocks && self.start(last + 1) - self.end(last) < FURTHEST {
                last += 1;
            }
            let range = self.start(first) & !(PAGE - 1)..self.end(last);
            self.segments.push(Segment { range: range.clone(), page: self.pages.len() });
            let mut block = first;
            for page in range.step_by(PAGE) {
                while block <= last && self.start(block) < page {
                    block += 1;
                }
                self.pages.push(number(block));
            }
            self.pages.push(number(last + 1));
            first = last + 1;
        }
    }

    /// The block that contains `address`.
    #[inline]
    pub(crate) fn find(&self, address: usize) -> Option<u32> {
        let after = self.segments.partition_point(|segment| segment.range.start <= address);
        let segment = &self.segments[after.checked_sub(1)?];
        if address >= segment.range.end {
            return None;
        }
        let page = segment.page + (address - segment.range.start) / PAGE;
        let (from, to) = (self.pages[page] as usize, self.pages[page + 1] as usize);
        let granule = (address / GRANULE) as u64;
        let after = from + self.granules[from..to].partition_point(|start| *start <= granule);
        let block = after.checked_sub(1)?;
        (address < self.end(block)).then(|| number(block))
    }

    pub(crate) fn len(&self) -> usize {
        self.granules.len()
    }

    pub(crate) fn start(&self, block: usize) -> usize {
        length(self.granules[block]) * GRANULE
    }

    pub(crate) fn end(&self, block: usize) -> usize {
        self.start(block) + length(self.sizes[block])
    }

    /// The address range of a block.
    pub(crate) fn range(&self, block: u32) -> Range<usize> {
        self.start(block as usize)..self.end(block as usize)
    }

    /// A block's address in units that never look like an address.
    pub(crate) fn granule(&self, block: u32) -> u64 {
        self.granules[block as usize]
    }

    pub(crate) fn size(&self, block: u32) -> u64 {
        self.sizes[block as usize]
    }

    /// The number of the site that allocated a block.
    pub(crate) fn site(&self, block: u32) -> u32 {
        self.sites[block as usize]
    }

    /// The number of live blocks that a sampled block represents.
    pub(crate) fn weight(&self, block: u32) -> f64 {
        self.shares.get(self.site(block) as usize).map_or(1.0, |share| 1.0 / share)
    }

    /// The first block that ends after `address`.
    pub(crate) fn first_behind(&self, address: usize) -> usize {
        let granule = (address / GRANULE) as u64;
        let after = self.granules.partition_point(|start| *start <= granule);
        match after.checked_sub(1) {
            Some(before) if self.end(before) > address => before,
            _ => after,
        }
    }
}

/// Rejects words that look like a header but have an impossible size or site.
#[inline]
pub(crate) fn is_plausible(found: Found, block: usize, end: usize) -> bool {
    found.size > 0
        && found.size <= (end - block) as u64
        && found.site.index() < allocator::known_sites()
}

#[allow(clippy::cast_possible_truncation)] // Lossless on 64-bit machines.
fn length(value: u64) -> usize {
    value as usize
}

/// Block numbers fit in 31 bits because of the limit on blocks.
pub(crate) fn number(block: usize) -> u32 {
    u32::try_from(block).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heap(blocks: &[(usize, u64)]) -> Heap {
        let mut heap = Heap {
            granules: blocks.iter().map(|(start, _)| (start / GRANULE) as u64).collect(),
            sizes: blocks.iter().map(|(_, size)| *size).collect(),
            sites: vec![5; blocks.len()],
            ..Heap::default()
        };
        heap.index();
        heap
    }

    #[test]
    fn an_address_is_found_in_the_block_that_contains_it() {
        let blocks = [
            (0x1010, 5),
            (0x1030, 0x3000), // over several pages
            (0x4040, 16),
            (0x900_0010, 1), // in another segment
            (0x900_0fe0, 64),
        ];
        let heap = heap(&blocks);
        for (number, (start, size)) in (0..).zip(blocks) {
            let last = start + usize::try_from(size).unwrap() - 1;
            for address in [start, usize::midpoint(start, last), last] {
                assert_eq!(heap.find(address), Some(number), "{address:x}");
            }
            assert_eq!(heap.find(last + 1), None);
            assert_eq!(heap.find(start - 1), None);
            assert_eq!(heap.first_behind(start), number as usize);
            assert_eq!(heap.first_behind(last + 1), number as usize + 1);
        }
        for address in [0, 0x500_0000, usize::MAX] {
            assert_eq!(heap.find(address), None);
        }
    }
}
