//! Which pages of this process are in use, so that address space that was only reserved costs nothing.

use std::fs::File;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use super::memory::WORD;

/// Pages whose state is asked for at once, where the system tells the state of each.
const PAGES: usize = 4096;
/// Stretches that are asked for at once, where the system tells those.
const STRETCHES: usize = 512;
/// In the system's word on a page: it is in memory, or swapped out.
const PRESENT: u64 = 0b11 << 62;

/// What the system tells of the pages of this process.
#[derive(Debug)]
pub(super) struct Pages {
    /// `None` where the system tells nothing, and then all are read.
    file: Option<File>,
    /// Whether it tells stretches: Linux 6.7 and later.
    tells_stretches: bool,
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

/// A stretch of pages, as in the system's `linux/fs.h`.
#[repr(C)]
#[derive(Debug, Default, Clone, Copy)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

impl Pages {
    pub(super) fn open() -> Self {
        // SAFETY: asks for a constant of the system.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        Self {
            file: File::open("/proc/self/pagemap").ok(),
            tells_stretches: true,
            size: usize::try_from(size).unwrap_or(4096),
            states: vec![0; PAGES * WORD],
        }
    }

    /// The size of a page, in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The parts in use of a first piece of `range`, and where that piece ends.
    pub(super) fn in_use(&mut self, range: &Range<usize>) -> (Vec<Range<usize>>, usize) {
        if self.tells_stretches {
            match self.stretches(range) {
                Some(found) => return found,
                None => self.tells_stretches = false,
            }
        }
        let end = range.end.min((range.start & !(self.size - 1)) + PAGES * self.size);
        (self.by_page(range.start..end), end)
    }

    /// Asks for stretches. The system skips what was never touched by whole page tables.
    fn stretches(&self, range: &Range<usize>) -> Option<(Vec<Range<usize>>, usize)> {
        /// Pages of a kind, by the system's numbers.
        const IS_PRESENT: u64 = 1 << 3;
        const IS_SWAPPED: u64 = 1 << 4;
        const IS_ZERO: u64 = 1 << 5;
        /// `_IOWR('f', 16, struct pm_scan_arg)`.
        const PAGEMAP_SCAN: libc::Ioctl = 0xC060_6610_u32 as libc::Ioctl;
        let file = self.file.as_ref()?;
        let mut regions = vec![Region::default(); STRETCHES];
        let first = range.start & !(self.size - 1);
        let mut scan = Scan {
            size: size_of::<Scan>() as u64,
            start: first as u64,
            end: range.end.next_multiple_of(self.size) as u64,
            regions: regions.as_mut_ptr().expose_provenance() as u64,
            regions_len: regions.len() as u64,
            // In use, and not the one page of zeros that stands for what was only read.
            category_inverted: IS_ZERO,
            category_mask: IS_ZERO,
            category_anyof_mask: IS_PRESENT | IS_SWAPPED,
            return_mask: IS_PRESENT,
            ..Scan::default()
        };
        // SAFETY: the request reads and writes a `Scan`, which `scan` is, and writes at most
        // `regions_len` regions to `regions`, which has as many and lives until the call is over.
        let got = unsafe { libc::ioctl(file.as_raw_fd(), PAGEMAP_SCAN, &raw mut scan) };
        let got = usize::try_from(got).ok()?;
        let walked = usize::try_from(scan.walk_end).ok()?.min(range.end);
        let cut = |region: &Region| {
            let [start, end] = [region.start, region.end].map(usize::try_from);
            Some(start.ok()?.max(range.start)..end.ok()?.min(range.end))
        };
        let parts = regions[..got.min(STRETCHES)].iter().filter_map(cut);
        let parts = parts.filter(|part| !part.is_empty()).collect();
        // No step forward would be one for ever.
        (walked > range.start).then_some((parts, walked))
    }

    /// Asks for the state of each page of `range`, at most [`PAGES`].
    fn by_page(&mut self, range: Range<usize>) -> Vec<Range<usize>> {
        let first = range.start / self.size;
        let count = range.end.div_ceil(self.size) - first;
        let states = &mut self.states[..count * WORD];
        let told = self
            .file
            .as_ref()
            .is_some_and(|pages| pages.read_exact_at(states, (first * WORD) as u64).is_ok());
        if !told {
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

    /// Every other page of some, and where they begin.
    fn touched(pages: &Pages) -> (Vec<u8>, Range<usize>) {
        let size = pages.size();
        // Memory as large as this is asked of the system afresh, and untouched.
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
    fn stretches_and_single_pages_tell_the_same() {
        let mut pages = Pages::open();
        let (_memory, range) = touched(&pages);
        let by_stretch = all(&mut pages, &range);
        pages.tells_stretches = false;
        assert_eq!(all(&mut pages, &range), by_stretch);
        assert_eq!(by_stretch.len(), 32);
        // Neither end need be that of a page.
        let within = range.start + 8..range.start + 16;
        assert_eq!(all(&mut pages, &within), std::slice::from_ref(&within));
        pages.tells_stretches = true;
        assert_eq!(all(&mut pages, &within), [within]);
    }
}
