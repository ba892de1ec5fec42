//! Memory allocated by C code in the process: the total of the system's heap minus the program's own share.
//!
//! A Rust allocator does not see the memory that a C library takes from `malloc`. The GNU C library reports the
//! total of its heap (`mallinfo2`), and the meter knows the share of the program's own blocks.
//!
//! # How far it can be off
//! - Each chunk is rounded up by at most 15 bytes, and a large one to whole pages. For blocks that were added
//!   since the first reading, the meter assumes the maximum share, so it understates the growth of C code's
//!   memory by up to 16 bytes for each of them (48 if it is over-aligned) and a 32nd of their bytes; it never
//!   overstates it. The bytes in front of a block, including alignment, are known exactly.
//! - The C library and Rust's standard library keep memory for each thread, which does not belong to the
//!   program's C code. For each thread that was added since the first reading, growth is understated by up to 4
//!   KiB.
//! - Freed chunks that the heap keeps for later allocations still count. Their amount fluctuates: see
//!   [`FOREIGN_TOLERANCE`](crate::verdict::foreign::FOREIGN_TOLERANCE).
#![allow(unsafe_code)] // A function of the C library is looked up and called.

use super::Unavailable;

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub use elsewhere::ForeignBytesProbe;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub use gnu::ForeignBytesProbe;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod gnu {
    use std::hint::black_box;
    use std::mem;

    use super::Unavailable;
    use super::threads;
    use crate::allocator::{self, HeapCounts, Padding, SiteId};

    type MallInfo = unsafe extern "C" fn() -> libc::mallinfo2;

    /// The minimum that the heap adds to each of our blocks: the meter's header and its own.
    const LEAST_EACH: i128 = 16 + 8;
    /// The maximum, which includes the rounding of a chunk.
    const MOST_EACH: i128 = LEAST_EACH + 16;
    /// The extra maximum for an over-aligned block: a remainder behind it that is too small for a chunk.
    const MOST_EACH_PADDED: i128 = 32;
    /// The maximum that the C library and the standard library keep for a thread: its cache of chunks, its
    /// table of thread-local blocks, its handle. About 1.5 kB with glibc 2.36 and Rust 1.95.
    const MOST_EACH_THREAD: i128 = 4 << 10;
    /// Large chunks are rounded up to whole pages, by at most a 32nd of their 128 KiB.
    const PAGES: i128 = 32;
    /// The size of the blocks that show whether our blocks are on this heap. It is below the size from which
    /// the heap maps a block by itself, because freeing such a mapping changes that threshold.
    const SHOWN: usize = 64 << 10;
    /// How many of these blocks are tried, since another thread may allocate or free at the same moment.
    const TRIES: usize = 5;

    /// Measures how many bytes C code has allocated.
    #[derive(Debug)]
    pub struct ForeignBytesProbe {
        info: MallInfo,
        /// Whether our own blocks are on the same heap.
        shared: bool,
        /// Our own share at the first reading.
        first: Option<Own>,
        /// The last known number of threads.
        threads: i128,
    }

    /// Our own share of the heap.
    #[derive(Debug, Clone, Copy)]
    struct Own {
        blocks: i128,
        padded: i128,
        /// The requested bytes, and the padding of over-aligned blocks.
        bytes: i128,
        threads: i128,
    }

    impl ForeignBytesProbe {
        /// Looks up the C library's function for heap statistics.
        ///
        /// # Errors
        /// If the C library has none (before 2.33), or if the meter is not the global allocator, so that the
        /// program's own share is not known.
        pub fn new() -> Result<Self, Unavailable> {
            // SAFETY: the name is a C string; the default search order has no other requirement.
            let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
            if found.is_null() {
                return Err(refused("this C library has no mallinfo2 (it came with glibc 2.33)"));
            }
            if !allocator::is_installed() {
                return Err(refused("leak_meter::Allocator is not the global allocator"));
            }
            // SAFETY: glibc documents `mallinfo2` as a function without arguments that returns this
            // structure by value.
            let info = unsafe { mem::transmute::<*mut libc::c_void, MallInfo>(found) };
            let mut probe = Self { info, shared: true, first: None, threads: 1 };
            let shown =
                (0..TRIES).filter(|_| allocator::as_meter(|| probe.shows_a_block_of_ours()));
            probe.shared = shown.count() > TRIES / 2;
            Ok(probe)
        }

        fn shows_a_block_of_ours(&self) -> bool {
            let before = self.in_use();
            let block = black_box(Vec::<u8>::with_capacity(SHOWN));
            let with = self.in_use();
            drop(block);
            with - before >= SHOWN as i128 / 2
        }

        /// Bytes allocated by C code.
        ///
        /// # Errors
        /// Never; the probe for other systems returns errors.
        pub fn bytes(&mut self) -> Result<u64, Unavailable> {
            let own = if self.shared { self.own_share() } else { 0 };
            Ok(u64::try_from(self.in_use() - own).unwrap_or(0))
        }

        /// The memory that is allocated on the heap and not yet freed.
        fn in_use(&self) -> i128 {
            // SAFETY: the function takes no arguments and reads the heap's statistics under the heap's own
            // locks; no allocation of ours is in progress on this thread.
            let info = unsafe { (self.info)() };
            info.uordblks as i128 + info.hblkhd as i128
        }

        /// Our own share of that memory.
        fn own_share(&mut self) -> i128 {
            let now = self.own();
            let first = *self.first.get_or_insert(now);
            let more = now.blocks - first.blocks;
            let each = if more > 0 { MOST_EACH } else { LEAST_EACH };
            let behind = (now.padded - first.padded).max(0) * MOST_EACH_PADDED;
            let threads = (now.threads - first.threads).max(0) * MOST_EACH_THREAD;
            let pages = (now.bytes - first.bytes).max(0) / PAGES;
            now.bytes + first.blocks * LEAST_EACH + more * each + behind + threads + pages
        }

        fn own(&mut self) -> Own {
            // If no descriptor is left, the last known number is used.
            self.threads = threads::count().map_or(self.threads, i128::from);
            let program = HeapCounts::now();
            let meter = allocator::counts_of_site(SiteId::METER);
            let padding = Padding::now();
            let bytes = program.live_bytes() + meter.live_bytes() + padding.bytes;
            Own {
                blocks: i128::from(program.live_blocks() + meter.live_blocks()),
                padded: i128::from(padding.blocks),
                bytes: i128::from(bytes),
                threads: self.threads,
            }
        }
    }

    fn refused(why: &str) -> Unavailable {
        Unavailable(format!("memory allocated by C code cannot be measured: {why}"))
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod threads {
    use rustix::fs::{Mode, OFlags};

    /// The `stat` line of this thread. That of the process has the same number, but the emulator qemu replaces it by
    /// one without.
    const STAT: &str = "/proc/thread-self/stat";

    /// The number of threads in this process. The line is read without keeping a descriptor open, since the soak
    /// counts those.
    pub(super) fn count() -> Option<u64> {
        let file = rustix::fs::open(STAT, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
        let mut line = [0; 1024];
        let length = rustix::io::read(file.ok()?, &mut line).ok()?;
        in_line(str::from_utf8(&line[..length]).ok()?)
    }

    /// Returns the 20th field. The second one, a name in parentheses, may contain any character.
    fn in_line(line: &str) -> Option<u64> {
        let (_, after_name) = line.rsplit_once(") ")?;
        after_name.split(' ').nth(17)?.parse().ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn threads_are_counted_for_any_process_name() {
            let line = "7 (a) 1 ) R 1 7 7 0 -1 4194304 91 0 0 0 0 0 0 0 20 0 12 0 99 1 1\n";
            assert_eq!(in_line(line), Some(12));
            assert_eq!(in_line("7 (cut"), None);
            assert!(count().unwrap() >= 1);
        }
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod elsewhere {
    use super::Unavailable;

    /// Measures how many bytes C code has allocated; not available on this system.
    #[derive(Debug)]
    pub struct ForeignBytesProbe(());

    impl ForeignBytesProbe {
        /// Always fails on this system.
        ///
        /// # Errors
        /// Always: this requires the GNU C library.
        pub fn new() -> Result<Self, Unavailable> {
            Err(Unavailable(
                "memory allocated by C code can be measured only with the GNU C library".to_owned(),
            ))
        }

        /// Never called, since no such probe can be created on this system.
        ///
        /// # Errors
        /// Always.
        pub fn bytes(&mut self) -> Result<u64, Unavailable> {
            Err(Unavailable("memory allocated by C code cannot be measured here".to_owned()))
        }
    }
}
