//! What clients and the scanner must receive, however the service is implemented.

use std::fs;
use std::path::PathBuf;

use exercise_harness::Context;

use crate::client::{Folders, send, send_damaged};
use crate::{Refused, Uploads};

/// The content that most checks send, in chunks of eight bytes.
const LETTER: &[u8] = b"Dear Ada, all is well. Yours, Charles.";
const LENGTH: u64 = LETTER.len() as u64;
const CHUNK: usize = 8;

fn start<S: Uploads>(context: &Context) -> S {
    let folders = Folders::below(context.folder()).expect("folders can be created");
    S::start(&folders.arriving, &folders.finished)
}

/// Begins an upload of the letter and sends its first chunk.
fn begin<S: Uploads>(service: &mut S, client: u64) -> u64 {
    let upload = service.begin(client, "letter.txt", LENGTH).expect("an upload can begin");
    let received = send(service, client, upload, &LETTER[..CHUNK]).expect("the chunk is accepted");
    assert_eq!(received, CHUNK as u64);
    upload
}

/// Sends the rest of the letter and finishes.
fn complete<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    for chunk in LETTER[CHUNK..].chunks(CHUNK) {
        send(service, client, upload, chunk).expect("the chunk is accepted");
    }
    service.finish(client, upload).expect("the file is complete");
}

fn attachment_of<S: Uploads>(service: &S, upload: u64) -> PathBuf {
    let (name, path) = service.attachment(upload).expect("a finished upload is an attachment");
    assert_eq!(name, "letter.txt");
    path
}

/// The content of a file; panics if it cannot be read.
fn content(path: &PathBuf) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

fn files_in(context: &Context, folder: &str) -> usize {
    fs::read_dir(context.folder().join(folder)).expect("the folder exists").count()
}

/// An attachment outlives its client's connection and is gone when it is deleted.
pub fn finished_upload_remains<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    complete(&mut service, client, upload);
    let path = attachment_of(&service, upload);
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

/// Two files arrive in turns, each in its own order.
pub fn chunks_keep_their_order<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let texts: [&[u8]; 2] = [b"one two three four five six ", b"eins zwei drei vier f\xFCnf "];
    let uploads = texts.map(|text| {
        service.begin(client, "numbers", text.len() as u64).expect("an upload can begin")
    });
    for at in (0..texts[0].len()).step_by(5) {
        for (text, upload) in texts.iter().zip(uploads) {
            let chunk = text.get(at..text.len().min(at + 5)).unwrap_or_default();
            send(&mut service, client, upload, chunk).expect("the chunk is accepted");
        }
    }
    for (text, upload) in texts.iter().zip(uploads) {
        service.finish(client, upload).expect("the file is complete");
        let (_, path) = service.attachment(upload).expect("it is an attachment");
        assert_eq!(content(&path), *text);
    }
}

/// A damaged chunk is not accepted and does not harm its upload.
pub fn damaged_chunk_is_sent_again<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    for chunk in LETTER[CHUNK..].chunks(CHUNK) {
        for _ in 0..2 {
            let sent = send_damaged(&mut service, client, upload, chunk);
            assert!(matches!(sent, Err(Refused::Damaged)), "it may be sent again: {sent:?}");
        }
        let sent = send(&mut service, client, upload, chunk);
        sent.unwrap_or_else(|refused| panic!("the chunk was refused when sent again: {refused}"));
    }
    service.finish(client, upload).expect("the file is complete");
    assert_eq!(content(&attachment_of(&service, upload)), LETTER);
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

/// An upload that has ended accepts no requests and is not an attachment.
fn assert_ended<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    let sent = send(service, client, upload, &LETTER[CHUNK..]);
    assert!(matches!(sent, Err(Refused::Unknown)), "the upload has ended: {sent:?}");
    let finished = service.finish(client, upload);
    assert!(matches!(finished, Err(Refused::Unknown)), "the upload has ended: {finished:?}");
    let aborted = service.abort(client, upload);
    assert!(matches!(aborted, Err(Refused::Unknown)), "the upload has ended: {aborted:?}");
    assert!(service.attachment(upload).is_none(), "it is not an attachment");
}

/// A client that finishes too early may still send the rest.
pub fn incomplete_upload_goes_on<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    for _ in 0..3 {
        let early = service.finish(client, upload);
        assert!(matches!(early, Err(Refused::Incomplete)), "a part is missing: {early:?}");
    }
    complete(&mut service, client, upload);
    assert_eq!(content(&attachment_of(&service, upload)), LETTER);
}

/// The scanner, another process, finds each chunk at one path as soon as it is accepted.
pub fn scanner_reads_along<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    let path = service.arriving_path(upload).expect("an active upload has a file");
    assert!(path.starts_with(context.folder().join("tmp")), "it is in its folder");

    let mut received = CHUNK;
    for chunk in LETTER[CHUNK..].chunks(CHUNK) {
        assert_eq!(content(&path), &LETTER[..received], "the scanner sees all accepted chunks");
        send(&mut service, client, upload, chunk).expect("the chunk is accepted");
        received += chunk.len();
        assert_eq!(service.arriving_path(upload).as_ref(), Some(&path), "the path is the same");
    }
    assert_eq!(content(&path), LETTER);
    service.finish(client, upload).expect("the file is complete");
    assert_eq!(service.arriving_path(upload), None, "the upload is finished");
    assert!(!path.exists(), "the file was moved");
}

/// An aborted upload is gone, with its file.
pub fn aborted_upload_is_gone<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    let upload = begin(&mut service, client);
    service.abort(client, upload).expect("an upload can be aborted");
    assert_ended(&mut service, client, upload);
    assert_eq!(service.arriving_path(upload), None, "the upload has no file");
    assert_eq!(files_in(context, "tmp"), 0, "its file was deleted");
    assert_eq!(files_in(context, "attachments"), 0, "there is no attachment");
}

/// A client has up to four uploads at once, however earlier uploads ended.
pub fn four_uploads_at_once<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let client = service.connect();
    for _ in 0..3 {
        let uploads = [(); 4].map(|()| begin(&mut service, client));
        let fifth = service.begin(client, "letter.txt", LENGTH);
        assert!(matches!(fifth, Err(Refused::Over(_))), "a fifth is too many: {fifth:?}");

        complete(&mut service, client, uploads[0]);
        service.abort(client, uploads[1]).expect("an upload can be aborted");
        let too_large = send(&mut service, client, uploads[2], LETTER);
        assert!(matches!(too_large, Err(Refused::Over(_))), "{too_large:?}");
        for _ in 0..3 {
            send_damaged(&mut service, client, uploads[3], LETTER).expect_err("a damaged chunk");
        }
    }
}

/// A slow client continues its upload while others connect, send, fail and are lost.
pub fn slow_upload_goes_on<S: Uploads>(context: &Context) {
    let mut service: S = start(context);
    let slow = service.connect();
    let upload = begin(&mut service, slow);
    let crowd = [(); 8].map(|()| {
        let client = service.connect();
        (client, [(); 4].map(|()| begin(&mut service, client)))
    });
    for (client, uploads) in crowd {
        complete(&mut service, client, uploads[0]);
        service.abort(client, uploads[1]).expect("an upload can be aborted");
        send(&mut service, client, uploads[2], LETTER).expect_err("the file is too large");
        service.disconnect(client);
    }
    complete(&mut service, slow, upload);
    assert_eq!(content(&attachment_of(&service, upload)), LETTER);
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
