//! The readings of each site after each round. All of this memory belongs to the meter.
//!
//! A block without a call stack takes the site of its first reallocation, and its history moves with it: the
//! ledger is read as if the block had always belonged to that site, so that the move makes neither site seem to
//! grow or fall.

use std::iter;
use std::sync::Arc;

use super::harness::Origin;
use crate::allocator::{self, SiteCounts, SiteId};

/// The reading of one site at the end of one round.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
    /// Reallocations since the site got its stack.
    pub(crate) reallocations: u64,
}

/// The readings of all sites, one row per round. Most sites were used only during the program's start and no
/// longer change, so a row has columns only for the sites that have changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    rows: Vec<Arc<Vec<Born>>>,
    /// The row taken after the rest, if there was one.
    rest: Option<Vec<Born>>,
    /// The reading of each site when the soak began, by site number. Sites without a column still have it.
    first: Vec<Born>,
    /// The column of each site, by site number.
    columns: Vec<Option<usize>>,
    /// The number of columns.
    column_count: usize,
    /// The blocks that had moved to each site when the last row was taken.
    moved: Vec<Moved>,
    /// The number of blocks allocated at each site up to the start of the soak, and up to the last row.
    allocated_before: Vec<u64>,
    allocated: Vec<u64>,
    origin: Origin,
}

/// The blocks allocated at a site minus the freed blocks of that site. Negative if blocks that moved to the
/// site were freed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Born {
    blocks: i64,
    bytes: i64,
    reallocations: u64,
}

/// Blocks that moved to a site; negative if they moved away.
#[derive(Debug, Default, Clone, Copy)]
struct Moved {
    blocks: i64,
    bytes: i64,
}

/// The readings of one site over the rounds.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) site: SiteId,
    pub(crate) readings: Vec<Reading>,
    /// The reading taken after the rest, if there was one.
    pub(crate) rest: Option<Reading>,
    /// Whether blocks were allocated at the site during the soak, and not only resized or freed.
    pub(crate) allocates: bool,
}

/// The sum of the readings that are excluded from the program's totals.
#[derive(Debug, Default)]
pub(crate) struct Excluded {
    /// One reading per round. Empty if nothing is excluded.
    pub(crate) readings: Vec<Reading>,
    /// The reading after the rest, if there was one.
    pub(crate) rest: Reading,
}

impl Excluded {
    pub(crate) fn add(&mut self, history: &History) {
        self.readings.resize(history.readings.len(), Reading::default());
        let rounds = self.readings.iter_mut().zip(&history.readings);
        for (sum, reading) in rounds.chain(iter::once(&mut self.rest).zip(&history.rest)) {
            sum.blocks += reading.blocks;
            sum.bytes += reading.bytes;
        }
    }
}

impl Ledger {
    /// The ledger of a soak that begins now.
    pub(crate) fn begin() -> Self {
        allocator::as_meter(|| {
            let counts = allocator::counts_of_sites();
            Self {
                first: split_all(&counts).map(|(born, _)| born).collect(),
                allocated_before: allocations(&counts),
                origin: Origin::here(),
                ..Self::default()
            }
        })
    }

    /// The call stack on which the soak was started.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Takes a reading of every site.
    pub(crate) fn record(&mut self) {
        allocator::as_meter(|| {
            let row = self.read();
            self.rows.push(Arc::new(row));
        });
    }

    /// Takes a reading of every site after the rest.
    pub(crate) fn record_rest(&mut self) {
        allocator::as_meter(|| self.rest = Some(self.read()));
    }

    fn read(&mut self) -> Vec<Born> {
        let counts = allocator::counts_of_sites();
        let (born, moved): (Vec<Born>, Vec<Moved>) = split_all(&counts).unzip();
        self.moved = moved;
        self.allocated = allocations(&counts);
        self.columns.resize(born.len(), None);
        for (site, born) in born.iter().enumerate() {
            let is_new = self.columns[site].is_none() && *born != self.first(site);
            if is_new {
                self.columns[site] = Some(self.column_count);
                self.column_count += 1;
            }
        }
        let mut row = vec![Born::default(); self.column_count];
        for (column, born) in self.columns.iter().zip(born) {
            if let Some(column) = column {
                row[*column] = born;
            }
        }
        row
    }

    /// Keeps the last of every `count` rounds. Leftover rounds at the beginning are dropped.
    pub(crate) fn merge(&mut self, count: usize) {
        let skipped = self.rows.len() % count;
        let mut row = 0;
        self.rows.retain(|_| {
            row += 1;
            row > skipped && (row - skipped).is_multiple_of(count)
        });
    }

    /// The ledger with only these rows, by index; a row may occur several times.
    pub(crate) fn of_rows(&self, rows: &[usize]) -> Self {
        let rows = rows.iter().map(|row| Arc::clone(&self.rows[*row])).collect();
        Self { rows, ..self.clone() }
    }

