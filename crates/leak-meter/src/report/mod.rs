//! What a soak found: a plain value that can be serialised, printed and compared.

mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::holders::Holders;
use crate::probe::FileGroup;
use crate::series::{Resource, Round};
use crate::site::{Attribution, Site};
use crate::verdict::{Verdict, decide};

/// The result of a [`Soak`](crate::Soak).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Growing if any resource or place grows, Steady only if all are steady, else Undecided.
    pub verdict: Verdict,
    /// The seed that the operations' random choices came from; it repeats the run.
    pub seed: u64,
    /// Every round, the warm-up included, in order.
    pub rounds: Vec<Round>,
    /// Resources that were not measured, each with the reason.
    pub unavailable: BTreeMap<Resource, String>,
    /// One finding per measured resource, in the order of [`Resource::ALL`].
    pub growth: Vec<Growth>,
    /// What the descriptors are open on that were more at the last round than at the first, the
    /// greatest growth first. Empty where the system does not tell.
    pub open_files: Vec<OpenFiles>,
    /// One finding for each gauge of the program's own, in the order in which they were given.
    pub gauges: Vec<GaugeGrowth>,
    /// The places in the program that grow, or may grow: growing ones first, then the program's own,
    /// then by bytes per operation.
    pub sites: Vec<Site>,
    /// What keeps the blocks of the growing places alive. `None` if nothing grows, or it was not to be
    /// looked for.
    pub holders: Option<Holders>,
    /// Places that grow and are allowed to: by a suppression, or within a declared bound.
    pub suppressed: Vec<Suppressed>,
    /// Suppressions that matched nothing that grew in this run, each as `signature (reason)`.
    pub unmatched_suppressions: Vec<String>,
    /// Bytes live at the end that other tests, running beside this one in the same process, had
    /// allocated: they are not blamed on this one. 0 if nothing of theirs changed.
    pub other_tests_bytes: u64,
    /// Bytes live at the end of output that the test harness captured during the soak: they are not
    /// blamed on the program. 0 if it captured none.
    pub captured_output_bytes: u64,
    /// How the places were found, and whether they are all there.
    pub attribution: Attribution,
    /// Why the workload ended before its last round; `None` if it did not. A soak that was stopped
    /// is never Steady.
    pub stopped: Option<String>,
}

/// What the series of one resource shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// What was counted.
    pub resource: Resource,
    /// What its series shows.
    pub verdict: Verdict,
    /// Why, in one sentence; for Undecided with what would decide it.
    pub reason: String,
    /// Retained per operation: the median slope of the rounds after warm-up, in blocks, bytes,
    /// files, ... `None` with too few rounds.
    pub per_operation: Option<f64>,
    /// The lower end of the slope's 95 % interval, per operation.
    pub low: Option<f64>,
    /// The upper end of the slope's 95 % interval, per operation.
    pub high: Option<f64>,
    /// The smallest growth per operation that a run of this length and noise shows.
    pub smallest_visible: Option<f64>,
}

/// Open descriptors of one kind and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFiles {
    /// What they are open on.
    pub group: FileGroup,
    /// How many after the first round.
    pub first: u64,
    /// How many after the last round.
    pub last: u64,
}

/// What the readings of one of the program's own gauges show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaugeGrowth {
    /// The gauge's name.
    pub name: String,
    /// What its readings show.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
    /// The growth per operation, in the gauge's unit. `None` with too few rounds.
    pub per_operation: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// The smallest growth per operation that would have shown. `None` while undecided.
    pub smallest_visible: Option<f64>,
    /// The reading after each round.
    pub readings: Vec<u64>,
}

/// A place that grows and is allowed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppressed {
    /// The place.
    pub site: Site,
    /// Why it may grow.
    pub reason: String,
}

impl Report {
    /// What was found for `resource`, if it was measured.
    pub fn growth_of(&self, resource: Resource) -> Option<&Growth> {
        self.growth.iter().find(|growth| growth.resource == resource)
    }

    /// The findings that grow.
    pub fn growing(&self) -> impl Iterator<Item = &Growth> {
        self.growth.iter().filter(|growth| growth.verdict == Verdict::Growing)
    }

    /// Every round's operations, added up.
    pub fn operations(&self) -> u64 {
        self.rounds.iter().map(|round| round.operations).sum()
    }

    /// Panics with the report if anything grows.
    ///
    /// # Panics
    /// With a verdict of Growing, and for a soak that proves nothing: the meter is not the global
    /// allocator, a reading is missing, the workload was stopped, or there were too few rounds.
    /// Undecided for any other reason passes; [`assert_strictly_steady`](Self::assert_strictly_steady)
    /// refuses it too.
    #[track_caller]
    pub fn assert_steady(&self) {
        assert!(self.verdict != Verdict::Growing && self.proves_something(), "{self}");
    }

    /// Panics with the report unless everything is steady.
    ///
    /// # Panics
    /// With a verdict of Growing or Undecided, of memory that C code allocated also where the overall
    /// verdict leaves an Undecided one out.
    #[track_caller]
    pub fn assert_strictly_steady(&self) {
        let all = self.growth.iter().all(|growth| growth.verdict == Verdict::Steady);
        assert!(self.verdict == Verdict::Steady && all, "{self}");
    }

    /// Whether the soak was long and whole enough for any verdict.
    fn proves_something(&self) -> bool {
        self.stopped.is_none()
            && self.rounds.len() >= decide::FEWEST_ROUNDS
            && self.growth.iter().all(|growth| growth.per_operation.is_some())
    }
}
