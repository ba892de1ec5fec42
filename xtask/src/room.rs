//! Where the learners of a room are: each learner's status as one line of text, and the collected lines.
//!
//! A line can be pasted into a chat or written to a shared folder. It has the learner's name, the time, the number of
//! exercises that are judged, and the state of each exercise:
//! `leak-lab/2 Ada_Lovelace 2026-05-04T09:30:00Z judged=2 rc-cycles=done api-server=begun`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::last_result::ExerciseState;
use crate::status::{Stage, Status, Tally};
use crate::workspace::Exercise;

/// What a line begins with: the name and the version of its format.
const MARK: &str = "leak-lab/2 ";
/// What a line of the earlier version begins with.
const EARLIER_MARK: &str = "leak-lab/1 ";
/// What the word with the number of judged exercises begins with.
const JUDGED: &str = "judged=";
/// The longest file of lines that is read, in bytes.
const LONGEST: u64 = 10_000_000;

/// How far a learner is with one exercise. Everybody in the room sees it, so it does not say which exercises leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExerciseProgress {
    /// It leaked and is fixed, or it does not leak and was judged so.
    Done,
    /// It fails a trial other than those that measure memory.
    Broken,
    /// It is edited, judged or run, and not done.
    Begun,
    Untouched,
}

impl ExerciseProgress {
    /// Every value, with its word.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Done, "done"),
        (Self::Broken, "broken"),
        (Self::Begun, "begun"),
        (Self::Untouched, "untouched"),
    ];

    fn from_status(status: Status) -> Self {
        match (status.stage, status.edited) {
            (stage, _) if stage.is_done() => Self::Done,
            (Stage::Ran(ExerciseState::Broken), _) => Self::Broken,
            (Stage::Unjudged, Some(false) | None) => Self::Untouched,
            _ => Self::Begun,
        }
    }

    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(one, _)| *one == self).map_or("", |(_, word)| word)
    }
}

/// One learner's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learner {
    pub name: String,
    /// When the status was taken.
    pub at: Timestamp,
    /// The number of exercises that are judged. It does not say which, because one that is judged and not done
    /// usually leaks.
    pub judged: usize,
    /// The exercises in teaching order.
    pub exercises: Vec<(String, ExerciseProgress)>,
}

impl Learner {
    /// The status of the workshop's exercises, for a learner of this name.
    pub fn new(name: &str, at: Timestamp, judged: usize, states: &[(Exercise, Status)]) -> Self {
        let exercises = states.iter();
        let exercises = exercises
            .map(|(one, status)| (one.name.clone(), ExerciseProgress::from_status(*status)));
        // A word, so that the parts of a line can be told apart.
        let name = name.split_whitespace().collect::<Vec<_>>().join("_");
        let name = if name.is_empty() { "learner".to_owned() } else { name };
        Self { name, at, judged, exercises: exercises.collect() }
    }

    /// The status as one line.
    pub fn line(&self) -> String {
        let exercises = self.exercises.iter();
        let exercises = exercises.map(|(name, progress)| format!(" {name}={}", progress.word()));
        let at = self.at.strftime("%Y-%m-%dT%H:%M:%SZ");
        let exercises: String = exercises.collect();
        format!("{MARK}{} {at} {JUDGED}{}{exercises}", self.name, self.judged)
    }

    /// The status as a JSON object.
    pub fn json(&self) -> Value {
        let exercises = self.exercises.iter();
        let exercises =
            exercises.map(|(name, progress)| json!({ "name": name, "state": progress.word() }));
        json!({
            "name": self.name,
            "at": self.at.to_string(),
            "judged": self.judged,
            "exercises": exercises.collect::<Vec<_>>(),
        })
    }

    /// How many exercises are done and judged.
    pub fn tally(&self) -> Tally {
        let is_done = |progress| progress == ExerciseProgress::Done;
        Tally {
            done: self.exercises.iter().filter(|(_, progress)| is_done(*progress)).count(),
            judged: self.judged,
            all: self.exercises.len(),
        }
    }

    /// The exercise that the learner works on: the last one that is begun and not done, or the first one that
    /// is not begun. `None` if all are done.
    pub fn current(&self) -> Option<&(String, ExerciseProgress)> {
        let begun =
            |progress| !matches!(progress, ExerciseProgress::Done | ExerciseProgress::Untouched);
        let mut last = self.exercises.iter().rev();
        last.find(|(_, progress)| begun(*progress)).or_else(|| {
            self.exercises.iter().find(|(_, progress)| *progress == ExerciseProgress::Untouched)
        })
    }
}

impl FromStr for Learner {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> anyhow::Result<Self> {
        // A chat puts the sender's name before it.
        let (_, line) =
            line.split_once(MARK).context("it is not a status line of this version of Leak Lab")?;
        let mut words = line.split_whitespace();
        let name = words.next().context("the name is missing")?.to_owned();
        let at = words.next().context("the time is missing")?;
        let at = at.parse().with_context(|| format!("{at:?} is not a time"))?;
        let judged = words.next().and_then(|word| word.strip_prefix(JUDGED)?.parse().ok());
        let judged = judged.context("the number of judged exercises is missing")?;
        let exercises = words.map(|word| {
            let (name, state) =
                word.split_once('=').with_context(|| format!("{word:?} is incomplete"))?;
            let known = ExerciseProgress::ALL.iter().find(|(_, word)| *word == state);
            let (progress, _) = known.with_context(|| format!("{state:?} is not a state"))?;
            Ok((name.to_owned(), *progress))
        });
        Ok(Self { name, at, judged, exercises: exercises.collect::<anyhow::Result<_>>()? })
    }
}

