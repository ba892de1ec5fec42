//! A learner's versions that were put aside, and the way back.
//!
//! An exercise is replaced in this order: what is there is kept aside, whole and proven; every new
//! file is written beside its place; then each takes its place in one step. So a full disk or an
//! interruption leaves the learner's work in the exercise, or aside, or both.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::files::{self, Files};
use crate::lab;
use crate::workspace::Version;

/// What an unfinished replacement of an exercise leaves in the folder of kept versions: a file of
/// this name and the exercise's, with the name of the version that was kept for it.
const UNFINISHED: &str = ".unfinished-";

/// A learner's version that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The exercise.
    pub exercise: String,
    /// Where it lies.
    pub folder: PathBuf,
}

/// Puts the exercise `name`, as it is, aside under a dated name. `None` if just this content is
/// kept already, or is `known` to be had otherwise.
///
/// # Errors
/// When not all of it can be read, written and read back; then nothing has changed.
pub fn keep(root: &Path, name: &str, known: &Files) -> anyhow::Result<Option<Kept>> {
    let now = files::read_below(&root.join(Version::Exercise.folder(name)))?;
    if now == *known {
        return Ok(None);
    }
    let same = |kept: &Kept| files::read_below(&kept.folder).is_ok_and(|files| files == now);
    if let Some(kept) = all(root, name).into_iter().find(same) {
        return Ok(Some(kept));
    }
    if let Some(kept) = kept_for_unfinished(root, name, &now, known) {
        return Ok(Some(kept));
    }
    let kept = lab::kept(root);
    let refused = || {
        format!(
            "Your version of {name} cannot be kept aside in {}, so nothing was changed.\nIs the \
             disk full, or the folder not yours to write in?",
            lab::kept(Path::new("")).display()
        )
    };
    // Under a name that nothing takes for a kept version until all of it is there.
    let write = || -> anyhow::Result<PathBuf> {
        fs::create_dir_all(&kept)?;
        let new = tempfile::Builder::new().prefix(".new-").tempdir_in(&kept)?;
        for (file, bytes) in &now {
            files::write(&new.path().join(file), bytes)?;
        }
        anyhow::ensure!(files::read_below(new.path())? == now, "it does not read back as it was");
        let folder = free_name(&kept, name);
        fs::rename(new.path(), &folder)?;
        // It has another name now, so there is nothing to remove.
        let _ = new.keep();
        Ok(folder)
    };
    let folder = write().with_context(refused)?;
    Ok(Some(Kept { exercise: name.to_owned(), folder }))
}

/// The version that was kept for a replacement that was interrupted, if all that lies in the
/// exercise now is from before it or after it: nothing else of the learner's is there.
fn kept_for_unfinished(root: &Path, name: &str, now: &Files, known: &Files) -> Option<Kept> {
    let mark = lab::kept(root).join(format!("{UNFINISHED}{name}"));
    let folder = lab::kept(root).join(fs::read_to_string(mark).ok()?);
    let before = files::read_below(&folder).ok()?;
    let is_from = |(file, bytes): (&String, &Vec<u8>)| {
        [&before, known].iter().any(|f| f.get(file) == Some(bytes))
    };
    now.iter().all(is_from).then(|| Kept { exercise: name.to_owned(), folder })
}

/// `2026-01-31T09-30-00-unbounded-cache`, or that with a number if there is one already.
fn free_name(kept: &Path, name: &str) -> PathBuf {
    let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H-%M-%S").to_string();
    let first = kept.join(format!("{now}-{name}"));
    let more = (2..).map(|number| kept.join(format!("{now}.{number}-{name}")));
    std::iter::once(first).chain(more).find(|path| !path.exists()).unwrap_or_default()
}

/// Every kept version of the exercise `name`, the newest first.
pub fn all(root: &Path, name: &str) -> Vec<Kept> {
    let entries = fs::read_dir(lab::kept(root)).into_iter().flatten().flatten();
    let is_of = |folder: &PathBuf| {
        let folder = folder.file_name().unwrap_or_default().to_string_lossy();
        let date = folder.strip_suffix(name).and_then(|rest| rest.strip_suffix('-'));
        date.is_some_and(|date| {
            date.chars().all(|letter| letter.is_ascii_digit() || "T-.".contains(letter))
        })
    };
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_of).collect();
    folders.sort_by_key(|folder| Reverse(age(folder)));
    folders.into_iter().map(|folder| Kept { exercise: name.to_owned(), folder }).collect()
}

