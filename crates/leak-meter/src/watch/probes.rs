//! The resources of a running service besides its heap.

use std::collections::BTreeMap;

use crate::allocator::HeapCounts;
use crate::probe::{
    ForeignBytesProbe, OpenFilesProbe, ResidentBytesProbe, ThreadsProbe, Unavailable,
};
use crate::series::{Resource, Round};

/// The probes of a watch.
#[derive(Debug)]
pub(super) struct Probes {
    open_files: Result<OpenFilesProbe, Unavailable>,
    threads: Result<ThreadsProbe, Unavailable>,
    foreign: Result<ForeignBytesProbe, Unavailable>,
    resident: Result<ResidentBytesProbe, Unavailable>,
    /// The resources that were measured and no longer can be, with the reasons.
    pub(super) failed: BTreeMap<Resource, String>,
}

impl Probes {
    pub(super) fn open() -> Self {
        Self {
            open_files: OpenFilesProbe::new(),
            threads: ThreadsProbe::new(),
            foreign: ForeignBytesProbe::new(),
            resident: ResidentBytesProbe::new(),
            failed: BTreeMap::new(),
        }
    }

    pub(super) fn read(&mut self, heap: &HeapCounts, tasks: Option<u64>) -> Round {
        let open = self.open_files.as_mut().ok().map(OpenFilesProbe::usage);
        let open = self.keep(&[Resource::OpenFiles, Resource::Sockets], open);
        let threads = self.threads.as_mut().ok().map(ThreadsProbe::count);
        let foreign = self.foreign.as_mut().ok().map(ForeignBytesProbe::bytes);
        let resident = self.resident.as_mut().ok().map(ResidentBytesProbe::bytes);
        Round {
            operations: 0,
            allocations: 0,
            deallocations: 0,
            reallocations: 0,
            live_blocks: heap.live_blocks(),
            live_bytes: heap.live_bytes(),
            open_files: open.map(|open| open.all),
            sockets: open.and_then(|open| open.sockets),
            temporary_files: None,
            temporary_bytes: None,
            threads: self.keep(&[Resource::Threads], threads),
            tasks,
            foreign_bytes: self.keep(&[Resource::ForeignBytes], foreign),
            resident_bytes: self.keep(&[Resource::ResidentBytes], resident),
            settled: false,
            nanoseconds: 0,
        }
    }

    /// The reading; if it failed, `None`, and the reason is recorded.
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

    /// The resources that cannot be measured, with the reasons.
    pub(super) fn unavailable(&self, has_tasks: bool) -> BTreeMap<Resource, String> {
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
        let no_folder = "a watch counts no temporary files";
        for resource in [Resource::TemporaryFiles, Resource::TemporaryBytes] {
            unavailable.insert(resource, no_folder.to_owned());
        }
        if !has_tasks {
            unavailable.insert(Resource::Tasks, "no runtime was given".to_owned());
        }
        unavailable
    }
}
