//! How much may be left of unfinished uploads.

use exercise_harness::{Bound, Context, FullDisk};
use leak_meter::Resource;
use leak_meter::probe::OpenFilesProbe;

use crate::client::{fill_the_disk, send, send_damaged};
use crate::folders::{Folders, Unavailable, files_below};
use crate::{Refused, Uploads};

/// The number of uploads in one measurement, few enough for a limit of 256 open files.
const UPLOADS: u64 = 40;
/// The number of clients whose uploads end in every way.
const CLIENTS: u64 = 20;
/// Uploads before the folders are counted, so that a service which arranges its files in a fixed
/// number of folders has created them.
const UPLOADS_BEFORE: u64 = 600;

/// Files that may still be open or on disk. No file of an upload may.
const SLACK: u64 = 4;

fn start<S: Uploads>(context: &Context) -> (S, Folders) {
    let folders = Folders::below(context.folder()).expect("folders can be created");
    (S::start(&folders.arriving, &folders.finished), folders)
}

/// The files that `work` leaves open.
fn left_open(work: impl FnOnce()) -> u64 {
    let mut probe = OpenFilesProbe::new().expect("open files can be counted");
    let mut count = || probe.count().expect("open files can be counted again");
    let before = count();
    work();
    count().saturating_sub(before)
}

/// Begins an upload of 100 bytes and sends some of them.
fn begin<S: Uploads>(service: &mut S, client: u64) -> u64 {
    let upload = service.begin(client, "holiday.jpg", 100).expect("an upload can begin");
    send(service, client, upload, &[7; 60]).expect("the chunk is accepted");
    upload
}

/// Sends more than was announced.
fn exceed<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    let second = send(service, client, upload, &[7; 60]);
    assert!(matches!(second, Err(Refused::Over(_))), "it is too large: {second:?}");
}

/// Clients are lost in the middle of an upload: their files must be closed.
pub fn vanished_clients<S: Uploads>(context: &Context) -> Bound {
    let (mut service, _folders): (S, _) = start(context);
    let measured = left_open(|| {
        for _ in 0..UPLOADS {
            let client = service.connect();
            begin(&mut service, client);
            service.disconnect(client);
        }
    });
    Bound {
        resource: Resource::OpenFiles,
        measured,
        limit: SLACK,
        after: format!("{UPLOADS} clients vanished in the middle of an upload"),
    }
}

/// Uploads of one connected client are refused: their files must be deleted.
pub fn refused_uploads<S: Uploads>(context: &Context) -> Bound {
    let (mut service, folders): (S, _) = start(context);
    let client = service.connect();
    for _ in 0..UPLOADS {
        let upload = begin(&mut service, client);
        exceed(&mut service, client, upload);
    }
    Bound {
        resource: Resource::TemporaryFiles,
        measured: files_below(&folders.arriving),
        limit: SLACK,
        after: format!("{UPLOADS} uploads of one connected client were refused as too large"),
    }
}

/// The disk is full during uploads of one connected client: their files must be closed.
pub fn full_disk<S: Uploads>(context: &Context) -> Bound {
    let (mut service, _folders): (S, _) = start(context);
    // The first one opens files that stay open.
    drop(FullDisk::beyond(u64::MAX));
    let client = service.connect();
    let measured = left_open(|| {
        for _ in 0..UPLOADS {
            fill_the_disk(&mut service, client);
        }
    });
    Bound {
        resource: Resource::OpenFiles,
        measured,
        limit: SLACK,
        after: format!("the disk was full during {UPLOADS} uploads of one connected client"),
    }
}

/// Uploads end in every way, and their clients leave: no file and no folder may stay.
pub fn every_ending<S: Uploads>(context: &Context) -> Bound {
    let (mut service, folders): (S, _) = start(context);
    let entries = || folders.entries().expect("the folders can be read");
    let first = service.connect();
    for _ in 0..UPLOADS_BEFORE {
        let upload = begin(&mut service, first);
        service.abort(first, upload).expect("an upload can be aborted");
    }
    service.disconnect(first);
    // The files and folders that are left after clients whose uploads end in these ways.
    let mut left = |clients: u64, endings: &[Ending<S>]| {
        let before = entries();
        for _ in 0..clients {
            let client = service.connect();
            for (_, end) in endings {
                end(&mut service, &folders, client);
            }
            service.disconnect(client);
        }
        entries().saturating_sub(before)
    };
    let endings = endings::<S>();
    let measured = left(CLIENTS, &endings);
    let mut named = String::new();
    if measured > SLACK {
        // Each ending again, alone.
        let leaves = |ending: &&Ending<S>| left(SLACK + 1, std::slice::from_ref(*ending)) > SLACK;
        let leaving: Vec<&str> = endings.iter().filter(leaves).map(|(name, _)| *name).collect();
        named = match leaving[..] {
            [] => "; no ending leaves any alone".to_owned(),
            _ => format!("; alone, these leave some: {}", leaving.join(", ")),
        };
    }
    let after = format!(
        "uploads of {CLIENTS} clients were deleted, aborted, refused, lost, and could not be \
         written or moved (folders are counted as well{named})"
    );
    Bound { resource: Resource::TemporaryFiles, measured, limit: SLACK, after }
}

/// One way for the uploads of a client to end, with its name.
type Ending<S> = (&'static str, fn(&mut S, &Folders, u64));

/// Every way. A lost upload is that of a client that leaves.
fn endings<S: Uploads>() -> Vec<Ending<S>> {
    let mut endings: Vec<Ending<S>> = vec![
        ("a deletion", |service, _, client| {
            let upload = begin(service, client);
            send(service, client, upload, &[7; 40]).expect("the chunk is accepted");
            service.finish(client, upload).expect("the file is complete");
            service.delete_attachment(upload).expect("an attachment can be deleted");
        }),
        ("an abort", |service, _, client| {
            let upload = begin(service, client);
            service.abort(client, upload).expect("an upload can be aborted");
        }),
        ("a refusal", |service, _, client| {
            let upload = begin(service, client);
            exceed(service, client, upload);
        }),
        ("damaged chunks", |service, _, client| {
            let upload = begin(service, client);
            for _ in 0..3 {
                send_damaged(service, client, upload, &[7; 40]).expect_err("a damaged chunk");
            }
        }),
        ("a failed move", |service, folders, client| {
            let upload = begin(service, client);
            send(service, client, upload, &[7; 40]).expect("the chunk is accepted");
            let unavailable = Unavailable::new(&folders.finished);
            service.finish(client, upload).expect_err("the folder is not available");
            drop(unavailable);
        }),
        ("a lost client", |service, _, client| {
            begin(service, client);
        }),
    ];
    if FullDisk::IS_AVAILABLE {
        endings.push(("a full disk", |service, _, client| {
            fill_the_disk(service, client);
        }));
    }
    endings
}
