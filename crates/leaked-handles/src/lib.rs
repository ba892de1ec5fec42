//! Leak pattern: handles that outlive their work.
//!
//! Rust closes a file when its owner is dropped, on every path, including early returns. That does
//! not help when the owner is a table and the work only holds a number: then code on every path
//! must remove the entry. And a temporary file on disk has no owner except the value that deletes
//! it when dropped; after a call of `keep`, there is no such value.
//!
//! - `workload`: clients that upload files with different endings, for the soak
//! - `behaviours`: what clients and the scanner must receive
//! - `bounds`: how much may be left of unfinished uploads
//! - `client`: the folders of a service, and functions to send chunks to it
//!
//! [`Uploads`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod client;
mod workload;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use exercise_harness::Suite;

/// Files that clients send in chunks, each over its own connection.
///
/// The service gives clients and uploads numbers and uses none of them twice. An upload is active
/// until it is finished or aborted, until one of its requests is refused as [`Refused::Over`] or
/// [`Refused::Io`], or until its client's connection ends, whichever comes first. Nothing of an
/// upload that has ended stays: no open file, no file on disk, no memory. The exception is the
/// attachment of a finished upload, which stays until it is deleted.
pub trait Uploads: Sized + 'static {
    /// Creates a service without clients. It keeps the files of active uploads in `arriving`, and
    /// attachments in `finished`; both folders exist.
    fn start(arriving: &Path, finished: &Path) -> Self;

    /// Begins a client's connection. Returns the client's number.
    fn connect(&mut self) -> u64;

    /// Ends a client's connection, for whatever reason; the client cannot be reached any more.
    fn disconnect(&mut self, client: u64);

    /// Begins an upload of exactly `size` bytes. Returns its number.
    ///
    /// A fifth concurrent upload of one client and a file of more than 32 MiB are refused as
    /// [`Refused::Over`].
    fn begin(&mut self, client: u64, name: &str, size: u64) -> Result<u64, Refused>;

    /// Adds a chunk, whose CRC-32 is `checksum`. Returns the number of bytes received so far.
    ///
    /// A chunk with another checksum is refused as [`Refused::Damaged`]: the upload stays active,
    /// and the chunk may be sent again. The third damaged chunk in a row, and a chunk that makes
    /// the file larger than announced, are refused as [`Refused::Over`].
    fn append(
        &mut self,
        client: u64,
        upload: u64,
        chunk: &[u8],
        checksum: u32,
    ) -> Result<u64, Refused>;

    /// Turns an upload into an attachment.
    ///
    /// A file smaller than announced is refused as [`Refused::Incomplete`] and stays active.
    fn finish(&mut self, client: u64, upload: u64) -> Result<(), Refused>;

    /// Aborts an upload.
    fn abort(&mut self, client: u64, upload: u64) -> Result<(), Refused>;

    /// The file with the received part of an active upload. The path stays the same until the
    /// upload ends, and a reader of the file sees each chunk as soon as it is accepted.
    fn arriving_path(&self, upload: u64) -> Option<PathBuf>;

    /// The name and the file of the attachment of a finished upload.
    fn attachment(&self, upload: u64) -> Option<(String, PathBuf)>;

    /// Deletes an attachment.
    fn delete_attachment(&mut self, upload: u64) -> Result<(), Refused>;
}

/// Why a request was refused.
#[derive(Debug)]
pub enum Refused {
    /// There is no such client, or this client has no such active upload.
    Unknown,
    /// The chunk may be sent again.
    Damaged,
    /// The rest may still be sent.
    Incomplete,
    /// The upload of this request has ended, for this reason.
    Over(String),
    /// The system returned an error, and the upload of this request has ended.
    Io(io::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("there is no such active upload"),
            Self::Damaged => formatter.write_str("the chunk must be sent again"),
            Self::Incomplete => formatter.write_str("the rest must still be sent"),
            Self::Over(reason) => write!(formatter, "the upload has ended: {reason}"),
            Self::Io(error) => write!(formatter, "the system returned an error: {error}"),
        }
    }
}

/// The entry point of a version's memory test.
pub fn main<S: Uploads>() -> ExitCode {
    Suite::new("leaked-handles", include_str!("../exercise.toml"))
        .behaviour("finished_upload_remains", behaviours::finished_upload_remains::<S>)
        .behaviour("chunks_keep_their_order", behaviours::chunks_keep_their_order::<S>)
        .behaviour("damaged_chunk_is_sent_again", behaviours::damaged_chunk_is_sent_again::<S>)
        .behaviour("bad_line_ends_the_upload", behaviours::bad_line_ends_the_upload::<S>)
        .behaviour("too_large_ends_the_upload", behaviours::too_large_ends_the_upload::<S>)
        .behaviour("incomplete_upload_goes_on", behaviours::incomplete_upload_goes_on::<S>)
        .behaviour("scanner_reads_along", behaviours::scanner_reads_along::<S>)
        .behaviour("aborted_upload_is_gone", behaviours::aborted_upload_is_gone::<S>)
        .behaviour("four_uploads_at_once", behaviours::four_uploads_at_once::<S>)
        .behaviour("slow_upload_goes_on", behaviours::slow_upload_goes_on::<S>)
        .behaviour("clients_keep_to_their_own", behaviours::clients_keep_to_their_own::<S>)
        .growth(workload::growth::<S>)
        .bound("vanished_clients", bounds::vanished_clients::<S>)
        .bound("refused_uploads", bounds::refused_uploads::<S>)
        .main()
}
