//! What a process holds besides its heap: descriptors, threads, temporary files, memory of C code.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use crate::probe::{
    self, FileGroup, FileKind, FolderProbe, FolderUsage, ForeignBytesProbe, Limit, OpenFilesProbe,
    ResidentBytesProbe, ThreadsProbe, Unavailable,
};
use crate::series::Resource;
use crate::units;

/// Descriptors that are kept for the meter's own use: for folders below the temporary one, and for the
/// files that it reads to name call sites and holders when the process has run out of descriptors.
const RESERVED: usize = 8;
/// What the reserved descriptors are open on.
const SPARE: &str = "/dev/null";
/// The most descriptors and threads that the load may add, whatever the limit is.
const MOST_MORE: u64 = 1500;

/// The probes of a soak.
pub(super) struct Handles {
    open_files: Result<OpenFilesProbe, Unavailable>,
    threads: Result<ThreadsProbe, Unavailable>,
    foreign: Result<ForeignBytesProbe, Unavailable>,
    resident: Result<ResidentBytesProbe, Unavailable>,
    folder: Option<FolderProbe>,
    has_folder: bool,
    reserve: Vec<OwnedFd>,
    /// Why a probe that had worked failed, by resource.
    pub(super) failed: BTreeMap<Resource, String>,
    /// The limits that the system sets.
    pub(super) limits: BTreeMap<Resource, Limit>,
    /// What was held at the start, and when it was last read.
    start: Readings,
    last: Readings,
}

/// What was held at one moment; `None` where it could not be measured.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Readings {
    pub(super) open: Option<probe::OpenFiles>,
    pub(super) threads: Option<u64>,
    pub(super) foreign: Option<u64>,
    pub(super) resident: Option<u64>,
    pub(super) temporary: Option<FolderUsage>,
}

impl Readings {
    fn reading(&self, resource: Resource) -> Option<u64> {
        match resource {
            Resource::OpenFiles => self.open.map(|open| open.all),
            Resource::Threads => self.threads,
            _ => None,
        }
    }
}

impl Handles {
    const OPEN: [Resource; 2] = [Resource::OpenFiles, Resource::Sockets];
    const TEMPORARY: [Resource; 2] = [Resource::TemporaryFiles, Resource::TemporaryBytes];

    /// Opens the probes, and reads each once: a probe reserves its buffer at its first reading.
    pub(super) fn open(folder: Option<&Path>) -> Self {
        // Besides the reserve, the folder of descriptors is open.
        let own = RESERVED as u64 + 1;
        let limits = [
            (Resource::OpenFiles, probe::most_open_files().map(|most| Limit { most, own })),
            (Resource::Threads, probe::most_threads().map(|most| Limit { most, own: 0 })),
        ];
        let mut handles = Self {
            open_files: OpenFilesProbe::new(),
            threads: ThreadsProbe::new(),
            foreign: ForeignBytesProbe::new(),
            resident: ResidentBytesProbe::new(),
            folder: None,
            has_folder: folder.is_some(),
            reserve: Vec::new(),
            failed: BTreeMap::new(),
            limits: limits.into_iter().filter_map(|(of, limit)| Some((of, limit?))).collect(),
            start: Readings::default(),
            last: Readings::default(),
        };
        // A folder that was given is to be counted: one that cannot be opened is a missing reading.
        let folder = folder.map(FolderProbe::new);
        handles.folder = handles.keep(&Self::TEMPORARY, folder);
        handles.reserve_descriptors();
        handles.start = handles.read();
        handles
    }

