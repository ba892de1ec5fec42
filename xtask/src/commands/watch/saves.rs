//! Tells when a file of an exercise was saved: as the system reports it, or by looking again and
//! again where it does not.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use notify::{PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use notify_debouncer_mini::{Config, Debouncer, new_debouncer_opt};

use super::Told;
use crate::files::files_below;
use crate::workspace::{Entry, Version, Workspace};

/// How long the files are left alone before a save counts: an editor saves in several steps.
const REST: Duration = Duration::from_millis(40);
/// How often the files are looked at where nobody reports changes.
const POLL: Duration = Duration::from_millis(300);

/// The files of one exercise, watched.
pub struct Saves {
    folder: PathBuf,
    /// The state of the files that was last tested.
    noted: Vec<(String, Option<SystemTime>, u64)>,
    polls: bool,
    /// Dropped, nothing is told any more.
    _watcher: Box<dyn std::any::Any>,
}

impl Saves {
    /// Watches the exercise of `entry`, and tells whenever something in its folder is touched.
    ///
    /// # Errors
    /// When the folder can be watched in neither way.
    pub fn of(
        workspace: &Workspace,
        entry: &Entry,
        poll: bool,
        tell: Sender<Told>,
    ) -> anyhow::Result<Self> {
        let place = Version::Exercise.folder(&entry.name);
        let folder = workspace.root.join(&place);
        let by_system = || watcher::<RecommendedWatcher>(&folder, tell.clone());
        let reported = (!poll).then(by_system).and_then(Result::ok);
        let polls = reported.is_none();
        let watcher: Box<dyn std::any::Any> = match reported {
            Some(watcher) => Box::new(watcher),
            None => Box::new(
                watcher::<PollWatcher>(&folder, tell)
                    .with_context(|| format!("{place} cannot be watched"))?,
            ),
        };
        let mut saves = Self { folder, noted: Vec::new(), polls, _watcher: watcher };
        saves.note();
        Ok(saves)
    }

    /// Whether the files are looked at again and again.
    pub fn polls(&self) -> bool {
        self.polls
    }

    /// From now on, what lies there counts as known.
    pub fn note(&mut self) {
        self.noted = self.now();
    }

    /// Whether a file was saved, added or removed since the last [`note`](Self::note). That one was
    /// only read is reported, too, on some systems.
    pub fn is_saved(&self) -> bool {
        self.now() != self.noted
    }

    fn now(&self) -> Vec<(String, Option<SystemTime>, u64)> {
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
    tell: Sender<Told>,
) -> notify::Result<Debouncer<T>> {
    let config = Config::default()
        .with_timeout(REST)
        .with_notify_config(notify::Config::default().with_poll_interval(POLL));
    let mut debouncer = new_debouncer_opt::<_, T>(config, move |_| {
        // Nobody listens any more at the end.
        let _ = tell.send(Told::Touched);
    })?;
    debouncer.watcher().watch(folder, RecursiveMode::Recursive)?;
    Ok(debouncer)
}
