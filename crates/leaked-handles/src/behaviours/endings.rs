//! The ways in which an upload ends, and the attachment that it becomes.

use std::collections::BTreeSet;

use exercise_harness::Context;

use super::{
    CHUNK, LENGTH, LETTER, assert_ended, assert_inactive, attachment_of, begin, complete, content,
    send_rest, start,
};
use crate::client::{send, send_damaged};
use crate::folders::files_below;
use crate::{Refused, Uploads};

/// An attachment outlives its client's connection and is gone when it is deleted.
pub fn finished_upload_remains<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    complete(&mut service, client, upload);
    let path = attachment_of(&service, upload);
    assert_inactive(&mut service, client, upload);
    assert!(path.starts_with(context.folder().join("attachments")), "it is in its folder");
    assert_eq!(content(&path), LETTER);

    let half_sent = begin(&mut service, client);
    service.disconnect(client);
    assert!(service.attachment(half_sent).is_none(), "half a file is not an attachment");
    let next = service.connect();
    let aborted = begin(&mut service, next);
    service.abort(next, aborted).expect("an upload can be aborted");
    service.disconnect(next);
    assert_eq!(content(&attachment_of(&service, upload)), LETTER, "the attachment remains");

    service.delete_attachment(upload).expect("an attachment can be deleted");
    assert!(service.attachment(upload).is_none(), "the attachment was deleted");
    assert!(!path.exists(), "the attachment's file was deleted");
}

/// The file of an attachment outlives the service.
pub fn attachment_outlives_the_service<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    complete(&mut service, client, upload);
    let path = attachment_of(&service, upload);
    drop(service);
    assert_eq!(content(&path), LETTER, "the service was restarted");
}

/// An upload that is not finished is not an attachment, even when all of it has arrived.
pub fn only_finishing_makes_an_attachment<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let [lost, aborted, exceeded] = [(); 3].map(|()| {
        let upload = begin(&mut service, client);
        send_rest(&mut service, client, upload);
        upload
    });
    service.abort(client, aborted).expect("an upload can be aborted");
    send(&mut service, client, exceeded, b" P.S.").expect_err("the file is too large");
    service.disconnect(client);
    for upload in [lost, aborted, exceeded] {
        assert_ended(&mut service, client, upload);
    }
    let attachments = files_below(&context.folder().join("attachments"));
    assert_eq!(attachments, 0, "none of the uploads was finished");
}

/// No number is given to a second client or to a second upload.
pub fn numbers_are_used_once<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let (mut clients, mut uploads) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..100 {
        let client = service.connect();
        assert!(clients.insert(client), "the number {client} was given to a second client");
        for finishes in [false, true, false] {
            let upload = begin(&mut service, client);
            assert!(uploads.insert(upload), "the number {upload} was given to a second upload");
            if finishes {
                complete(&mut service, client, upload);
                service.delete_attachment(upload).expect("an attachment can be deleted");
            } else {
                service.abort(client, upload).expect("an upload can be aborted");
            }
        }
        service.disconnect(client);
    }
}

/// The third damaged chunk in a row ends its upload, and no other upload.
pub fn bad_line_ends_the_upload<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let other = begin(&mut service, client);
    let upload = begin(&mut service, client);
    for _ in 0..2 {
        let sent = send_damaged(&mut service, client, upload, &LETTER[CHUNK..]);
        assert!(matches!(sent, Err(Refused::Damaged)), "it may be sent again: {sent:?}");
    }
    let sent = send_damaged(&mut service, client, upload, &LETTER[CHUNK..]);
    assert!(matches!(sent, Err(Refused::Over(_))), "the third ends the upload: {sent:?}");
    assert_ended(&mut service, client, upload);
    complete(&mut service, client, other);
}

/// A file larger than announced ends its upload; one larger than allowed is refused.
pub fn too_large_ends_the_upload<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let other = begin(&mut service, client);
    let upload = begin(&mut service, client);
    let sent = send(&mut service, client, upload, LETTER);
    assert!(matches!(sent, Err(Refused::Over(_))), "it is larger than announced: {sent:?}");
    assert_ended(&mut service, client, upload);

    let huge = service.begin(client, "video", 32 * 1024 * 1024 + 1);
    assert!(matches!(huge, Err(Refused::Over(_))), "it is larger than allowed: {huge:?}");
    complete(&mut service, client, other);
}

/// An aborted upload is gone, with its file.
pub fn aborted_upload_is_gone<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    service.abort(client, upload).expect("an upload can be aborted");
    assert_ended(&mut service, client, upload);
    assert_eq!(service.arriving_path(upload), None, "the upload has no file");
    assert_eq!(files_below(context.folder()), 0, "its file was deleted");
}

/// A client cannot access another client's uploads, or any upload after its connection has ended.
pub fn clients_keep_to_their_own<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let [owner, stranger] = [(); 2].map(|()| service.connect());
    let upload = begin(&mut service, owner);
    let left = begin(&mut service, stranger);
    assert_ended(&mut service, stranger, upload);
    service.disconnect(stranger);
    service.disconnect(stranger);
    assert_ended(&mut service, stranger, left);
    assert_ended(&mut service, owner, left);
    let late = service.begin(stranger, "letter.txt", LENGTH);
    assert!(matches!(late, Err(Refused::Unknown)), "the client has left: {late:?}");

    complete(&mut service, owner, upload);
    assert_eq!(content(&attachment_of(&service, upload)), LETTER);
}
