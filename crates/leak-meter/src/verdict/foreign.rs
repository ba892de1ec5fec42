//! Decides on memory allocated by C code. Its series includes freed chunks in the allocator's caches.

use super::Verdict;
use super::decide::{self, Decision};
use super::reason::Reason;

/// How much the caches of freed chunks may add to the readings, in bytes. A thread's cache in the GNU C library
/// holds at most 7 chunks of each of 64 sizes up to 1,032 bytes, a quarter of a MB; measured programs added
/// less than half of that after their warm-up.
pub const FOREIGN_TOLERANCE: u64 = 128 * 1024;

/// The additional tolerance for each further thread, which has a cache of its own and may have an arena.
pub const FOREIGN_TOLERANCE_PER_THREAD: u64 = 16 * 1024;

/// Decides on a series of bytes held by C code in a process with at most `threads` threads. A series within
/// [`FOREIGN_TOLERANCE`] and [`FOREIGN_TOLERANCE_PER_THREAD`] is Steady.
pub fn decide(readings: &[u64], threads: u64) -> Decision {
    let tolerance = FOREIGN_TOLERANCE + threads.saturating_sub(1) * FOREIGN_TOLERANCE_PER_THREAD;
    let plain = decide::decide(readings);
    let rounds = readings.len();
    let recent = &readings[rounds / 3..];
    let range = recent.iter().max().zip(recent.iter().min()).map(|(high, low)| high - low);
    match range {
        Some(range) if range <= tolerance && rounds >= decide::FEWEST_ROUNDS => Decision {
            verdict: Verdict::Steady,
            reason: Reason::WithinTolerance { tolerance, rounds: recent.len() },
            rate: plain.rate,
        },
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_chunks_are_steady_and_a_leak_is_not() {
        let caches: Vec<u64> = (0..12).map(|round| 1_000_000 + 5_000 * (round % 7)).collect();
        assert_eq!(decide(&caches, 1).verdict, Verdict::Steady);
        // 2 kB in each of 100 operations.
        let leak: Vec<u64> = (0..24).map(|round| 1_000_000 + 200_000 * round).collect();
        assert_eq!(decide(&leak, 1).verdict, Verdict::Growing);
        assert_ne!(decide(&leak[..12], 1).verdict, Verdict::Steady);
    }

    #[test]
    fn each_thread_has_a_cache() {
        let caches: Vec<u64> = (0..24).map(|round| 1_000_000 + 300_000 * (round % 3)).collect();
        assert_ne!(decide(&caches, 1).reason, decide(&caches, 64).reason);
        assert_eq!(decide(&caches, 64).verdict, Verdict::Steady);
    }
}
