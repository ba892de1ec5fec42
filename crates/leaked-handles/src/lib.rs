//! A service that receives files from clients, in chunks.
//!
//! - `workload`: clients that upload files with different endings, for the soak
//! - `behaviours`: what clients and the scanner must receive
//! - `bounds`: how much may be left of unfinished uploads
//! - `client`: functions to send chunks to a service
//! - `folders`: its folders, what is in them, and what happens when they are not available
//!
//! [`Uploads`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod client;
mod folders;
mod workload;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use behaviours::{cost, endings, requests, system_errors};
use exercise_harness::{FullDisk, Suite};

/// Files that clients send in chunks, each over its own connection.
///
/// The service gives clients and uploads numbers and uses none of them twice. An upload is active
/// until it is finished or aborted, until one of its requests is refused as [`Refused::Over`] or
/// [`Refused::Io`], or until its client's connection ends, whichever comes first. The system may
/// refuse any file: the disk may be full, and a folder may not be available. Nothing of an upload
/// that has ended stays: no open file, no file or folder on disk, no memory; a folder for one
/// client may stay until that client's connection ends. The exception is the attachment of a
/// finished upload, which stays until it is deleted, also when the service ends before.
///
/// A request takes about as long in a large upload as in a small one.
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

    /// Deletes an attachment. If its file cannot be deleted, it stays, and may be deleted later.
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
        .behaviour("finished_upload_remains", endings::finished_upload_remains::<S>)
        .behaviour("attachment_outlives_the_service", endings::attachment_outlives_the_service::<S>)
        .behaviour(
            "only_finishing_makes_an_attachment",
            endings::only_finishing_makes_an_attachment::<S>,
        )
        .behaviour("chunks_keep_their_order", requests::chunks_keep_their_order::<S>)
        .behaviour("damaged_chunk_is_sent_again", requests::damaged_chunk_is_sent_again::<S>)
        .behaviour("bad_line_ends_the_upload", endings::bad_line_ends_the_upload::<S>)
        .behaviour("too_large_ends_the_upload", endings::too_large_ends_the_upload::<S>)
        .behaviour("incomplete_upload_goes_on", requests::incomplete_upload_goes_on::<S>)
        .behaviour("scanner_reads_along", requests::scanner_reads_along::<S>)
        .behaviour("aborted_upload_is_gone", endings::aborted_upload_is_gone::<S>)
        .behaviour("four_uploads_at_once", requests::four_uploads_at_once::<S>)
        .behaviour("slow_upload_goes_on", requests::slow_upload_goes_on::<S>)
        .behaviour("clients_keep_to_their_own", endings::clients_keep_to_their_own::<S>)
        .behaviour("numbers_are_used_once", endings::numbers_are_used_once::<S>)
        .behaviour(
            "failed_request_ends_the_upload",
            system_errors::failed_request_ends_the_upload::<S>,
        )
        .behaviour(
            "failed_beginning_does_not_count",
            system_errors::failed_beginning_does_not_count::<S>,
        )
        .behaviour(
            "failed_deletion_can_be_repeated",
            system_errors::failed_deletion_can_be_repeated::<S>,
        )
        .behaviour(
            "chunk_costs_the_same_in_a_large_upload",
            cost::chunk_costs_the_same_in_a_large_upload::<S>,
        )
        .growth(workload::growth::<S>)
        .bound("vanished_clients", bounds::vanished_clients::<S>)
        .bound("refused_uploads", bounds::refused_uploads::<S>)
        .when(FullDisk::IS_AVAILABLE, |suite| suite.bound("full_disk", bounds::full_disk::<S>))
        .bound("every_ending", bounds::every_ending::<S>)
        .main()
}
