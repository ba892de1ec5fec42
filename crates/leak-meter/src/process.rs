//! The resources of the process besides its heap: what a soak and a watch read at the same moment.

use std::collections::BTreeMap;

use crate::allocator::HeapCounts;
use crate::probe::{
    FileGroup, ForeignBytesProbe, OpenFiles, OpenFilesProbe, ResidentBytesProbe, ThreadsProbe,
    Unavailable,
};
use crate::series::{Resource, Round};

const OPEN: [Resource; 2] = [Resource::OpenFiles, Resource::Sockets];

/// The probes of these resources.
#[derive(Debug)]
pub(crate) struct ProcessProbes {
    open_files: Result<OpenFilesProbe, Unavailable>,
    threads: Result<ThreadsProbe, Unavailable>,
    foreign: Result<ForeignBytesProbe, Unavailable>,
    resident: Result<ResidentBytesProbe, Unavailable>,
    /// Whether the last reading had open files, but no sockets among them.
    lacks_sockets: bool,
    /// Why a probe that had worked failed, by resource.
    pub(crate) failed: BTreeMap<Resource, String>,
}

/// The readings at one moment; `None` for a resource that could not be measured.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ProcessReadings {
    pub(crate) open: Option<OpenFiles>,
    pub(crate) threads: Option<u64>,
    foreign: Option<u64>,
    resident: Option<u64>,
}

impl ProcessProbes {
    pub(crate) fn open() -> Self {
        Self {
            open_files: OpenFilesProbe::new(),
            threads: ThreadsProbe::new(),
            foreign: ForeignBytesProbe::new(),
            resident: ResidentBytesProbe::new(),
            lacks_sockets: false,
            failed: BTreeMap::new(),
        }
    }

    pub(crate) fn read(&mut self) -> ProcessReadings {
        let open = self.open_files.as_mut().ok().map(OpenFilesProbe::usage);
        let threads = self.threads.as_mut().ok().map(ThreadsProbe::count);
        let foreign = self.foreign.as_mut().ok().map(ForeignBytesProbe::bytes);
        let resident = self.resident.as_mut().ok().map(ResidentBytesProbe::bytes);
        let open = self.keep(&OPEN, open);
        self.lacks_sockets = open.is_some_and(|open| open.sockets.is_none());
        ProcessReadings {
            open,
            threads: self.keep(&[Resource::Threads], threads),
            foreign: self.keep(&[Resource::ForeignBytes], foreign),
            resident: self.keep(&[Resource::ResidentBytes], resident),
        }
    }

    /// The reading; if a probe that should work failed, `None`, and the reason is recorded.
    pub(crate) fn keep<T>(
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

    /// What the descriptors have open, if the system reports it.
    pub(crate) fn open_groups(&mut self) -> Option<BTreeMap<FileGroup, u64>> {
        self.open_files.as_mut().ok()?.groups().ok()
    }

    /// The resources that could not be measured from the start, with the reasons.
    pub(crate) fn unavailable(&self) -> BTreeMap<Resource, String> {
        let open = self.open_files.as_ref().err();
        let refused = [
            (Resource::OpenFiles, open),
            (Resource::Sockets, open),
            (Resource::Threads, self.threads.as_ref().err()),
            (Resource::ForeignBytes, self.foreign.as_ref().err()),
            (Resource::ResidentBytes, self.resident.as_ref().err()),
        ];
        let mut unavailable: BTreeMap<Resource, String> = refused
            .into_iter()
            .filter_map(|(resource, refused)| Some((resource, refused?.0.clone())))
            .collect();
        if self.lacks_sockets {
            let reason = "this system does not report which handles are sockets";
            unavailable.insert(Resource::Sockets, reason.to_owned());
        }
        unavailable
    }
}

impl ProcessReadings {
    /// A round with these readings and those of the heap, in which no work was done.
    pub(crate) fn round(&self, heap: &HeapCounts) -> Round {
        Round {
            open_files: self.open.map(|open| open.all),
            sockets: self.open.and_then(|open| open.sockets),
            threads: self.threads,
            foreign_bytes: self.foreign,
            resident_bytes: self.resident,
            ..Round::of_heap(heap.live_blocks(), heap.live_bytes())
        }
    }
}
