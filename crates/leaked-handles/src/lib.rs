//! Leak pattern: handles that outlive their work.
//!
//! Rust closes a file when its owner is dropped, on every path, early returns included. That ends
//! where the owner is a table and what the work holds is only a number: then somebody must take
//! the entry out, on every path. And a temporary file on disk has no owner but the value that
//! promises to delete it; one that was told to `keep` it no longer does.
//!
//! - `workload`: clients that upload files, each to another end, for the soak
//! - `behaviours`: what clients and the scanner must get
//! - `bounds`: what may be left of uploads that came to nothing
//! - `client`: the folders of a service, and how a client sends to it, for all of these
//!
//! [`Uploads`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod client;
mod workload;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use exercise_harness::Suite;

/// Files that clients send in chunks, each over a connection of its own.
///
/// Clients and uploads are known by numbers that the service gives, none of them twice. An upload
/// goes on until it is finished or aborted, until one of its requests is refused as
/// [`Refused::Over`] or [`Refused::Io`], or until its client's connection ends, whichever comes
/// first. Of an upload that has ended nothing stays: no open file, no file on disk, no memory;
/// except the attachment that a finished one has become, which stays until it is deleted.
pub trait Uploads: Sized + 'static {
    /// A service without clients. It keeps what is still arriving in files in `arriving`, and
    /// attachments in `finished`; both folders are there.
    fn start(arriving: &Path, finished: &Path) -> Self;

    /// A client's connection begins. Returns the client's number.
    fn connect(&mut self) -> u64;

    /// A client's connection has ended, in whatever way; the client cannot be asked any more.
    fn disconnect(&mut self, client: u64);

    /// Begins an upload of exactly `size` bytes. Returns its number.
    ///
    /// Refused as [`Refused::Over`] is a fifth upload of one client at once, and a file of more
    /// than 32 MiB.
    fn begin(&mut self, client: u64, name: &str, size: u64) -> Result<u64, Refused>;

    /// Adds a chunk, whose CRC-32 is `checksum`. Returns the bytes that have arrived.
    ///
    /// Refused as [`Refused::Damaged`] is a chunk with another checksum: the upload goes on, and
    /// the chunk may be sent again. Refused as [`Refused::Over`] is the third damaged chunk in a
    /// row, and a chunk that makes the file larger than announced.
    fn append(
        &mut self,
        client: u64,
        upload: u64,
        chunk: &[u8],
        checksum: u32,
    ) -> Result<u64, Refused>;

    /// Makes an attachment of an upload.
    ///
    /// Refused as [`Refused::Incomplete`] is a file smaller than announced: the upload goes on.
    fn finish(&mut self, client: u64, upload: u64) -> Result<(), Refused>;

    /// Gives up an upload.
    fn abort(&mut self, client: u64, upload: u64) -> Result<(), Refused>;

    /// A file that holds what has arrived of an upload that goes on. The path stays the same until
    /// the upload ends, and whoever opens it sees each chunk as soon as it is taken.
    fn arriving_path(&self, upload: u64) -> Option<PathBuf>;

    /// The name and the file of the attachment that an upload has become.
    fn attachment(&self, upload: u64) -> Option<(String, PathBuf)>;

    /// Deletes an attachment.
    fn delete_attachment(&mut self, upload: u64) -> Result<(), Refused>;
}

/// Why a request was refused.
#[derive(Debug)]
pub enum Refused {
    /// There is no such client, or this client has no such upload that goes on.
    Unknown,
    /// The chunk may be sent again.
    Damaged,
    /// The rest may still be sent.
    Incomplete,
    /// For good, with the reason: the upload of this request has ended.
    Over(String),
    /// The system refused it: the upload of this request has ended.
    Io(io::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("no such upload goes on"),
            Self::Damaged => formatter.write_str("the chunk is to be sent again"),
            Self::Incomplete => formatter.write_str("the rest is to be sent"),
            Self::Over(reason) => write!(formatter, "the upload is over: {reason}"),
            Self::Io(error) => write!(formatter, "the system refused it: {error}"),
        }
    }
}

/// The entry of a version's memory test.
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
