//! Storages for the checks and the workload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Takes a file by its name. Says `false` when it is busy and has taken nothing.
pub type Storage = Arc<dyn Fn(&str, &[u8]) -> bool + Send + Sync>;

/// Makes storages busy, and ends that.
#[derive(Debug, Default, Clone)]
pub struct Switch(Arc<AtomicBool>);

impl Switch {
    /// Whether the storages take nothing from now on.
    pub fn set_busy(&self, busy: bool) {
        self.0.store(busy, Ordering::Relaxed);
    }

    /// A storage that takes files and keeps none.
    pub fn storage(&self) -> Storage {
        let busy = Arc::clone(&self.0);
        Arc::new(move |_, _| !busy.load(Ordering::Relaxed))
    }
}

/// A file's name and its content.
type File = (String, Vec<u8>);

/// The files that a storage took, in order.
#[derive(Debug, Default, Clone)]
pub struct Files(Arc<Mutex<Vec<File>>>);

impl Files {
    /// A storage that keeps what it takes, and is never busy.
    pub fn storage(&self) -> Storage {
        let files = Self::clone(self);
        Arc::new(move |name, content| {
            let mut files = files.0.lock().unwrap_or_else(PoisonError::into_inner);
            files.push((name.to_owned(), content.to_owned()));
            true
        })
    }

    /// The files that were taken so far.
    pub fn taken(&self) -> Vec<File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