    /// The largest mean block size of any site at the end, in bytes.
    pub(crate) fn largest_block(&self) -> u64 {
        let Some(last) = self.rows.last() else { return 0 };
        let sites = (0..self.columns.len()).filter(|site| *site != SiteId::METER.index());
        let sizes = sites.map(|site| self.reading(last, site));
        sizes.filter_map(|reading| reading.bytes.checked_div(reading.blocks)).max().unwrap_or(0)
    }

    /// The sites whose live bytes changed after the first quarter of the rounds, without the meter's own site.
    pub(crate) fn changing(&self) -> Vec<History> {
        let has_column = |site: &SiteId| self.column(site.index()).is_some();
        let sites = allocator::all_sites().filter(|site| *site != SiteId::METER);
        sites.filter(has_column).map(|site| self.history(site)).filter(History::changes).collect()
    }

    /// The live blocks of each site after the first quarter of the rounds and at the end.
    #[cfg(feature = "holders")]
    pub(crate) fn blocks(&self) -> Vec<(u64, u64)> {
        let first = self.rows.get(self.rows.len() / 4);
        let last = self.rows.last();
        let sites = last.map_or(0, |_| self.columns.len());
        let blocks = |row: Option<&Arc<Vec<Born>>>, site: usize| {
            row.map_or(0, |row| self.reading(row, site).blocks)
        };
        (0..sites).map(|site| (blocks(first, site), blocks(last, site))).collect()
    }

    fn history(&self, site: SiteId) -> History {
        let reading = |row: &Vec<Born>| self.reading(row, site.index());
        History {
            site,
            readings: self.rows.iter().map(|row| reading(row)).collect(),
            rest: self.rest.as_ref().map(reading),
            allocates: self.allocated.get(site.index()) > self.allocated_before.get(site.index()),
        }
    }

    fn column(&self, site: usize) -> Option<usize> {
        self.columns.get(site).copied().flatten()
    }

    /// The reading of a site when the soak began.
    fn first(&self, site: usize) -> Born {
        self.first.get(site).copied().unwrap_or_default()
    }

    /// The reading of a site in a row. A site that did not exist yet in that round had only the blocks that
    /// moved to it later.
    fn reading(&self, row: &[Born], site: usize) -> Reading {
        let changed = self.column(site).and_then(|column| row.get(column));
        let born = changed.copied().unwrap_or_else(|| self.first(site));
        let moved = self.moved.get(site).copied().unwrap_or_default();
        let live = |born: i64, moved: i64| u64::try_from(born + moved).unwrap_or(0);
        Reading {
            blocks: live(born.blocks, moved.blocks),
            bytes: live(born.bytes, moved.bytes),
            reallocations: born.reallocations,
        }
    }
}

/// The number of blocks allocated at each site.
fn allocations(counts: &[SiteCounts]) -> Vec<u64> {
    counts.iter().map(|counts| counts.allocations).collect()
}

/// Splits the counts of each site into blocks born there and blocks that moved.
fn split_all(counts: &[SiteCounts]) -> impl Iterator<Item = (Born, Moved)> {
    allocator::all_sites().zip(counts).map(|(site, counts)| split(site, counts))
}

/// Splits the counts of a site into blocks born there and blocks that moved.
fn split(site: SiteId, counts: &SiteCounts) -> (Born, Moved) {
    let less = |more: u64, fewer: u64| more.wrapping_sub(fewer).cast_signed();
    let born = Born {
        blocks: less(counts.allocations, counts.deallocations),
        bytes: less(counts.allocated_bytes, counts.deallocated_bytes),
        reallocations: allocator::resized(site, counts),
    };
    let moved = Moved {
        blocks: less(counts.arrived, counts.left),
        bytes: less(counts.arrived_bytes, counts.left_bytes),
    };
    (born, moved)
}

impl History {
    /// The sum of the readings of several sites; there must be at least one.
    pub(crate) fn sum<'a>(histories: impl Iterator<Item = &'a Self>) -> Self {
        histories
            .cloned()
            .reduce(|mut sum, other| {
                if let (Some(total), Some(more)) = (&mut sum.rest, other.rest) {
                    total.blocks += more.blocks;
                    total.bytes += more.bytes;
                }
                for (total, more) in sum.readings.iter_mut().zip(other.readings) {
                    total.blocks += more.blocks;
                    total.bytes += more.bytes;
                    total.reallocations += more.reallocations;
                }
                sum
            })
            .expect("a line has at least one stack")
    }

    /// Whether the live blocks or bytes changed after the first quarter of the rounds.
    pub(crate) fn changes(&self) -> bool {
        self.readings[self.readings.len() / 4..]
            .windows(2)
            .any(|pair| (pair[0].blocks, pair[0].bytes) != (pair[1].blocks, pair[1].bytes))
    }

    /// The reading of the last round.
    pub(crate) fn last(&self) -> Reading {
        self.readings.last().copied().unwrap_or_default()
    }

    pub(crate) fn blocks(&self) -> Vec<u64> {
        self.readings.iter().map(|reading| reading.blocks).collect()
    }

    pub(crate) fn bytes(&self) -> Vec<u64> {
        self.readings.iter().map(|reading| reading.bytes).collect()
    }
}
