//! What may be left of uploads that came to nothing.

use exercise_harness::{Bound, Context};
use leak_meter::Resource;
use leak_meter::probe::{FolderProbe, OpenFilesProbe};

use crate::client::{Folders, send};
use crate::{Refused, Uploads};

/// Uploads in one measurement: few enough for a limit of 256 open files.
const UPLOADS: u64 = 40;

/// Files that may be open or lie about all the same. Of each upload, none may.
const SLACK: u64 = 4;

/// Clients that are lost in the middle of an upload: their files are closed.
pub fn vanished_clients<S: Uploads>(context: &Context) -> Bound {
    let folders = Folders::below(context.folder()).expect("the trial's folder takes folders");
    let mut service = S::start(&folders.arriving, &folders.finished);
    let mut probe = OpenFilesProbe::new().expect("open files can be counted");
    let mut count = || probe.count().expect("open files can be counted again");

    let before = count();
    for _ in 0..UPLOADS {
        let client = service.connect();
        let upload = service.begin(client, "holiday.jpg", 100).expect("an upload can begin");
        send(&mut service, client, upload, &[7; 60]).expect("the chunk is taken");
        service.disconnect(client);
    }
    Bound {
        resource: Resource::OpenFiles,
        measured: count().saturating_sub(before),
        limit: SLACK,
        after: format!("{UPLOADS} clients vanished in the middle of an upload"),
    }
}

/// Uploads that are refused, of one client that stays: their files are deleted.
pub fn refused_uploads<S: Uploads>(context: &Context) -> Bound {
    let folders = Folders::below(context.folder()).expect("the trial's folder takes folders");
    let mut service = S::start(&folders.arriving, &folders.finished);
    let mut probe = FolderProbe::new(&folders.arriving).expect("the folder can be read");

    let client = service.connect();
    for _ in 0..UPLOADS {
        let upload = service.begin(client, "holiday.jpg", 100).expect("an upload can begin");
        send(&mut service, client, upload, &[7; 60]).expect("the chunk is taken");
        let second = send(&mut service, client, upload, &[7; 60]);
        assert!(matches!(second, Err(Refused::Over(_))), "it is too large: {second:?}");
    }
    Bound {
        resource: Resource::TemporaryFiles,
        measured: probe.usage().expect("the folder can be read again").files,
        limit: SLACK,
        after: format!("{UPLOADS} uploads of one connected client were refused as too large"),
    }
}
