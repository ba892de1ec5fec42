//! What must not outlive the program: temporary folders and started processes.
//!
//! Guards remove them in the ordinary course; [`on_signals`] also when the program is ended by
//! Ctrl-C or asked to terminate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use crate::strays;

/// The exit code of a program that Ctrl-C ended.
pub const INTERRUPTED: i32 = 130;

static FOLDERS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// Process ids, and whether the whole group of each is to be ended.
static PROCESSES: Mutex<BTreeMap<i32, bool>> = Mutex::new(BTreeMap::new());
/// How often a folder is removed in which a process may still be writing, and how long in between.
const REMOVALS: usize = 50;
const PAUSE: Duration = Duration::from_millis(10);
/// Whether a signal is ending the program.
static SIGNALLED: AtomicBool = AtomicBool::new(false);
/// What is done last when a signal ends the program.
static FAREWELL: Mutex<Option<fn()>> = Mutex::new(None);

/// From now on Ctrl-C (and a request to terminate) ends all that is registered here, and then this
/// program with the exit code [`INTERRUPTED`].
pub fn on_signals() {
    let set = ctrlc::set_handler(|| {
        // First of all: whoever sees what is ended now shall know why.
        SIGNALLED.store(true, Ordering::SeqCst);
        // The locks are kept until the end: nothing new is started or made meanwhile.
        let processes = lock(&PROCESSES);
        end_all(&processes);
        let folders = lock(&FOLDERS);
        for folder in folders.iter() {
            strays::end(folder);
            remove(folder);
        }
        if let Some(farewell) = *lock(&FAREWELL) {
            farewell();
        }
        process::exit(INTERRUPTED);
    });
    // A second call finds the first one's handler in place.
    drop(set);
}

/// Waits for the program's end if a signal is ending it: to be called before the program ends by
/// itself, which would be with the exit code of what the signal has made of its work.
pub fn let_a_signal_end_it() {
    while SIGNALLED.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// From now on, `farewell` is done last when a signal ends the program: a program that has changed
/// how the terminal works leaves it as it was.
pub fn set_farewell(farewell: fn()) {
    *lock(&FAREWELL) = Some(farewell);
}

/// Ends every registered process now. Whoever waits for one sees that a signal has ended it.
pub fn end_processes() {
    end_all(&lock(&PROCESSES));
}

fn end_all(processes: &BTreeMap<i32, bool>) {
    for (id, group) in processes {
        let Some(process) = Pid::from_raw(*id) else { continue };
        let kill = if *group { kill_process_group } else { kill_process };
        // It may have ended by itself a moment ago.
        let _ = kill(process, Signal::KILL);
    }
}

/// Removes a folder. What is being ended may still write there, so it is tried more than once.
fn remove(folder: &Path) {
    for _ in 0..REMOVALS {
        let _ = fs::remove_dir_all(folder);
        if !folder.exists() {
            break;
        }
        thread::sleep(PAUSE);
    }
}

/// An empty temporary folder, removed when this is dropped.
#[derive(Debug)]
pub struct Folder(TempDir);

impl Folder {
    /// Makes a folder in the system's place for temporary files.
    ///
    /// # Errors
    /// When it cannot be made; the sentence names the place.
    pub fn new() -> anyhow::Result<Self> {
        let mut folders = lock(&FOLDERS);
        let folder = tempfile::Builder::new().prefix("leak-lab-").tempdir().with_context(|| {
            let place = std::env::temp_dir();
            format!("no temporary folder can be made in {}", place.display())
        })?;
        folders.insert(folder.path().to_owned());
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Forgotten only when it is gone: the program may be ended meanwhile.
        let mut folders = lock(&FOLDERS);
        remove(self.0.path());
        folders.remove(self.0.path());
    }
}

/// A started process that is ended with this program. Dropping this only forgets it: whoever
/// started the process waits for it.
#[derive(Debug)]
pub struct Process(i32);

impl Process {
    /// Starts `command` in a process group of its own and registers it with the whole group. A
    /// signal that ends this program finds it either registered or not started.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_group(command: &mut Command) -> io::Result<(Child, Self)> {
        let mut processes = lock(&PROCESSES);
        let child = command.process_group(0).spawn()?;
        let id = id_of(&child);
        processes.insert(id, true);
        Ok((child, Self(id)))
    }

    /// Registers `child`.
    pub fn watch(child: &Child) -> Self {
        Self::register(child, false)
    }

    /// Registers `child`, which leads a process group of its own, with all processes of the group.
    pub fn watch_group(child: &Child) -> Self {
        Self::register(child, true)
    }

    fn register(child: &Child, group: bool) -> Self {
        let id = id_of(child);
        lock(&PROCESSES).insert(id, group);
        Self(id)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        lock(&PROCESSES).remove(&self.0);
    }
}

/// Where the system offers it, this process ends when the one that started it does.
pub fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // Refused or not: a runner that is still there ends this process itself.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

fn id_of(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or(0)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