    pub(super) fn read(&mut self) -> Readings {
        let reserved = self.reserve.len() as u64;
        let open = self.open_files.as_mut().ok().map(OpenFilesProbe::usage);
        let threads = self.threads.as_mut().ok().map(ThreadsProbe::count);
        let foreign = self.foreign.as_mut().ok().map(ForeignBytesProbe::bytes);
        let resident = self.resident.as_mut().ok().map(ResidentBytesProbe::bytes);
        // Folders below the temporary one take descriptors while they are counted.
        let temporary = if self.folder.is_some() {
            self.reserve.clear();
            let usage = self.folder.as_mut().map(FolderProbe::usage);
            self.reserve_descriptors();
            usage
        } else {
            None
        };
        let open = self
            .keep(&Self::OPEN, open)
            .map(|open| probe::OpenFiles { all: open.all.saturating_sub(reserved), ..open });
        self.last = Readings {
            open,
            threads: self.keep(&[Resource::Threads], threads),
            foreign: self.keep(&[Resource::ForeignBytes], foreign),
            resident: self.keep(&[Resource::ResidentBytes], resident),
            temporary: self.keep(&Self::TEMPORARY, temporary),
        };
        self.last
    }

    /// What the descriptors are open on, if the system reports it.
    pub(super) fn open_groups(&mut self) -> Option<BTreeMap<FileGroup, u64>> {
        let mut groups = self.open_files.as_mut().ok()?.groups().ok()?;
        let spare = FileGroup { kind: FileKind::Device, place: SPARE.to_owned() };
        if let Some(open) = groups.get_mut(&spare) {
            *open = open.saturating_sub(self.reserve.len() as u64);
        }
        Some(groups)
    }

    /// How many times the load so far fits into what the limited resources allow.
    pub(super) fn lasts_for(&self) -> u64 {
        let lasts = self.limits.iter().filter_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, self.last.reading(*resource)?);
            Some(most_more(start, *limit) / now.saturating_sub(start).max(1))
        });
        lasts.min().unwrap_or(u64::MAX)
    }

    /// The resource that has used up half of what its limit left at the start, with its reading then and now
    /// and its limit.
    pub(super) fn near_limit(&self, now: &Readings) -> Option<(Resource, u64, u64, u64)> {
        self.limits.iter().find_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, now.reading(*resource)?);
            (now >= start + most_more(start, *limit)).then_some((*resource, start, now, limit.most))
        })
    }

    /// The resource that is almost used up, as a sentence without a full stop.
    pub(super) fn exhausted(&mut self) -> Option<String> {
        let now = self.read();
        self.limits.iter().find_map(|(resource, limit)| {
            let (start, now) = (self.start.reading(*resource)?, now.reading(*resource)?);
            let used_up = now > start && now + now / 10 >= limit.usable();
            used_up.then(|| risen(*resource, start, now, limit.most))
        })
    }

    /// Gives the reserved descriptors back, for the work after the last reading.
    pub(super) fn release_reserve(&mut self) {
        self.reserve.clear();
    }

    fn reserve_descriptors(&mut self) {
        while self.reserve.len() < RESERVED {
            let flags = OFlags::RDONLY | OFlags::CLOEXEC;
            let Ok(spare) = rustix::fs::open(SPARE, flags, Mode::empty()) else { return };
            self.reserve.push(spare);
        }
    }

    /// The reading, or the reason why a probe that should work does not.
    fn keep<T>(
        &mut self,
        resources: &[Resource],
        reading: Option<Result<T, Unavailable>>,
    ) -> Option<T> {
        reading?
            .map_err(|Unavailable(reason)| {
                self.failed.extend(resources.iter().map(|resource| (*resource, reason.clone())));
            })
            .ok()
    }

    /// The resources that could not be measured from the start, each with the reason.
    pub(super) fn unavailable(&self) -> BTreeMap<Resource, String> {
        let mut unavailable = BTreeMap::new();
        let open = self.open_files.as_ref().err();
        for (resource, refused) in [
            (Resource::OpenFiles, open),
            (Resource::Sockets, open),
            (Resource::Threads, self.threads.as_ref().err()),
            (Resource::ForeignBytes, self.foreign.as_ref().err()),
            (Resource::ResidentBytes, self.resident.as_ref().err()),
        ] {
            if let Some(Unavailable(reason)) = refused {
                unavailable.insert(resource, reason.clone());
            }
        }
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

/// How a limited resource has grown, as a sentence without a full stop.
pub(super) fn risen(resource: Resource, start: u64, now: u64, limit: u64) -> String {
    format!(
        "{} had risen from {} to {} (the limit is {})",
        resource.name(),
        units::count(start),
        units::count(now),
        units::count(limit)
    )
}
