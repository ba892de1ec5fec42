//! How much may be left of unfinished uploads.

use exercise_harness::{Bound, Context};
use leak_meter::Resource;
use leak_meter::probe::{FolderProbe, OpenFilesProbe};

use crate::client::{Folders, send};
use crate::{Refused, Uploads};

/// The number of uploads in one measurement, few enough for a limit of 256 open files.
const UPLOADS: u64 = 40;

/// Files that may still be open or on disk. No file of an upload may.
const SLACK: u64 = 4;

/// Clients are lost in the middle of an upload: their files must be closed.
pub fn vanished_clients<S: Uploads>(context: &Context) -> Bound {
    let folders = Folders::below(context.folder()).expect("folders can be created");
    let mut service = S::start(&folders.arriving, &folders.finished);
    let mut probe = OpenFilesProbe::new().expect("open files can be counted");
    let mut count = || probe.count().expect("open files can be counted again");

    let before = count();
    for _ in 0..UPLOADS {
        let client = service.connect();
        let upload = service.begin(client, "holiday.jpg", 100).expect("an upload can begin");
        send(&mut service, client, upload, &[7; 60]).expect("the chunk is accepted");
        service.disconnect(client);
    }
    Bound {
        resource: Resource::OpenFiles,
        measured: count().saturating_sub(before),
        limit: SLACK,
        after: format!("{UPLOADS} clients vanished in the middle of an upload"),
    }
}

/// Uploads of one connected client are refused: their files must be deleted.
pub fn refused_uploads<S: Uploads>(context: &Context) -> Bound {
    let folders = Folders::below(context.folder()).expect("folders can be created");
    let mut service = S::start(&folders.arriving, &folders.finished);
    let mut probe = FolderProbe::new(&folders.arriving).expect("the folder can be read");

    let client = service.connect();
    for _ in 0..UPLOADS {
        let upload = service.begin(client, "holiday.jpg", 100).expect("an upload can begin");
        send(&mut service, client, upload, &[7; 60]).expect("the chunk is accepted");
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
