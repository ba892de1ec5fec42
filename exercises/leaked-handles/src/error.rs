//! Why a request was refused.

use std::io;

use thiserror::Error;

/// Why a request was refused.
#[derive(Debug, Error)]
pub enum UploadError {
    /// No such client, or no such upload of this client.
    #[error("there is no such upload")]
    Unknown,
    /// The client already has the maximum number of uploads.
    #[error("too many uploads at once")]
    Busy,
    /// The chunk was not accepted; it may be sent again.
    #[error("the chunk arrived damaged")]
    Damaged,
    /// One chunk arrived damaged too often.
    #[error("too many chunks arrived damaged")]
    BadLine,
    /// More was sent than was announced, or more was announced than is allowed.
    #[error("the file is too large")]
    TooLarge,
    /// Less was sent than was announced; the rest may still be sent.
    #[error("a part of the file is missing")]
    Incomplete,
    /// The file could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl UploadError {
    /// Whether the upload has ended, so that the client has to begin again.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::BadLine | Self::TooLarge | Self::Io(_))
    }
}
