//! Selects the blocks to sample if there are too many.

/// The largest cap on the number of blocks per site that keeps their sum within `room`.
pub(super) fn shared_out(live: &[u64], room: u64) -> u64 {
    let mut sorted: Vec<u64> = live.iter().copied().filter(|live| *live > 0).collect();
    sorted.sort_unstable();
    let (mut room, mut left) = (room, sorted.len() as u64);
    for live in sorted {
        if live > room / left {
            return (room / left).max(1);
        }
        room -= live;
        left -= 1;
    }
    u64::MAX
}

/// A number from 0 to 1 that depends only on the address.
pub(super) fn chance(address: usize) -> f64 {
    let mixed = (address as u64 >> 4).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_sites_are_kept_whole_when_room_is_limited() {
        assert_eq!(shared_out(&[10, 20, 0, 30], 60), u64::MAX);
        assert_eq!(shared_out(&[10, 1000, 1000], 110), 50);
        assert_eq!(shared_out(&[1000], 100), 100);
        assert_eq!(shared_out(&[], 100), u64::MAX);
    }

    #[test]
    fn chance_is_even() {
        let below = (0..10_000).filter(|at| chance(0x7f00_0000_0000 + at * 48) < 0.25).count();
        assert!((2300..2700).contains(&below), "{below}");
    }
}
