//! What clients and the scanner must receive, however the service is implemented.
//!
//! - `requests`: requests of clients and of the scanner, while uploads are active
//! - `endings`: the ways in which an upload ends, and the attachment that it becomes
//! - `system_errors`: requests that fail because the system refuses something
//! - `cost`: what a request costs in a large upload

pub mod cost;
pub mod endings;
pub mod requests;
pub mod system_errors;

use std::fs;
use std::path::{Path, PathBuf};

use exercise_harness::Context;

use crate::client::send;
use crate::folders::Folders;
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

/// Sends the rest of the letter.
fn send_rest<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    for chunk in LETTER[CHUNK..].chunks(CHUNK) {
        send(service, client, upload, chunk).expect("the chunk is accepted");
    }
}

/// Sends the rest of the letter and finishes.
fn complete<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    send_rest(service, client, upload);
    service.finish(client, upload).expect("the file is complete");
}

fn attachment_of<S: Uploads>(service: &S, upload: u64) -> PathBuf {
    let (name, path) = service.attachment(upload).expect("a finished upload is an attachment");
    assert_eq!(name, "letter.txt");
    path
}

/// The content of a file; panics if it cannot be read.
fn content(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// An upload that has ended accepts no requests and is not an attachment.
fn assert_ended<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    assert_inactive(service, client, upload);
    assert!(service.attachment(upload).is_none(), "it is not an attachment");
}

/// An upload that has ended accepts no requests.
fn assert_inactive<S: Uploads>(service: &mut S, client: u64, upload: u64) {
    let sent = send(service, client, upload, &LETTER[CHUNK..]);
    assert!(matches!(sent, Err(Refused::Unknown)), "the upload has ended: {sent:?}");
    let finished = service.finish(client, upload);
    assert!(matches!(finished, Err(Refused::Unknown)), "the upload has ended: {finished:?}");
    let aborted = service.abort(client, upload);
    assert!(matches!(aborted, Err(Refused::Unknown)), "the upload has ended: {aborted:?}");
}