/// When a folder was kept, to be compared: the numbers in its name, which are its date, then its
/// number within the second.
pub fn age(folder: &Path) -> Vec<u64> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbers = name.split(|letter: char| !letter.is_ascii_digit());
    numbers.map_while(|number| number.parse().ok()).collect()
}

/// Makes `new` the files of the exercise `name`. What else lies there goes; `kept` is where it is
/// kept, unless it is to be had otherwise.
///
/// # Errors
/// When a file cannot be written or put in its place.
pub fn replace(root: &Path, name: &str, new: &Files, kept: Option<&Kept>) -> anyhow::Result<()> {
    let place = Version::Exercise.folder(name);
    let folder = root.join(&place);
    let mut staged = Vec::new();
    let old = files::read_below(&folder)?;
    for (file, bytes) in new.iter().filter(|(file, bytes)| old.get(*file) != Some(*bytes)) {
        let staging = files::stage(&folder.join(file), bytes);
        staged.push(staging.with_context(|| {
            format!("{place}/{file} cannot be written, so {place} was left as it was")
        })?);
    }
    let mark = lab::kept(root).join(format!("{UNFINISHED}{name}"));
    let mark = kept.and_then(|kept| Some((mark, kept.folder.file_name()?.to_string_lossy())));
    if let Some((mark, kept)) = &mark {
        files::write(mark, kept.as_bytes())
            .with_context(|| format!("{} cannot be written", mark.display()))?;
    }
    let halfway = || format!("{place} is replaced in part only; the same command again ends it");
    for file in staged {
        file.commit().with_context(halfway)?;
    }
    for file in old.keys().filter(|file| !new.contains_key(*file)) {
        fs::remove_file(folder.join(file)).with_context(halfway)?;
    }
    files::sweep(&folder).with_context(|| format!("{place} cannot be tidied up"))?;
    if let Some((mark, _)) = mark {
        fs::remove_file(&mark).with_context(|| format!("{} cannot be removed", mark.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    /// The exercise `a`, with `mine` in it, in a folder of its own.
    fn exercise(mine: &Files) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (file, bytes) in mine {
            files::write(&root.path().join("exercises/a").join(file), bytes).unwrap();
        }
        root
    }

    #[test]
    fn a_replacement_that_was_cut_between_two_files_is_ended_with_the_first_version_kept() {
        let mine = files(&[("one", "mine"), ("two", "mine"), ("three", "mine")]);
        let shipped = files(&[("one", "shipped"), ("two", "shipped")]);
        let root = exercise(&mine);
        let kept = keep(root.path(), "a", &shipped).unwrap().unwrap();
        // As it stands after the first of three steps: the mark, and one file in its place.
        let mark = lab::kept(root.path()).join(format!("{UNFINISHED}a"));
        let name = kept.folder.file_name().unwrap().to_string_lossy().into_owned();
        fs::write(&mark, name).unwrap();
        fs::write(root.path().join("exercises/a/one"), "shipped").unwrap();
        assert_eq!(keep(root.path(), "a", &shipped).unwrap(), Some(kept.clone()));
        replace(root.path(), "a", &shipped, Some(&kept)).unwrap();
        assert_eq!(files::read_below(&root.path().join("exercises/a")).unwrap(), shipped);
        assert_eq!(files::read_below(&kept.folder).unwrap(), mine);
        assert_eq!(all(root.path(), "a"), [kept]);
        assert!(!mark.exists());
        // With other work in it, it is a version of its own.
        fs::write(root.path().join("exercises/a/one"), "new").unwrap();
        fs::write(&mark, "gone").unwrap();
        keep(root.path(), "a", &shipped).unwrap();
        assert_eq!(all(root.path(), "a").len(), 2);
    }

    #[test]
    fn the_newest_comes_first_and_another_exercises_is_not_taken_for_it() {
        let root = tempfile::tempdir().unwrap();
        for folder in [
            "2026-01-31T09-30-00-cache",
            "2026-01-31T09-30-00.2-cache",
            "2026-01-31T09-30-00.10-cache",
            "2026-02-01T00-00-00-my-cache",
            "2025-12-31T23-59-59-cache",
        ] {
            fs::create_dir_all(lab::kept(root.path()).join(folder)).unwrap();
        }
        let found: Vec<String> = all(root.path(), "cache")
            .iter()
            .map(|kept| kept.folder.file_name().unwrap().to_string_lossy().into_owned())
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
