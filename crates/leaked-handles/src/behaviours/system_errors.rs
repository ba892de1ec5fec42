//! Requests that fail because the system refuses something.

use std::fs;

use exercise_harness::{Context, FullDisk};

use super::{assert_ended, attachment_of, begin, complete, content, send_rest};
use crate::client::fill_the_disk;
use crate::folders::{Folders, Unavailable};
use crate::{Refused, Uploads};

/// More than a client's uploads at once, so that no ended upload may count.
const TIMES: usize = 6;

fn start<S: Uploads>(context: &Context) -> (S, Folders) {
    let folders = Folders::below(context.folder()).expect("folders can be created");
    (S::start(&folders.arriving, &folders.finished), folders)
}

fn has_failed<T>(answer: &Result<T, Refused>) -> bool {
    matches!(answer, Err(Refused::Io(_) | Refused::Over(_)))
}

/// An upload that cannot be written, and one that cannot be moved, end; the client's other upload
/// goes on, and it may begin new ones.
pub fn failed_request_ends_the_upload<S: Uploads>(context: &Context) {
    let (mut service, folders): (S, _) = start(context);
    let client = service.connect();
    let other = begin(&mut service, client);
    for _ in 0..TIMES {
        if FullDisk::IS_AVAILABLE {
            let upload = fill_the_disk(&mut service, client);
            assert_ended(&mut service, client, upload);
        }

        let upload = begin(&mut service, client);
        send_rest(&mut service, client, upload);
        let unavailable = Unavailable::new(&folders.finished);
        let finished = service.finish(client, upload);
        drop(unavailable);
        assert!(has_failed(&finished), "there is no such folder, but finishing is {finished:?}");
        assert_ended(&mut service, client, upload);
    }
    complete(&mut service, client, other);
    attachment_of(&service, other);
}

/// An upload for which there is no file does not begin, and does not count.
pub fn failed_beginning_does_not_count<S: Uploads>(context: &Context) {
    let (mut service, folders): (S, _) = start(context);
    let client = service.connect();
    for _ in 0..TIMES {
        let unavailable = Unavailable::new(&folders.arriving);
        let begun = service.begin(client, "letter.txt", 10);
        drop(unavailable);
        assert!(has_failed(&begun), "there is no such folder, but beginning is {begun:?}");
    }
    let uploads = [(); 4].map(|()| begin(&mut service, client));
    for upload in uploads {
        complete(&mut service, client, upload);
    }
}

/// An attachment whose file cannot be deleted can be deleted later.
pub fn failed_deletion_can_be_repeated<S: Uploads>(context: &Context) {
    let (mut service, folders): (S, _) = start(context);
    let client = service.connect();
    let [attachment, lost] = [(); 2].map(|()| {
        let upload = begin(&mut service, client);
        complete(&mut service, client, upload);
        upload
    });
    let path = attachment_of(&service, attachment);
    let unavailable = Unavailable::new(&folders.finished);
    let deleted = service.delete_attachment(attachment);
    drop(unavailable);
    if deleted.is_err() {
        service.delete_attachment(attachment).expect("the deletion can be repeated");
    }
    assert!(service.attachment(attachment).is_none(), "the attachment was deleted");
    assert!(!path.exists(), "the attachment was deleted, but its file is still there");

    assert!(!content(&attachment_of(&service, lost)).is_empty());
    fs::remove_file(attachment_of(&service, lost)).expect("the file is there");
    // Whether this is an error is up to the service.
    let _ = service.delete_attachment(lost);
    assert!(service.attachment(lost).is_none(), "an attachment without a file was deleted");
}
