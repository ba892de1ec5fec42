//! A place in the sources.

use std::fmt;

use leak_meter::holders::Step;
use leak_meter::site::Site;
use leak_meter::{Holders, Verdict};

use crate::workspace::{Exercise, Version};

/// A line of a file, relative to the workshop's root. Displayed as `file:line`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Location {
    /// The line of `site`; `None` if the line tables do not have it.
    pub fn of_site(site: &Site) -> Option<Self> {
        Some(Self { file: site.file.clone()?, line: site.line? })
    }
}

/// The line of the exercise where the growing memory is held, so that a learner can begin there: the first
/// step of the first finding, from the holder outwards, that lies in the exercise's folder.
pub fn of_holder(exercise: &Exercise, holders: &Holders) -> Option<Location> {
    let finding = holders.findings.first()?;
    let folder = format!("{}/", exercise.folder(Version::Exercise));
    let location = |step: &Step| Some(Location { file: step.file.clone()?, line: step.line? });
    let steps = finding.place().into_iter().chain(&finding.steps);
    steps.filter_map(location).find(|location| location.file.starts_with(&folder))
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// The sites that grow, in the order of `sites`.
pub fn growing(sites: &[Site]) -> impl Iterator<Item = &Site> {
    sites.iter().filter(|site| site.verdict == Verdict::Growing)
}
