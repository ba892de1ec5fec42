//! Notices when a file of an exercise is saved: by the system's notifications, or by polling.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::Message;
use crate::files::files_below;
use crate::workspace::{Exercise, Version};

/// How long files must be unchanged before a save counts: editors save in several steps.
const DEBOUNCE: Duration = Duration::from_millis(40);
/// The polling interval.
const POLL: Duration = Duration::from_millis(300);

/// The files of one exercise, watched.
pub struct Saves {
    folder: PathBuf,
    /// The state of the files at the last test.
    noted: Vec<(String, Option<SystemTime>, u64)>,
    polls: bool,
    /// Dropping it ends the notifications.
    _watcher: Box<dyn std::any::Any>,
}

impl Saves {
    /// Watches `exercise`, and sends a message whenever something in its folder is touched.
    ///
    /// # Errors
    /// When the folder can be watched in neither way.
    pub fn watch(exercise: &Exercise, poll: bool, sender: Sender<Message>) -> anyhow::Result<Self> {
        let (name, place) = (&exercise.name, exercise.folder(Version::Exercise));
        let folder = exercise.path(&place);
        let notified = || watcher::<RecommendedWatcher>(&folder, sender.clone());
        let by_system = (!poll).then(notified).and_then(Result::ok);
        let polls = by_system.is_none();
        let watcher: Box<dyn std::any::Any> = match by_system {
            Some(watcher) => Box::new(watcher),
            None => Box::new(watcher::<PollWatcher>(&folder, sender).with_context(|| {
                format!("{place} cannot be watched (to restore it: cargo xtask reset {name})")
            })?),
        };
        let mut saves = Self { folder, noted: Vec::new(), polls, _watcher: watcher };
        saves.note();
        Ok(saves)
    }

    /// Whether the files are polled.
    pub fn polls(&self) -> bool {
        self.polls
    }

    /// Takes the current files as known.
    pub fn note(&mut self) {
        self.noted = self.current();
    }

    /// Whether a file was saved, added or removed since the last [`note`](Self::note). Some systems
    /// send notifications for reads too.
    pub fn is_saved(&self) -> bool {
        self.current() != self.noted
    }

    fn current(&self) -> Vec<(String, Option<SystemTime>, u64)> {
        let files = files_below(&self.folder).unwrap_or_default();
        let stamp = |file: String| {
            let about = fs::metadata(self.folder.join(&file)).ok();
            let saved = about.as_ref().and_then(|about| about.modified().ok());
            (file, saved, about.map_or(0, |about| about.len()))
        };
        files.into_iter().map(stamp).collect()
    }
}

/// Watches `folder`. Sends one message for touches that follow each other closely.
fn watcher<T: Watcher>(folder: &Path, sender: Sender<Message>) -> notify::Result<T> {
    let (touch, touches) = mpsc::channel();
    let is_touched = move |event: notify::Result<Event>| {
        // Looking for saved files opens the folder, which must not be taken for a touch.
        if !event.is_ok_and(|event| event.kind.is_access()) {
            // The receiver is gone at the end.
            let _ = touch.send(());
        }
    };
    let mut watcher = T::new(is_touched, Config::default().with_poll_interval(POLL))?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    // It ends with the watcher.
    thread::spawn(move || {
        while touches.recv().is_ok() {
            while touches.recv_timeout(DEBOUNCE).is_ok() {}
            if sender.send(Message::Touched).is_err() {
                break;
            }
        }
    });
    Ok(watcher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::toy_cache_in;

    #[test]
    fn a_look_at_the_files_is_not_taken_for_a_touch() {
        let root = tempfile::tempdir().unwrap();
        let exercise = toy_cache_in(root.path());
        let folder = root.path().join(exercise.folder(Version::Exercise));
        fs::create_dir_all(&folder).unwrap();
        for poll in [false, true] {
            let (sender, receiver) = mpsc::channel();
            let mut saves = Saves::watch(&exercise, poll, sender).unwrap();
            for text in ["one", "three"] {
                fs::write(folder.join("lib.rs"), text).unwrap();
                while !saves.is_saved() {}
                receiver.recv_timeout(Duration::from_secs(60)).unwrap();
                assert!(saves.is_saved());
                saves.note();
                assert!(!saves.is_saved());
                // Longer than it takes to notice one.
                let more = receiver.recv_timeout(Duration::from_secs(1));
                assert!(more.is_err(), "{more:?}, polling: {poll}");
            }
        }
    }
}