/// The collected statuses.
#[derive(Debug, Default)]
pub struct Room {
    /// The latest status of each learner, by name.
    pub learners: BTreeMap<String, Learner>,
    /// Why a line that looks like a status was not understood, or a file was not read.
    pub unreadable: Vec<String>,
}

impl Room {
    /// Adds every status line of `text`. Other lines are ignored.
    pub fn add(&mut self, text: &str) {
        let is_status = |line: &&str| line.contains(MARK) || line.contains(EARLIER_MARK);
        for line in text.lines().filter(is_status) {
            match line.parse::<Learner>() {
                Ok(learner) => {
                    let newer =
                        self.learners.get(&learner.name).is_none_or(|old| old.at <= learner.at);
                    if newer {
                        self.learners.insert(learner.name.clone(), learner);
                    }
                }
                Err(error) => self.unreadable.push(format!("{error:#}: {line}")),
            }
        }
    }

    /// Adds the lines in a file, or in every file of a folder. Of a folder, hidden files are left out, and
    /// files that cannot be read are noted: somebody may be writing or removing them.
    ///
    /// # Errors
    /// When the file or the folder itself cannot be read.
    pub fn read(&mut self, path: &Path) -> anyhow::Result<()> {
        let unreadable = || format!("{} cannot be read", path.display());
        if path.is_dir() {
            for entry in fs::read_dir(path).with_context(unreadable)? {
                let entry = entry.with_context(unreadable)?;
                let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
                let file = entry.path();
                let is_other = fs::metadata(&file).is_ok_and(|about| !about.is_file());
                if is_other || is_hidden {
                    continue;
                }
                if let Err(error) = self.read(&file) {
                    self.unreadable.push(format!("{error:#}"));
                }
            }
            return Ok(());
        }
        let mut bytes = Vec::new();
        let file = fs::File::open(path).with_context(unreadable)?;
        file.take(LONGEST).read_to_end(&mut bytes).with_context(unreadable)?;
        self.add(&String::from_utf8_lossy(&bytes));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learner(name: &str, minute: i64, exercises: &[(&str, ExerciseProgress)]) -> Learner {
        let exercises = exercises.iter().map(|(name, progress)| ((*name).to_owned(), *progress));
        let at = Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap();
        Learner { name: name.to_owned(), at, judged: 1, exercises: exercises.collect() }
    }

    #[test]
    fn a_line_is_read_back_wherever_it_was_pasted() {
        let states: Vec<(&str, ExerciseProgress)> =
            ExerciseProgress::ALL.iter().map(|(progress, word)| (*word, *progress)).collect();
        let ada = learner("Ada_Lovelace", 3, &states);
        let line = ada.line();
        assert!(
            line.starts_with("leak-lab/2 Ada_Lovelace 2027-01-15T08:03:00Z judged=1 done=done "),
            "{line}"
        );
        assert_eq!(format!("[10:31] <ada> {line}\r").parse::<Learner>().unwrap(), ada);
        for wrong in [
            "",
            "leak-lab/2 ",
            "leak-lab/2 ada today",
            "leak-lab/2 ada 2027-01-15T08:00:00Z a=done",
            "leak-lab/2 ada 2027-01-15T08:00:00Z judged=1 a=b",
        ] {
            assert!(wrong.parse::<Learner>().is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn the_latest_line_of_each_learner_counts_and_other_text_is_ignored() {
        let mut room = Room::default();
        let lines = [
            learner("ada", 9, &[("a", ExerciseProgress::Done)]),
            learner("alan", 1, &[("a", ExerciseProgress::Begun)]),
            learner("ada", 2, &[("a", ExerciseProgress::Begun)]),
        ];
        room.add(&lines.iter().map(Learner::line).collect::<Vec<_>>().join("\nhello\n"));
        // A line of another version is not ignored.
        room.add("leak-lab/1 eve 2027-01-15T08:00:00Z a=done");
        assert_eq!(room.learners.len(), 2);
        assert_eq!(room.learners["ada"].tally(), Tally { done: 1, judged: 1, all: 1 });
        assert_eq!(room.unreadable.len(), 1, "{:?}", room.unreadable);
    }

    #[test]
    fn hidden_files_of_a_folder_are_left_out_and_unreadable_ones_are_noted() {
        let folder = tempfile::tempdir().unwrap();
        let line = |name| learner(name, 0, &[("a", ExerciseProgress::Done)]).line();
        fs::write(folder.path().join("ada.txt"), line("ada")).unwrap();
        fs::write(folder.path().join(".ada.txt.swp"), line("ghost")).unwrap();
        // Even root cannot open a loop.
        #[cfg(unix)]
        std::os::unix::fs::symlink("loop.txt", folder.path().join("loop.txt")).unwrap();
        let mut room = Room::default();
        room.read(folder.path()).unwrap();
        assert_eq!(room.learners.keys().collect::<Vec<_>>(), ["ada"]);
        let noted = if cfg!(unix) { vec!["loop.txt cannot be read"] } else { vec![] };
        assert_eq!(room.unreadable.len(), noted.len(), "{:?}", room.unreadable);
        for (line, part) in room.unreadable.iter().zip(noted) {
            assert!(line.contains(part), "{line}");
        }
        assert!(room.read(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn a_learner_works_on_the_last_exercise_that_is_begun() {
        use ExerciseProgress::{Begun, Broken, Done, Untouched};
        let current = |states: &[(&str, ExerciseProgress)]| {
            learner("ada", 0, states).current().map(|(name, _)| name.clone())
        };
        assert_eq!(
            current(&[("a", Done), ("b", Broken), ("c", Begun), ("d", Untouched)]).as_deref(),
            Some("c")
        );
        assert_eq!(
            current(&[("a", Done), ("b", Untouched), ("c", Untouched)]).as_deref(),
            Some("b")
        );
        assert_eq!(current(&[("a", Done)]), None);
    }
}
