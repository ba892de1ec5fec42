//! Finds the pages of this process that are in use, so that address space that was only reserved costs
//! nothing.

use std::fs::File;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use super::super::WORD;

/// The number of pages whose state is requested at once.
const PAGES: usize = 4096;
/// The number of ranges that are requested at once.
const RANGES: usize = 512;
/// Bits in the state of a page: in memory, or swapped out.
const PRESENT: u64 = 0b11 << 62;

/// What the system reports about the pages of this process.
#[derive(Debug)]
pub(super) struct Pages {
    /// `None` if the system reports nothing; all pages are then read.
    file: Option<File>,
    /// Whether the system reports ranges of pages (Linux 6.7 and later).
    reports_ranges: bool,
    size: usize,
    states: Vec<u8>,
}

/// The argument of the `PAGEMAP_SCAN` request, as in the system's `linux/fs.h`.
#[repr(C)]
#[derive(Debug, Default)]
struct Scan {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    regions: u64,
    regions_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// A range of pages, as in the system's `linux/fs.h`.
#[repr(C)]
#[derive(Debug, Default, Clone, Copy)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

impl Pages {
    pub(super) fn open() -> Self {
        // SAFETY: this asks the system for a constant.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        Self {
            file: File::open("/proc/self/pagemap").ok(),
            reports_ranges: true,
            size: usize::try_from(size).unwrap_or(4096),
            states: vec![0; PAGES * WORD],
        }
    }

    /// The size of a page, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The parts in use of a first piece of `range`, and the end of that piece.
    pub(super) fn in_use(&mut self, range: &Range<usize>) -> (Vec<Range<usize>>, usize) {
        if self.reports_ranges {
            match self.ranges(range) {
                Some(found) => return found,
                None => self.reports_ranges = false,
            }
        }
        let end = range.end.min((range.start & !(self.size - 1)) + PAGES * self.size);
        (self.by_page(range.start..end), end)
    }

    /// Requests ranges of pages. The system skips untouched memory by whole page tables.
    fn ranges(&self, range: &Range<usize>) -> Option<(Vec<Range<usize>>, usize)> {
        /// Categories of pages, as numbered by the system.
        const IS_PRESENT: u64 = 1 << 3;
        const IS_SWAPPED: u64 = 1 << 4;
        const IS_ZERO: u64 = 1 << 5;
        /// `_IOWR('f', 16, struct pm_scan_arg)`.
        const PAGEMAP_SCAN: libc::Ioctl = 0xC060_6610_u32 as libc::Ioctl;
        let file = self.file.as_ref()?;
        let mut regions = vec![Region::default(); RANGES];
        let first = range.start & !(self.size - 1);
        let mut scan = Scan {
            size: size_of::<Scan>() as u64,
            start: first as u64,
            end: range.end.next_multiple_of(self.size) as u64,
            regions: regions.as_mut_ptr().expose_provenance() as u64,
            regions_len: regions.len() as u64,
            // In use, but not the shared zero page, which backs memory that was only read.
            category_inverted: IS_ZERO,
            category_mask: IS_ZERO,
            category_anyof_mask: IS_PRESENT | IS_SWAPPED,
            return_mask: IS_PRESENT,
            ..Scan::default()
        };
        // SAFETY: the request reads and writes a `Scan`, which `scan` is, and writes at most
        // `regions_len` regions to `regions`, which has that many and lives until the call is over.
        let got = unsafe { libc::ioctl(file.as_raw_fd(), PAGEMAP_SCAN, &raw mut scan) };
        let got = usize::try_from(got).ok()?;
        let walked = usize::try_from(scan.walk_end).ok()?.min(range.end);
        let cut = |region: &Region| {
            let [start, end] = [region.start, region.end].map(usize::try_from);
            Some(start.ok()?.max(range.start)..end.ok()?.min(range.end))
        };
        let parts = regions[..got.min(RANGES)].iter().filter_map(cut);
        let parts = parts.filter(|part| !part.is_empty()).collect();
        // Without progress, the caller would loop forever.
        (walked > range.start).then_some((parts, walked))
    }

    /// Requests the state of each page in `range`, at most [`PAGES`] of them.
    fn by_page(&mut self, range: Range<usize>) -> Vec<Range<usize>> {
        let first = range.start / self.size;
        let count = range.end.div_ceil(self.size) - first;
        let states = &mut self.states[..count * WORD];
        let is_known = self
            .file
            .as_ref()
            .is_some_and(|pages| pages.read_exact_at(states, (first * WORD) as u64).is_ok());
        if !is_known {
            return vec![range];
        }
        let mut parts: Vec<Range<usize>> = Vec::new();
        for (state, page) in states.as_chunks().0.iter().zip(first..) {
            if u64::from_ne_bytes(*state) & PRESENT == 0 {
                continue;
            }
            let start = range.start.max(page * self.size);
            let end = range.end.min((page + 1) * self.size);
            match parts.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => parts.push(start..end),
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory in which every other page was touched, and its range.
    fn touched(pages: &Pages) -> (Vec<u8>, Range<usize>) {
        let size = pages.size();
        // For an allocation this large, the allocator requests new, untouched memory from the system.
        let mut memory = vec![0_u8; 64 << 20];
        let start = memory.as_ptr().addr().next_multiple_of(size);
        let skipped = start - memory.as_ptr().addr();
        for page in (0..64).step_by(2) {
            memory[skipped + page * size] = 1;
        }
        (memory, start..start + 64 * size)
    }

    fn all(pages: &mut Pages, range: &Range<usize>) -> Vec<Range<usize>> {
        let (mut found, mut at) = (Vec::new(), range.start);
        while at < range.end {
            let (parts, end) = pages.in_use(&(at..range.end));
            found.extend(parts);
            at = end;
        }
        found
    }

    #[test]
    fn ranges_and_single_pages_agree() {
        let mut pages = Pages::open();
        let (_memory, range) = touched(&pages);
        let by_range = all(&mut pages, &range);
        pages.reports_ranges = false;
        assert_eq!(all(&mut pages, &range), by_range);
        assert_eq!(by_range.len(), 32);
        // Neither end needs to be the end of a page.
        let within = range.start + 8..range.start + 16;
        assert_eq!(all(&mut pages, &within), std::slice::from_ref(&within));
        pages.reports_ranges = true;
        assert_eq!(all(&mut pages, &within), [within]);
    }
}
