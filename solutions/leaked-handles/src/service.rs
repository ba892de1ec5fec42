//! The entry point: handles connections and their requests.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::attachments::{Attachment, Attachments};
use crate::error::UploadError;
use crate::session::Session;
use crate::upload::Upload;

/// The largest accepted file, in bytes.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Receives files from clients, each over its own connection.
///
/// It lives on the thread of the event loop. Clients and uploads have numbers; an attachment
/// keeps the number of its upload.
#[derive(Debug)]
pub struct UploadService {
    arriving: PathBuf,
    sessions: HashMap<u64, Session>,
    attachments: Attachments,
    last_number: u64,
}

impl UploadService {
    /// Creates a service that keeps files in `arriving` until finished, then in `finished`.
    pub fn new(arriving: &Path, finished: &Path) -> Self {
        Self {
            arriving: arriving.to_owned(),
            sessions: HashMap::new(),
            attachments: Attachments::new(finished),
            last_number: 0,
        }
    }

    /// Adds a client that has connected. Returns its number.
    pub fn connect(&mut self) -> u64 {
        let client = self.next_number();
        self.sessions.insert(client, Session::default());
        client
    }

    /// Removes a client whose connection has ended or was lost.
    pub fn disconnect(&mut self, client: u64) {
        self.sessions.remove(&client);
    }

    /// Begins an upload of `size` bytes. Returns its number.
    pub fn begin(&mut self, client: u64, name: &str, size: u64) -> Result<u64, UploadError> {
        if !self.session_mut(client)?.has_room() {
            return Err(UploadError::Busy);
        }
        if size > LARGEST {
            return Err(UploadError::TooLarge);
        }
        let upload = Upload::begin(&self.arriving, name, size)?;
        let number = self.next_number();
        self.session_mut(client)?.accept(number, upload);
        Ok(number)
    }

    /// Adds a chunk to an upload. Returns the number of bytes received so far.
    pub fn append(
        &mut self,
        client: u64,
        number: u64,
        chunk: &[u8],
        checksum: u32,
    ) -> Result<u64, UploadError> {
        let result = self.upload_mut(client, number)?.append(chunk, checksum);
        if result.as_ref().is_err_and(UploadError::is_final) {
            // The client may begin another one in its place.
            self.session_mut(client)?.release(number);
        }
        result
    }

    /// Turns a completed upload into an attachment.
    pub fn finish(&mut self, client: u64, number: u64) -> Result<(), UploadError> {
        if !self.upload_mut(client, number)?.is_complete() {
            return Err(UploadError::Incomplete);
        }
        let upload = self.take(client, number)?;
        self.attachments.add(number, upload)?;
        Ok(())
    }

    /// Aborts an upload, at the client's request.
    pub fn abort(&mut self, client: u64, number: u64) -> Result<(), UploadError> {
        self.take(client, number)?.discard()?;
        Ok(())
    }

    /// The path at which the scanner finds the received part of an active upload.
    pub fn arriving_path(&self, number: u64) -> Option<PathBuf> {
        let upload = self.sessions.values().find_map(|session| session.upload(number))?;
        Some(upload.path().to_owned())
    }

    pub fn attachment(&self, number: u64) -> Option<&Attachment> {
        self.attachments.get(number)
    }

    /// Deletes an attachment, at a user's request.
    pub fn delete_attachment(&mut self, number: u64) -> Result<(), UploadError> {
        self.attachments.delete(number)?;
        Ok(())
    }

    fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    fn session_mut(&mut self, client: u64) -> Result<&mut Session, UploadError> {
        self.sessions.get_mut(&client).ok_or(UploadError::Unknown)
    }

    /// An active upload, if it belongs to this client.
    fn upload_mut(&mut self, client: u64, number: u64) -> Result<&mut Upload, UploadError> {
        self.session_mut(client)?.upload_mut(number).ok_or(UploadError::Unknown)
    }

    /// Takes an upload that ends, if it belongs to this client.
    fn take(&mut self, client: u64, number: u64) -> Result<Upload, UploadError> {
        self.session_mut(client)?.release(number).ok_or(UploadError::Unknown)
    }
}
