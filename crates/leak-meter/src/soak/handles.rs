//! Resources of a process besides its heap: descriptors, threads, temporary files, memory of C code.

use std::collections::BTreeMap;
use std::fs::File;
use std::iter;
use std::path::Path;

use crate::probe::limits::{RESERVED, SPARE};
use crate::probe::{self, FileGroup, FileKind, FolderProbe, FolderUsage, Limit};
use crate::process::{ProcessProbes, ProcessReadings};
use crate::series::Resource;
use crate::units;

/// The maximum number of descriptors or threads that the load may add, whatever the limit is.
const MOST_MORE: u64 = 1500;

/// The probes of a soak.
pub(super) struct Handles {
    probes: ProcessProbes,
    folder: Option<FolderProbe>,
    has_folder: bool,
    reserve: Vec<File>,
    /// The limits set by the system.
    pub(super) limits: BTreeMap<Resource, Limit>,
    /// The readings at the start, and the last ones.
    start: Readings,
    last: Readings,
}

/// The readings at one moment; `None` for a resource that could not be measured.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Readings {
    pub(super) process: ProcessReadings,
    pub(super) temporary: Option<FolderUsage>,
}

impl Readings {
    fn reading(&self, resource: Resource) -> Option<u64> {
        match resource {
            Resource::OpenFiles => self.process.open.map(|open| open.all),
            Resource::Threads => self.process.threads,
            _ => None,
        }
    }
}

impl Handles {
    const TEMPORARY: [Resource; 2] = [Resource::TemporaryFiles, Resource::TemporaryBytes];

    /// Opens the probes and reads each once, because a probe allocates its buffer at the first reading.
    pub(super) fn open(folder: Option<&Path>) -> Self {
        // Besides the reserved descriptors, the folder of descriptors is open.
        let own = RESERVED as u64 + 1;
        let limits = [
            (Resource::OpenFiles, probe::most_open_files().map(|most| Limit { most, own })),
            (Resource::Threads, probe::most_threads().map(|most| Limit { most, own: 0 })),
        ];
        let mut handles = Self {
            probes: ProcessProbes::open(),
            folder: None,
            has_folder: folder.is_some(),
            reserve: Vec::new(),
            limits: limits.into_iter().filter_map(|(of, limit)| Some((of, limit?))).collect(),
            start: Readings::default(),
            last: Readings::default(),
        };
        // The user asked for this folder to be counted: if it cannot be opened, a reading is missing.
        let folder = folder.map(FolderProbe::new);
        handles.folder = handles.probes.keep(&Self::TEMPORARY, folder);
        handles.reserve_descriptors();
        handles.start = handles.read();
        handles
    }

    pub(super) fn read(&mut self) -> Readings {
        let reserved = self.reserve.len() as u64;
        let mut process = self.probes.read();
        if let Some(open) = &mut process.open {
            open.all = open.all.saturating_sub(reserved);
        }
        // Counting subfolders of the temporary folder takes descriptors.
        let temporary = if self.folder.is_some() {
            self.reserve.clear();
            let usage = self.folder.as_mut().map(FolderProbe::usage);
            self.reserve_descriptors();
            usage
        } else {
            None
        };
        let temporary = self.probes.keep(&Self::TEMPORARY, temporary);
        self.last = Readings { process, temporary };
        self.last
    }

    /// Why a probe that had worked failed, by resource.
    pub(super) fn failed(&self) -> &BTreeMap<Resource, String> {
        &self.probes.failed
    }

    /// What the descriptors have open, if the system reports it.
    pub(super) fn open_groups(&mut self) -> Option<BTreeMap<FileGroup, u64>> {
        let mut groups = self.probes.open_groups()?;
        let spare = FileGroup { kind: FileKind::Device, place: SPARE.to_owned() };
        if let Some(open) = groups.get_mut(&spare) {
            *open = open.saturating_sub(self.reserve.len() as u64);
        }
        Some(groups)
    }

    /// How many times the work so far can be repeated within the limits of the limited resources.
    pub(super) fn lasts_for(&self) -> u64 {
        let lasts = self.limits.iter().filter_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, self.last.reading(*resource)?);
            Some(most_more(start, *limit) / now.saturating_sub(start).max(1))
        });
        lasts.min().unwrap_or(u64::MAX)
    }

    /// The resource that has used half of what was left below its limit at the start, with its reading at
    /// the start, its current reading and its limit.
    pub(super) fn near_limit(&self, now: &Readings) -> Option<(Resource, u64, u64, u64)> {
        self.limits.iter().find_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, now.reading(*resource)?);
            (now >= start + most_more(start, *limit)).then_some((*resource, start, now, limit.most))
        })
    }

    /// Describes the resource that is almost exhausted, as a sentence without a full stop.
    pub(super) fn exhausted(&mut self) -> Option<String> {
        let now = self.read();
        self.limits.iter().find_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, now.reading(*resource)?);
            let used_up = now > start && now + now / 10 >= limit.usable();
            used_up.then(|| risen(*resource, start, now, limit.most))
        })
    }

    /// Releases the reserved descriptors for the work after the last reading.
    pub(super) fn release_reserve(&mut self) {
        self.reserve.clear();
    }

    fn reserve_descriptors(&mut self) {
        let spare = iter::repeat_with(|| File::open(SPARE)).take(RESERVED);
        self.reserve.extend(spare.map_while(Result::ok));
    }

    /// The resources that could not be measured from the start, with the reasons.
    pub(super) fn unavailable(&self) -> BTreeMap<Resource, String> {
        let mut unavailable = self.probes.unavailable();
        if !self.has_folder {
            let reason = "no temporary folder was given";
            unavailable.extend(Self::TEMPORARY.map(|resource| (resource, reason.to_owned())));
        }
        unavailable
    }
}

/// How much of a limited resource the load may add.
fn most_more(start: u64, limit: Limit) -> u64 {
    (limit.usable().saturating_sub(start) / 2).clamp(1, MOST_MORE)
}

/// Describes the growth of a limited resource, as a sentence without a full stop.
pub(super) fn risen(resource: Resource, start: u64, now: u64, limit: u64) -> String {
    format!(
        "{} had risen from {} to {} (the limit is {})",
        resource.name(),
        units::count(start),
        units::count(now),
        units::count(limit)
    )
}
