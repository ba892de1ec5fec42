//! Reads this process's own memory through the system, so that a page that is unmapped meanwhile causes an
//! error, which can be skipped, rather than a fault.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::time::Instant;

use super::super::{OutOfTime, WORD, Word};
use super::pages::Pages;

/// The number of bytes read at once: a multiple of every page size in use.
const CHUNK: usize = 256 * 1024;
/// The memory of this process.
#[derive(Debug)]
pub(crate) struct Memory {
    contents: File,
    pages: Pages,
    chunk: Vec<u8>,
    until: Instant,
}

impl Memory {
    /// Opens the memory for reading until `until`.
    pub(crate) fn open(until: Instant) -> Result<Self, String> {
        let contents = File::open("/proc/self/mem")
            .map_err(|error| format!("/proc/self/mem cannot be opened: {error}"))?;
        Ok(Self { contents, pages: Pages::open(), chunk: vec![0; CHUNK], until })
    }

    /// Sets a new end time.
    pub(crate) fn set_end(&mut self, until: Instant) {
        self.until = until;
    }

    /// Calls `on_words` with the words of `range` and the address of the first one, in order and in chunks.
    /// Untouched and unreadable pages are skipped.
    pub(crate) fn each(
        &mut self,
        range: &Range<usize>,
        mut on_words: impl FnMut(usize, &[Word]),
    ) -> Result<(), OutOfTime> {
        let mut at = range.start.next_multiple_of(WORD);
        while at < range.end {
            if Instant::now() >= self.until {
                return Err(OutOfTime);
            }
            let (parts, end) = self.pages.in_use(&(at..range.end));
            for part in parts {
                self.read(part, &mut on_words)?;
            }
            at = end;
        }
        Ok(())
    }

    fn read(
        &mut self,
        range: Range<usize>,
        on_words: &mut impl FnMut(usize, &[Word]),
    ) -> Result<(), OutOfTime> {
        let mut at = range.start;
        while at < range.end {
            if Instant::now() >= self.until {
                return Err(OutOfTime);
            }
            let want = CHUNK.min(range.end - at);
            let got = self.contents.read_at(&mut self.chunk[..want], at as u64).unwrap_or(0);
            on_words(at, self.chunk[..got].as_chunks().0);
            // The page after the bytes that were read is no longer mapped.
            let gone = ((at + got) / self.pages.size() + 1) * self.pages.size();
            at = if got == want { at + want } else { gone };
        }
        Ok(())
    }

    /// The two words at `address`; `None` if they cannot be read.
    pub(crate) fn pair(&self, address: usize) -> Option<[Word; 2]> {
        let mut bytes = [0; 2 * WORD];
        self.contents.read_exact_at(&mut bytes, address as u64).ok()?;
        let [first, second] = bytes.as_chunks().0 else { return None };
        Some([*first, *second])
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // This copy of the heap is full of addresses; left on the heap, it would look like a holder.
        self.chunk.fill(0);
    }
}
