//! Ends processes and removes temporary folders when the program ends.
//!
//! Guards do so in the ordinary course. After [`install_signal_handler`], it also happens when the
//! program is ended by Ctrl-C or asked to terminate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use tempfile::TempDir;

use super::process_tree::{self, ProcessTree};

/// The exit code of a program that Ctrl-C has ended.
pub const INTERRUPTED: i32 = 130;

/// How often to try to remove a folder. A dying process may still be writing to it.
const REMOVALS: usize = 50;
/// The time between two tries.
const REMOVAL_INTERVAL: Duration = Duration::from_millis(10);

static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Process trees, by the id of the process that this program has started.
static PROCESSES: Mutex<BTreeMap<u32, ProcessTree>> = Mutex::new(BTreeMap::new());
/// Whether a signal is ending the program.
static SIGNALLED: AtomicBool = AtomicBool::new(false);
/// The last action when a signal ends the program.
static LAST_ACTION: Mutex<Option<fn()>> = Mutex::new(None);

/// From now on, Ctrl-C or a request to terminate ends all registered processes, removes all
/// folders, and then ends this program with [`INTERRUPTED`].
pub fn install_signal_handler() {
    let installed = ctrlc::set_handler(|| {
        // Set first, so that code that sees a process end can tell why.
        SIGNALLED.store(true, Ordering::SeqCst);
        // The locks are held until the end, so that nothing new is started or made.
        let processes = lock(&PROCESSES);
        end_all(&processes);
        let folders = lock(&FOLDERS);
        for folder in folders.iter() {
            process_tree::kill_marked(folder);
            remove(folder);
        }
        if let Some(last_action) = *lock(&LAST_ACTION) {
            last_action();
        }
        process::exit(INTERRUPTED);
    });
    // A second call fails, because the first handler is already installed.
    drop(installed);
}

/// Waits for the end of the program if a signal is ending it. To be called before the program exits
/// with a code of its own, which would hide that it was interrupted.
pub fn wait_if_interrupted() {
    while SIGNALLED.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Sets the last action when a signal ends the program, for instance to restore the terminal.
pub fn set_last_action(last_action: fn()) {
    *lock(&LAST_ACTION) = Some(last_action);
}

/// Kills every registered process now. Code that waits for one sees that a signal has ended it.
pub fn end_processes() {
    end_all(&lock(&PROCESSES));
}

fn end_all(processes: &BTreeMap<u32, ProcessTree>) {
    for tree in processes.values() {
        tree.kill();
    }
}

fn remove(folder: &Path) {
    for _ in 0..REMOVALS {
        let _ = fs::remove_dir_all(folder);
        if !folder.exists() {
            break;
        }
        thread::sleep(REMOVAL_INTERVAL);
    }
}

/// A temporary folder, empty at first and removed on drop.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Creates a folder in the system's folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be created. The error names the system's folder.
    pub fn new() -> anyhow::Result<Self> {
        Self::new_in(&std::env::temp_dir())
    }

    /// Creates a folder in `parent`, so that its files can be renamed to places there.
    ///
    /// # Errors
    /// When it cannot be created. The error names `parent`.
    pub fn new_in(parent: &Path) -> anyhow::Result<Self> {
        let mut folders = lock(&FOLDERS);
        let builder = &mut tempfile::Builder::new();
        let folder = builder.prefix("leak-lab-").tempdir_in(parent).with_context(|| {
            format!("no temporary folder can be created in {}", parent.display())
        })?;
        folders.insert(folder.path().to_owned());
        Ok(Self(folder))
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Locked until the folder is gone, since a signal may end the program meanwhile.
        let mut folders = lock(&FOLDERS);
        remove(self.0.path());
        folders.remove(self.0.path());
    }
}

/// A registered process, which ends with this program. Dropping this only removes the registration;
/// the code that has started the process must wait for it.
#[derive(Debug)]
pub struct Process {
    id: u32,
    tree: ProcessTree,
}

impl Process {
    /// Starts `command` and registers the process, with all that it will start. A signal that ends
    /// this program finds it either registered or not started.
    ///
    /// # Errors
    /// When the command cannot be started.
    pub fn start_group(command: &mut Command) -> io::Result<(Child, Self)> {
        let mut processes = lock(&PROCESSES);
        let (child, tree) = ProcessTree::start(command)?;
        let id = child.id();
        processes.insert(id, tree.clone());
        Ok((child, Self { id, tree }))
    }

    /// Registers `child`.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn watch(child: &mut Child) -> io::Result<Self> {
        let mut processes = lock(&PROCESSES);
        let (id, tree) = (child.id(), ProcessTree::below(child)?);
        processes.insert(id, tree.clone());
        Ok(Self { id, tree })
    }

    /// The process with all that it has started.
    pub(super) fn tree(&self) -> &ProcessTree {
        &self.tree
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        lock(&PROCESSES).remove(&self.id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
