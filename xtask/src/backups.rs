//! Backups of a learner's versions, and the replacement of an exercise's files.
//!
//! A replacement first backs up the current files and reads the backup back; then it writes every
//! new file beside its destination; then it renames each. A full disk or an interruption therefore
//! leaves the learner's work in the exercise, in the backup, or in both.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::files::{self, Files};
use crate::state_dir;
use crate::workspace::{Exercise, Version};

/// The start of the name of the file that marks an unfinished replacement; the exercise's name
/// follows. The file contains the name of the backup that was made for the replacement.
const UNFINISHED: &str = ".unfinished-";

/// A backup of a learner's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The exercise's name.
    pub exercise: String,
    /// The folder of its files.
    pub folder: PathBuf,
}

/// Backs up the current files of `exercise` under a dated name, unless there is a backup of them
/// already. `None` if they equal `available`, which needs no backup, or if there are none.
///
/// # Errors
/// When not every file can be read, written and read back; then nothing has changed.
pub fn save(exercise: &Exercise, available: &Files) -> anyhow::Result<Option<Backup>> {
    let (root, name) = (&exercise.root, &exercise.name);
    let current = files::read_below_if_any(&exercise.path(&exercise.folder(Version::Exercise)))?;
    // A folder that is gone needs no backup either.
    if current.is_empty() || current == *available {
        return Ok(None);
    }
    let same = |backup: &Backup| files::read_below(&backup.folder).is_ok_and(|f| f == current);
    if let Some(backup) = of_exercise(exercise).into_iter().find(same) {
        return Ok(Some(backup));
    }
    if let Some(backup) = of_unfinished_replacement(exercise, &current, available) {
        return Ok(Some(backup));
    }
    let backups = state_dir::backups(root);
    let refused = || {
        format!(
            "Your version of {name} cannot be saved in {}, so nothing was changed.\nIs the disk \
             full, or is the folder read-only?",
            state_dir::backups(Path::new("")).display()
        )
    };
    // The temporary name does not look like a backup's until all files are written.
    let write = || -> anyhow::Result<PathBuf> {
        fs::create_dir_all(&backups)?;
        let new = tempfile::Builder::new().prefix(".new-").tempdir_in(&backups)?;
        for (file, bytes) in &current {
            files::write(&new.path().join(file), bytes)?;
        }
        anyhow::ensure!(files::read_below(new.path())? == current, "it reads back differently");
        let folder = free_name(&backups, name);
        fs::rename(new.path(), &folder)?;
        // It was renamed, so the temporary folder must not be removed.
        let _ = new.keep();
        Ok(folder)
    };
    let folder = write().with_context(refused)?;
    Ok(Some(Backup { exercise: name.to_owned(), folder }))
}

/// The backup of an interrupted replacement, if each current file is either the old or the new one,
/// so that the learner has written nothing since.
fn of_unfinished_replacement(
    exercise: &Exercise,
    current: &Files,
    available: &Files,
) -> Option<Backup> {
    let backups = state_dir::backups(&exercise.root);
    let mark = backups.join(format!("{UNFINISHED}{}", exercise.name));
    let folder = backups.join(fs::read_to_string(mark).ok()?);
    let before = files::read_below(&folder).ok()?;
    let is_old_or_new = |(file, bytes): (&String, &Vec<u8>)| {
        [&before, available].iter().any(|files| files.get(file) == Some(bytes))
    };
    current.iter().all(is_old_or_new).then(|| Backup { exercise: exercise.name.clone(), folder })
}

/// `2026-01-31T09-30-00-unbounded-cache`, with a number after the time if that name is taken.
fn free_name(backups: &Path, name: &str) -> PathBuf {
    let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H-%M-%S").to_string();
    let first = backups.join(format!("{now}-{name}"));
    let more = (2..).map(|number| backups.join(format!("{now}.{number}-{name}")));
    std::iter::once(first).chain(more).find(|path| !path.exists()).unwrap_or_default()
}

/// The backups of `exercise`, the newest first.
pub fn of_exercise(exercise: &Exercise) -> Vec<Backup> {
    let name = exercise.name.as_str();
    let backups = fs::read_dir(state_dir::backups(&exercise.root));
    let entries = backups.into_iter().flatten().flatten();
    let is_of = |folder: &PathBuf| {
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        let date = folder.strip_suffix(name).and_then(|rest| rest.strip_suffix('-'));
        date.is_some_and(|date| {
            date.chars().all(|letter| letter.is_ascii_digit() || "T-.".contains(letter))
        })
    };
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_of).collect();
    folders.sort_by_key(|folder| Reverse(age(folder)));
    folders.into_iter().map(|folder| Backup { exercise: name.to_owned(), folder }).collect()
}

