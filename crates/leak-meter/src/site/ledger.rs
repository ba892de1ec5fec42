//! Each site's readings, round by round. All of it is the meter's own memory.

use crate::allocator::{self, SiteId};

/// One site at the end of one round.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
    /// Since the program began.
    pub(crate) reallocations: u64,
}

/// The readings of all sites: one row a round, by the number of the site.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    rows: Vec<Vec<Reading>>,
    /// The readings after the rest, if there was one.
    rest: Option<Vec<Reading>>,
}

/// The readings of one site over the rounds.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) site: SiteId,
    pub(crate) readings: Vec<Reading>,
    /// The reading after the rest, if there was one.
    pub(crate) rest: Option<Reading>,
}

impl Ledger {
    /// Takes the reading of every site.
    pub(crate) fn record(&mut self) {
        allocator::as_meter(|| self.rows.push(readings_of_all()));
    }

    /// Takes the reading of every site after the rest.
    pub(crate) fn record_rest(&mut self) {
        allocator::as_meter(|| self.rest = Some(readings_of_all()));
    }

    /// Keeps the last of each `count` rounds. Rounds at the beginning that are too few are left out.
    pub(crate) fn merge(&mut self, count: usize) {
        let skipped = self.rows.len() % count;
        let mut row = 0;
        self.rows.retain(|_| {
            row += 1;
            row > skipped && (row - skipped).is_multiple_of(count)
        });
    }

    /// The mean size of the blocks of the site that has the largest ones, in bytes, at the end.
    pub(crate) fn largest_block(&self) -> u64 {
        let sizes = self.rows.last().into_iter().flatten().skip(1);
        sizes.filter_map(|reading| reading.bytes.checked_div(reading.blocks)).max().unwrap_or(0)
    }

    /// The sites whose live bytes changed after the first quarter of the rounds. The meter's own
    /// is left out.
    pub(crate) fn changing(&self) -> Vec<History> {
        let first = self.rows.len() / 4;
        let sites = allocator::all_sites().filter(|site| *site != SiteId::METER);
        sites
            .map(|site| self.history(site))
            .filter(|history| {
                history.readings[first..]
                    .windows(2)
                    .any(|pair| (pair[0].blocks, pair[0].bytes) != (pair[1].blocks, pair[1].bytes))
            })
            .collect()
    }

    /// The live blocks of each site after the first quarter of the rounds and at the end.
    pub(crate) fn blocks(&self) -> Vec<(u64, u64)> {
        let first = self.rows.get(self.rows.len() / 4);
        let blocks = |row: Option<&Vec<Reading>>, site: usize| {
            row.and_then(|row| row.get(site)).map_or(0, |reading| reading.blocks)
        };
        let last = self.rows.last();
        let sites = last.map_or(0, Vec::len);
        (0..sites).map(|site| (blocks(first, site), blocks(last, site))).collect()
    }

    /// A site that was not there yet in a round had nothing.
    fn history(&self, site: SiteId) -> History {
        let reading = |row: &Vec<Reading>| row.get(site.index()).copied().unwrap_or_default();
        History {
            site,
            readings: self.rows.iter().map(reading).collect(),
            rest: self.rest.as_ref().map(reading),
        }
    }
}

fn readings_of_all() -> Vec<Reading> {
    let sites = allocator::all_sites();
    let row = sites.map(|site| {
        let counts = allocator::counts_of_site(site);
        Reading {
            blocks: counts.live_blocks(),
            bytes: counts.live_bytes(),
            reallocations: counts.reallocations,
        }
    });
    row.collect()
}

impl History {
    pub(crate) fn blocks(&self) -> Vec<u64> {
        self.readings.iter().map(|reading| reading.blocks).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u64> {
        self.readings.iter().map(|reading| reading.bytes).collect()
    }
}
