//! A place in the sources.

use std::fmt;

use leak_meter::Verdict;
use leak_meter::site::Site;

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

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}

/// The sites that grow, in the order of `sites`.
pub fn growing(sites: &[Site]) -> impl Iterator<Item = &Site> {
    sites.iter().filter(|site| site.verdict == Verdict::Growing)
}