/// The age of a backup, as a sort key: the numbers in its name, which are its date and its number
/// within the second.
pub fn age(folder: &Path) -> Vec<u64> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbers = name.split(|letter: char| !letter.is_ascii_digit());
    numbers.map_while(|number| number.parse().ok()).collect()
}

/// Replaces the files of `exercise` by `new`. `backup` is the backup of the old ones, if they need
/// one.
pub fn replace(exercise: &Exercise, new: &Files, backup: Option<&Backup>) -> anyhow::Result<()> {
    let place = exercise.folder(Version::Exercise);
    let folder = exercise.path(&place);
    let mut staged = Vec::new();
    let old = files::read_below_if_any(&folder)?;
    for (file, bytes) in new.iter().filter(|(file, bytes)| old.get(*file) != Some(*bytes)) {
        let staging = files::stage(&folder.join(file), bytes);
        staged.push(staging.with_context(|| {
            format!("{place}/{file} cannot be written, so {place} was left as it was")
        })?);
    }
    let mark = format!("{UNFINISHED}{}", exercise.name);
    let mark = state_dir::backups(&exercise.root).join(mark);
    let mark = backup.and_then(|backup| Some((mark, backup.folder.file_name()?.to_string_lossy())));
    if let Some((mark, backup)) = &mark {
        files::write(mark, backup.as_bytes())
            .with_context(|| format!("{} cannot be written", mark.display()))?;
    }
    let halfway =
        || format!("{place} was replaced only in part; run the same command again to finish");
    for file in staged {
        file.commit().with_context(halfway)?;
    }
    for file in old.keys().filter(|file| !new.contains_key(*file)) {
        fs::remove_file(folder.join(file)).with_context(halfway)?;
    }
    files::sweep(&folder)
        .with_context(|| format!("temporary files in {place} cannot be removed"))?;
    if let Some((mark, _)) = mark {
        fs::remove_file(&mark).with_context(|| format!("{} cannot be removed", mark.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::toy_cache;

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    /// The exercise `name` of a workshop in `root`.
    fn exercise(root: &Path, name: &str) -> Exercise {
        Exercise { root: root.to_owned(), name: name.to_owned(), ..toy_cache() }
    }

    #[test]
    fn a_replacement_interrupted_between_two_files_can_be_finished_and_keeps_the_first_backup() {
        let mine = files(&[("one", "mine"), ("two", "mine"), ("three", "mine")]);
        let shipped = files(&[("one", "shipped"), ("two", "shipped")]);
        let root = tempfile::tempdir().unwrap();
        let a = exercise(root.path(), "a");
        for (file, bytes) in &mine {
            files::write(&a.path("exercises/a").join(file), bytes).unwrap();
        }
        let backup = save(&a, &shipped).unwrap().unwrap();
        // The state after the first of three renames: the mark, and one file in its place.
        let mark = state_dir::backups(root.path()).join(format!("{UNFINISHED}a"));
        let name = backup.folder.file_name().unwrap().to_string_lossy().into_owned();
        fs::write(&mark, name).unwrap();
        fs::write(a.path("exercises/a/one"), "shipped").unwrap();
        assert_eq!(save(&a, &shipped).unwrap(), Some(backup.clone()));
        replace(&a, &shipped, Some(&backup)).unwrap();
        assert_eq!(files::read_below(&a.path("exercises/a")).unwrap(), shipped);
        assert_eq!(files::read_below(&backup.folder).unwrap(), mine);
        assert_eq!(of_exercise(&a), [backup]);
        assert!(!mark.exists());
        // With other work in it, it gets a backup of its own.
        fs::write(a.path("exercises/a/one"), "new").unwrap();
        fs::write(&mark, "gone").unwrap();
        save(&a, &shipped).unwrap();
        assert_eq!(of_exercise(&a).len(), 2);
    }

    #[test]
    fn backups_are_sorted_newest_first_and_by_exercise() {
        let root = tempfile::tempdir().unwrap();
        for folder in [
            "2026-01-31T09-30-00-cache",
            "2026-01-31T09-30-00.2-cache",
            "2026-01-31T09-30-00.10-cache",
            "2026-02-01T00-00-00-my-cache",
            "2025-12-31T23-59-59-cache",
        ] {
            fs::create_dir_all(state_dir::backups(root.path()).join(folder)).unwrap();
        }
        let found: Vec<String> = of_exercise(&exercise(root.path(), "cache"))
            .iter()
            .map(|backup| backup.folder.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            found,
            [
                "2026-01-31T09-30-00.10-cache",
                "2026-01-31T09-30-00.2-cache",
                "2026-01-31T09-30-00-cache",
                "2025-12-31T23-59-59-cache"
            ]
        );
    }
}
