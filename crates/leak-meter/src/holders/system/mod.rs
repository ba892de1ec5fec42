//! What the system reports about this process's memory: `linux` or `windows`, each with the same modules.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use std::ops::Range;

#[cfg(target_os = "linux")]
pub(crate) use linux::{memory::Memory, objects, threads};
#[cfg(windows)]
pub(crate) use windows::{memory::Memory, objects, threads};

#[cfg(target_os = "linux")]
use linux::maps;
#[cfg(windows)]
use windows::maps;

/// A private range of memory that the program can read and write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapping {
    pub(crate) range: Range<usize>,
    pub(crate) backing: Backing,
}

/// The purpose of a mapping, as far as the system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backing {
    /// Memory of an allocator, a stack, or anything else without a name.
    Anonymous,
    /// The main thread's stack.
    MainStack,
    /// The writable part of a file, such as the statics of a library.
    File,
}

/// A word of memory as it was read.
pub(crate) type Word = [u8; 8];
/// The size of a [`Word`], in bytes.
pub(crate) const WORD: usize = size_of::<Word>();

/// The time ran out before all memory was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfTime;

/// A loaded object: the executable, or a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    /// The library's file; empty for the executable.
    pub(crate) path: String,
    /// The difference between addresses in memory and in its file.
    pub(crate) offset: usize,
    /// Its writable segments.
    pub(crate) statics: Vec<Range<usize>>,
    /// The calling thread's copy of its thread-local block.
    pub(crate) thread_local: Option<Range<usize>>,
}

/// A thread, as far as the system reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Thread {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) is_main: bool,
    /// The lowest address of its stack in use; `None` for a running thread.
    pub(crate) stack_pointer: Option<usize>,
    /// The address of its thread-local block; `None` if it was not found.
    pub(crate) pointer: Option<usize>,
}

/// The current writable mappings, except the meter's own tables.
pub(crate) fn mappings() -> Result<Vec<Mapping>, String> {
    let own: Vec<_> = crate::allocator::mapped().collect();
    Ok(own.iter().fold(maps::all()?, |mappings, own| {
        mappings.into_iter().flat_map(|mapping| without(mapping, own)).collect()
    }))
}

/// The offset from the thread pointer at which the C library stores the thread's ID; `None` if thread pointers
/// are not known.
pub(crate) fn id_offset(
    own: Option<usize>,
    word: impl Fn(usize) -> Option<[u8; 8]>,
) -> Option<usize> {
    const FURTHEST: usize = 2048;
    let (own, id) = (own?, threads::own_id().to_ne_bytes());
    (0..FURTHEST).step_by(8).find_map(|offset| {
        let halves = word(own + offset)?;
        let at = halves.as_chunks().0.iter().position(|half| *half == id);
        at.map(|at| offset + at * id.len())
    })
}

/// The part of `range`, the stack mapping of a waiting thread, that is in use: from its stack pointer on, and
/// the few bytes below it that a function may use without moving it.
pub(crate) fn in_use(range: &Range<usize>, stack_pointer: usize) -> Range<usize> {
    const RED_ZONE: usize = 128;
    stack_pointer.saturating_sub(RED_ZONE).max(range.start)..range.end
}

/// The parts of a mapping outside `hole`, since the system merges neighbours.
fn without(mapping: Mapping, hole: &Range<usize>) -> impl Iterator<Item = Mapping> + use<> {
    let Mapping { range, backing } = mapping;
    let parts = [
        range.start..range.end.min(hole.start.max(range.start)),
        range.start.max(hole.end.min(range.end))..range.end,
    ];
    let is_outside = hole.start >= range.end || hole.end <= range.start;
    let parts = if is_outside { [range, 0..0] } else { parts };
    parts.into_iter().filter(|part| !part.is_empty()).map(move |range| Mapping { range, backing })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn memory() -> Memory {
        Memory::open(Instant::now() + Duration::from_secs(60)).unwrap()
    }

    #[test]
    fn memory_is_read_correctly() {
        let words: Vec<u64> = (0..100_000).collect();
        let start = words.as_ptr().addr();
        let mut read = Vec::new();
        memory()
            .each(&(start..start + words.len() * WORD), |at, piece| {
                assert_eq!(at, start + read.len() * WORD);
                read.extend(piece.iter().map(|word| u64::from_ne_bytes(*word)));
            })
            .unwrap();
        assert_eq!(read, words);
    }

    #[test]
    fn unmapped_memory_is_skipped() {
        let mut seen = 0;
        memory().each(&(4096..8 * 4096), |_, words| seen += words.len()).unwrap();
        assert_eq!(seen, 0);
        assert_eq!(memory().pair(4096), None);
    }

    #[test]
    fn reading_ends_when_the_time_is_up() {
        let mut memory = Memory::open(Instant::now()).unwrap();
        let word = 7_u64;
        let start = (&raw const word).addr();
        assert_eq!(memory.each(&(start..start + WORD), |_, _| ()), Err(OutOfTime));
    }

    #[test]
    fn a_hole_cuts_a_mapping_in_two() {
        let cut = |hole| {
            let mapping = Mapping { range: 10..20, backing: Backing::Anonymous };
            let parts = without(mapping, &hole).map(|part| (part.range.start, part.range.end));
            parts.collect::<Vec<_>>()
        };
        assert_eq!(cut(12..15), [(10, 12), (15, 20)]);
        assert_eq!(cut(5..15), [(15, 20)]);
        assert_eq!(cut(15..25), [(10, 15)]);
        assert_eq!(cut(0..5), [(10, 20)]);
        assert_eq!(cut(20..30), [(10, 20)]);
        assert!(cut(5..25).is_empty());
    }
}
