//! The result of a soak: a plain value that can be serialised, printed and compared.

mod text;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::holders::Holders;
use crate::probe::FileGroup;
use crate::series::{Resource, Round};
use crate::site::{Attribution, Site};
use crate::units;
use crate::verdict::{Reason, Verdict};

/// The result of a [`Soak`](crate::Soak).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Report {
    /// Growing if any resource or place grows, Steady only if all are steady, else Undecided.
    pub verdict: Verdict,
    /// The seed that the operations' random choices came from; it repeats the run.
    pub seed: u64,
    /// Every round, the warm-up included, in order.
    pub rounds: Vec<Round>,
    /// The reading after the rest that followed the load. `None` if there was no rest.
    pub after_rest: Option<Round>,
    /// Resources that were not measured, each with the reason.
    pub unavailable: BTreeMap<Resource, String>,
    /// One finding per measured resource, in the order of [`Resource::ALL`].
    pub growth: Vec<Growth>,
    /// What the descriptors are open on whose number rose from the first round to the last, the greatest growth
    /// first. Empty if the system does not report it.
    pub open_files: Vec<OpenFiles>,
    /// One finding for each gauge of the program's own, in the order in which they were given.
    pub gauges: Vec<GaugeGrowth>,
    /// The places in the program that grow, or may grow: growing ones first, then the program's own,
    /// then by bytes per operation.
    pub sites: Vec<Site>,
    /// What keeps the blocks of the growing places alive. `None` if nothing grows, if the search was switched
    /// off, or without the feature `holders`.
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
    /// Why the load was ended before its time was up: a resource came near its limit. `None` if it was not.
    pub ended_early: Option<String>,
}

/// What the series of one resource shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Growth {
    /// What was counted.
    pub resource: Resource,
    /// What its series shows.
    pub verdict: Verdict,
    /// Why; for Undecided with what may decide it.
    #[serde(with = "crate::verdict::with_text")]
    pub reason: Reason,
    /// Retained per operation, in blocks, bytes, files, ... `None` while undecided.
    pub per_operation: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// The detection limit of a steady resource: the growth per operation that a run of this length and
    /// noise would have found in at least 95 % of cases. `None` unless steady.
    pub detection_limit: Option<f64>,
}

/// Open descriptors of one kind and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
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
#[non_exhaustive]
pub struct GaugeGrowth {
    /// The gauge's name.
    pub name: String,
    /// What its readings show.
    pub verdict: Verdict,
    /// Why; for Undecided with what may decide it.
    #[serde(with = "crate::verdict::with_text")]
    pub reason: Reason,
    /// The growth per operation, in the gauge's unit. `None` while undecided.
    pub per_operation: Option<f64>,
    /// The lower end of its 95 % interval.
    pub low: Option<f64>,
    /// The upper end of its 95 % interval.
    pub high: Option<f64>,
    /// The detection limit, as of [`Growth::detection_limit`].
    pub detection_limit: Option<f64>,
    /// The reading after each round.
    pub readings: Vec<u64>,
}

/// A place that grows and is allowed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Suppressed {
    /// The place.
    pub site: Site,
    /// Why it may grow.
    pub reason: String,
}

impl Report {
    /// The finding on `resource`, if it was measured.
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

    /// One line that says what was measured and how small a leak would have been found, for a test that
    /// passes:
    ///
    /// ```text
    /// Steady: 1,200,000 operations in 96 rounds; a leak of blocks above 1 in 14,000
    /// operations would show
    /// ```
    pub fn summary(&self) -> String {
        text::summary(self)
    }

    /// Panics with the report unless everything is steady.
    ///
    /// # Panics
    /// With a verdict of Growing or Undecided. A soak that proves nothing is Undecided: the meter is not the
    /// global allocator, a reading is missing, the workload was stopped, or there were too few rounds.
    /// [`assert_not_growing`](Self::assert_not_growing) accepts Undecided.
    #[track_caller]
    pub fn assert_steady(&self) {
        assert!(self.verdict == Verdict::Steady, "{self}");
    }

    /// Panics with the report if anything grows, and passes if that is not certain.
    ///
    /// # Panics
    /// When the verdict is Growing, or when every resource is Undecided.
    #[track_caller]
    pub fn assert_not_growing(&self) {
        let decided = self.growth.iter().any(|growth| growth.verdict == Verdict::Steady);
        assert!(self.verdict != Verdict::Growing && decided, "{self}");
    }

    /// Panics with the report if this run could have missed a leak of `per_operation` of a resource, in its
    /// unit: a test that passes with too few operations proves little.
    ///
    /// # Panics
    /// If the resource was not measured or is undecided, and if its
    /// [detection limit](Growth::detection_limit) is above `per_operation`. A resource that grows has been
    /// detected.
    #[track_caller]
    pub fn assert_detects(&self, resource: Resource, per_operation: f64) {
        let name = resource.name();
        let Some(growth) = self.growth_of(resource) else {
            panic!("{name} were not measured, so a leak of them would not have been found\n{self}");
        };
        if growth.verdict == Verdict::Growing {
            return;
        }
        let wanted = units::figure(resource, per_operation);
        match growth.detection_limit {
            Some(limit) => assert!(
                limit <= per_operation,
                "a leak of {wanted} ({name}) per operation could have been missed: the detection limit \
                 of this run is {}; give it more time or more operations\n{self}",
                units::figure(resource, limit)
            ),
            None => panic!(
                "a leak of {wanted} ({name}) per operation could have been missed: {}\n{self}",
                growth.reason
            ),
        }
    }
}
