//! Notices when a file of an exercise is saved: by the system's notifications, or by polling.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use notify::{PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use notify_debouncer_mini::{Config, Debouncer, new_debouncer_opt};

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

fn watcher<T: Watcher>(
    folder: &std::path::Path,
    sender: Sender<Message>,
) -> notify::Result<Debouncer<T>> {
    let config = Config::default()
        .with_timeout(DEBOUNCE)
        .with_notify_config(notify::Config::default().with_poll_interval(POLL));
    let mut debouncer = new_debouncer_opt::<_, T>(config, move |_| {
        // The receiver is gone at the end.
        let _ = sender.send(Message::Touched);
    })?;
    debouncer.watcher().watch(folder, RecursiveMode::Recursive)?;
    Ok(debouncer)
}
