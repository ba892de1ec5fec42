//! Uploads in progress, and attachments.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures::StreamExt;
use parking_lot::Mutex;
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::websocket::Connection;
use crate::error::ApiError;

/// The largest accepted file, in bytes.
const LARGEST: u64 = 1024 * 1024;
/// The longest name that a file may have, in bytes.
const LONGEST_NAME: usize = 100;

/// Receives files from clients, and keeps completed ones until they are deleted.
pub struct Files {
    arriving: PathBuf,
    finished: PathBuf,
    attachments: Mutex<HashMap<u64, Attachment>>,
    last_number: AtomicU64,
}

/// A file being received. It is closed and deleted when this is dropped.
pub struct Upload {
    pub name: String,
    received: AtomicU64,
    file: tokio::sync::Mutex<File>,
    path: TempPath,
}

/// A completed file.
struct Attachment {
    owner: String,
    path: PathBuf,
}

impl Upload {
    fn begin(folder: &Path, name: &str) -> io::Result<Self> {
        let (file, path) = NamedTempFile::new_in(folder)?.into_parts();
        let file = tokio::sync::Mutex::new(File::from_std(file));
        Ok(Self { name: name.to_owned(), received: AtomicU64::new(0), file, path })
    }

    /// The number of bytes received so far.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    async fn append(&self, chunk: &Bytes) -> io::Result<u64> {
        self.file.lock().await.write_all(chunk).await?;
        let length = chunk.len() as u64;
        Ok(self.received.fetch_add(length, Ordering::Relaxed) + length)
    }

    /// Moves the file to its place among the attachments.
    async fn publish(&self, to: &Path) -> io::Result<()> {
        self.file.lock().await.flush().await?;
        // Does not wait: a request that is dropped has moved no file that nobody knows.
        fs::rename(&self.path, to)
    }
}

/// An upload's place in its connection's list, for as long as the file is being received.
struct Place<'a> {
    connection: &'a Connection,
    number: u64,
}

impl<'a> Place<'a> {
    fn take(connection: &'a Connection, number: u64, upload: Arc<Upload>) -> Self {
        connection.uploads.lock().insert(number, upload);
        Self { connection, number }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.connection.uploads.lock().remove(&self.number);
    }
}

impl Files {
    /// Creates the folders for all files in `folder`.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let [arriving, finished] = ["arriving", "attachments"].map(|name| folder.join(name));
        fs::create_dir_all(&arriving)?;
        fs::create_dir_all(&finished)?;
        let (attachments, last_number) = (Mutex::default(), AtomicU64::new(0));
        Ok(Self { arriving, finished, attachments, last_number })
    }

    /// Receives a file from a connected client. Returns the attachment's number.
    pub async fn receive(
        &self,
        connection: &Connection,
        name: &str,
        body: Body,
    ) -> Result<u64, ApiError> {
        check_name(name)?;
        let number = self.last_number.fetch_add(1, Ordering::Relaxed) + 1;
        let upload = Arc::new(Upload::begin(&self.arriving, name)?);
        let place = Place::take(connection, number, Arc::clone(&upload));
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(ApiError::Interrupted)?;
            if upload.append(&chunk).await? > LARGEST {
                return Err(ApiError::TooLarge);
            }
        }
        drop(place);
        let path = self.finished.join(number.to_string());
        upload.publish(&path).await?;
        let attachment = Attachment { owner: connection.user.clone(), path };
        self.attachments.lock().insert(number, attachment);
        Ok(number)
    }

    /// The content of an attachment.
    pub async fn read(&self, number: u64) -> Result<Vec<u8>, ApiError> {
        let path = self.attachments.lock().get(&number).map(|attachment| attachment.path.clone());
        Ok(tokio::fs::read(path.ok_or(ApiError::Unknown("attachment"))?).await?)
    }

    /// Deletes an attachment of `user`. It stays if its file cannot be deleted.
    pub fn delete(&self, number: u64, user: &str) -> Result<(), ApiError> {
        let mut attachments = self.attachments.lock();
        let attachment = attachments.get(&number).ok_or(ApiError::Unknown("attachment"))?;
        if attachment.owner != user {
            return Err(ApiError::NotYours);
        }
        match fs::remove_file(&attachment.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        attachments.remove(&number);
        Ok(())
    }
}

/// Checks a file's name. It is only displayed, since files are stored by number, but paths are
/// refused to protect users who save the file under its name.
fn check_name(name: &str) -> Result<(), ApiError> {
    let is_path = matches!(name, "" | "." | "..") || name.contains(['/', '\\', ':']);
    if is_path || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::Invalid("this is not the name of a file"));
    }
    Ok(())
}
