//! Requests of clients and of the scanner, while uploads are active.

use exercise_harness::Context;

use super::{CHUNK, LENGTH, LETTER, attachment_of, begin, complete, content, start};
use crate::client::{send, send_damaged};
use crate::{Refused, Uploads};

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
