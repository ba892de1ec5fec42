//! The requested blocks.

use std::collections::HashMap;

use super::graph::NONE;
use super::heap_scan::HeapScan;
use super::places::Places;
use crate::allocator::SiteId;

/// The requested places, and what is known about their history.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// The sites of each place.
    pub(crate) targets: Vec<Vec<SiteId>>,
    /// For each site, the number of live blocks earlier and now; empty if the sites were not
    /// watched.
    pub(crate) watched: Vec<(u64, u64)>,
}

impl Question {
    /// The blocks of each target.
    pub(crate) fn leaves(&self, scan: &HeapScan, doubtful: impl Fn(u32) -> bool) -> Vec<Vec<u32>> {
        let mut of_site: HashMap<u32, usize> = HashMap::new();
        for (target, sites) in self.targets.iter().enumerate() {
            for site in sites {
                of_site.insert(u32::try_from(site.index()).unwrap_or(NONE), target);
            }
        }
        let mut leaves = vec![Vec::new(); self.targets.len()];
        for block in 0..u32::try_from(scan.heap.len()).unwrap_or(NONE) {
            if let Some(target) = of_site.get(&scan.heap.site(block))
                && !scan.moved.has(block as usize)
                && !doubtful(block)
            {
                leaves[*target].push(block);
            }
        }
        leaves
    }

    /// For each place, the share of its blocks that was allocated while it was watched.
    pub(crate) fn new_shares(&self, places: &mut Places) -> HashMap<u32, f64> {
        let mut sums: HashMap<u32, (u64, u64)> = HashMap::new();
        let watched = self.watched.iter().enumerate();
        for (site, (earlier, now)) in watched.filter(|(_, (earlier, now))| earlier != now) {
            let place = places.number(SiteId::of_index(u32::try_from(site).unwrap_or(NONE)));
            let sum = sums.entry(place).or_default();
            sum.0 += earlier;
            sum.1 += now;
        }
        let share =
            |(earlier, now): (u64, u64)| now.saturating_sub(earlier) as f64 / now.max(1) as f64;
        sums.into_iter().map(|(place, sum)| (place, share(sum))).collect()
    }
}
