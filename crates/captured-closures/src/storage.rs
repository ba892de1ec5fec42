//! A storage for the behaviours, the bounds and the workload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Stores a file under its name. Returns `false` if it is busy and has stored nothing.
pub type Storage = Arc<dyn Fn(&str, &[u8]) -> bool + Send + Sync>;

/// Makes storages busy or available.
#[derive(Debug, Default, Clone)]
pub struct Switch(Arc<AtomicBool>);

impl Switch {
    /// Sets whether the storages refuse files from now on.
    pub fn set_busy(&self, busy: bool) {
        self.0.store(busy, Ordering::Relaxed);
    }

    /// A storage that accepts files and keeps none.
    pub fn storage(&self) -> Storage {
        let busy = Arc::clone(&self.0);
        Arc::new(move |_, _| !busy.load(Ordering::Relaxed))
    }
}

/// A file's name and content.
pub type File = (String, Vec<u8>);

/// The files that a storage received, in order.
#[derive(Debug, Default, Clone)]
pub struct Files(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    /// The names of the files that are refused.
    refused: Vec<String>,
}

impl Files {
    /// A storage that keeps its files and is busy only for the files to be refused.
    pub fn storage(&self) -> Storage {
        let files = Self::clone(self);
        Arc::new(move |name, content| {
            let mut state = files.0.lock().unwrap_or_else(PoisonError::into_inner);
            let accepted = !state.refused.iter().any(|refused| refused == name);
            if accepted {
                state.files.push((name.to_owned(), content.to_owned()));
            }
            accepted
        })
    }

    /// Refuses the files with these names, and no others, from now on.
    pub fn refuse(&self, names: Vec<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).refused = names;
    }

    /// The files received so far.
    pub fn taken(&self) -> Vec<File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).files.clone()
    }
}
