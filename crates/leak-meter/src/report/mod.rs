//! The result of a soak: a plain value that can be serialised, printed and compared.

pub(crate) mod text;

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
    /// Growing if any resource or place grows, Steady if all are steady, otherwise Undecided.
    pub verdict: Verdict,
    /// The seed of the operations' random choices. The same seed repeats the run.
    pub seed: u64,
    /// Every round in order, including the warm-up.
    pub rounds: Vec<Round>,
    /// The reading taken after the rest that followed the load. `None` if there was no rest.
    pub after_rest: Option<Round>,
    /// Resources that were not measured, with the reasons.
    pub unavailable: BTreeMap<Resource, String>,
    /// One finding for each measured resource, in the order of [`Resource::ALL`].
    pub growth: Vec<Growth>,
    /// The targets whose number of open descriptors rose from the first round to the last, largest growth
    /// first. Empty if the system does not report them.
    pub open_files: Vec<OpenFiles>,
    /// One finding for each gauge of the program, in the order of their declaration.
    pub gauges: Vec<GaugeGrowth>,
    /// The places in the program that grow or may grow: growing ones first, then the program's own, then by
    /// bytes per operation.
    pub sites: Vec<Site>,
    /// What keeps the blocks of the growing places alive. `None` if nothing grows, if the search was switched
    /// off, or without the feature `holders`.
    pub holders: Option<Holders>,
    /// Growing places that are allowed to grow, by a suppression or within a declared bound.
    pub suppressed: Vec<Suppressed>,
    /// Suppressions that matched no growth in this run, as `signature (reason)`.
    pub unmatched_suppressions: Vec<String>,
    /// Live bytes at the end that were allocated by other tests running in the same process. They are not
    /// attributed to this soak. 0 if none of their sites changed.
    pub other_tests_bytes: u64,
    /// Live bytes at the end in output that the test harness captured during the soak. They are not attributed
    /// to the program. 0 if it captured none.
    pub captured_output_bytes: u64,
    /// How the places were found, and whether they are complete.
    pub attribution: Attribution,
    /// Why the workload ended before its last round; `None` if it did not. A soak that was stopped is never
    /// Steady.
    pub stopped: Option<String>,
    /// Why the load ended before its time was up: a resource came near its limit. `None` if it did not.
    pub ended_early: Option<String>,
}

/// The finding on one resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Growth {
    /// The resource.
    pub resource: Resource,
    /// The verdict on its series.
    pub verdict: Verdict,
    /// The reason for the verdict; for Undecided, with what may decide it.
    #[serde(with = "crate::verdict::with_text")]
    pub reason: Reason,
    /// The amount retained per operation, in blocks, bytes, files, ... `None` while undecided.
    pub per_operation: Option<f64>,
    /// The lower end of the 95 % interval.
    pub low: Option<f64>,
    /// The upper end of the 95 % interval.
    pub high: Option<f64>,
    /// The detection limit of a steady resource: the growth per operation that a run of this length and noise
    /// would have detected in at least 95 % of cases, and at least `high`. `None` unless steady.
    pub detection_limit: Option<f64>,
}

/// Open descriptors with the same kind and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OpenFiles {
    /// The kind and place of their targets.
    pub group: FileGroup,
    /// The number after the first round.
    pub first: u64,
    /// The number after the last round.
    pub last: u64,
}

/// The finding on one of the program's gauges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GaugeGrowth {
    /// The gauge's name.
    pub name: String,
    /// The verdict on its readings.
    pub verdict: Verdict,
    /// The reason for the verdict; for Undecided, with what may decide it.
    #[serde(with = "crate::verdict::with_text")]
    pub reason: Reason,
    /// The growth per operation, in the gauge's unit. `None` while undecided.
    pub per_operation: Option<f64>,
    /// The lower end of the 95 % interval.
    pub low: Option<f64>,
    /// The upper end of the 95 % interval.
    pub high: Option<f64>,
    /// The detection limit, as in [`Growth::detection_limit`].
    pub detection_limit: Option<f64>,
    /// The reading after each round.
    pub readings: Vec<u64>,
}

/// A growing place that is allowed to grow.
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

    /// The findings on growing resources.
    pub fn growing(&self) -> impl Iterator<Item = &Growth> {
        self.growth.iter().filter(|growth| growth.verdict == Verdict::Growing)
    }

    /// The total number of operations in all rounds.
    pub fn operations(&self) -> u64 {
        self.rounds.iter().map(|round| round.operations).sum()
    }

    /// One line for a passing test that says what was measured and how small a leak would have been detected:
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
    /// If the verdict is Growing or Undecided. A soak without proof is Undecided: the meter is not the global
    /// allocator, a reading is missing, the workload was stopped, or there were too few rounds.
    /// [`assert_not_growing`](Self::assert_not_growing) accepts Undecided.
    #[track_caller]
    pub fn assert_steady(&self) {
        assert!(self.verdict == Verdict::Steady, "{self}");
    }

    /// Panics with the report if anything certainly grows.
    ///
    /// # Panics
    /// If the verdict is Growing, or if every resource is Undecided.
    #[track_caller]
    pub fn assert_not_growing(&self) {
        let decided = self.growth.iter().any(|growth| growth.verdict == Verdict::Steady);
        assert!(self.verdict != Verdict::Growing && decided, "{self}");
    }

    /// Panics with the report if this run could have missed a leak of `per_operation`, in the unit of
    /// `resource`: a test that passes with too few operations proves little.
    ///
    /// # Panics
    /// If the resource was not measured or is undecided, or if its [detection limit](Growth::detection_limit)
    /// is above `per_operation`. A growing resource counts as detected.
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
