//! The lock of an exercise: `crates/<pattern>/shipped.toml`, committed, with one line per file.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::files;
use crate::workspace::{Exercise, Version};

/// The version of the file format. Any other is refused.
const FORMAT: u32 = 1;

/// The identities of the files of a shipped exercise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the format: [`FORMAT`].
    format: u32,
    /// By path, relative to the exercise's folder.
    files: BTreeMap<String, Id>,
}

/// The identity of a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Id {
    /// Git's object ID, by which git finds the content on any branch.
    git: String,
    /// The hash that decides whether a content is the same, in hexadecimal digits.
    sha256: String,
}

/// A file that changed since it was shipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Its content changed.
    Edited(String),
    /// It was not shipped.
    Added(String),
    /// It was shipped and is missing.
    Removed(String),
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited(file) => write!(formatter, "{file} is edited"),
            Self::Added(file) => write!(formatter, "{file} is new"),
            Self::Removed(file) => write!(formatter, "{file} is gone"),
        }
    }
}

impl Change {
    /// The file.
    pub fn into_file(self) -> String {
        match self {
            Self::Edited(file) | Self::Added(file) | Self::Removed(file) => file,
        }
    }
}

impl Id {
    /// The identity of `bytes`, which does not depend on their line ends.
    fn new(bytes: &[u8]) -> Self {
        let bytes = &*files::with_unix_line_ends(bytes);
        let header = format!("blob {}\0", bytes.len());
        let git = Sha1::new().chain_update(header).chain_update(bytes).finalize();
        Self { git: hexadecimal(&git), sha256: sha256(bytes) }
    }

    /// Whether this is the identity of `bytes`.
    pub fn matches(&self, bytes: &[u8]) -> bool {
        self.sha256 == sha256(&files::with_unix_line_ends(bytes))
    }

    /// Git's object ID.
    pub fn git(&self) -> &str {
        &self.git
    }
}

fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// `bytes` in hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Lock {
    /// The file of the lock of the exercise `name`, relative to the root.
    pub fn place(name: &str) -> String {
        format!("crates/{name}/shipped.toml")
    }

    /// The lock of `exercise`; `None` if there is none.
    pub fn read(exercise: &Exercise) -> anyhow::Result<Option<Self>> {
        let name = &exercise.name;
        let place = Self::place(name);
        let path = exercise.path(&place);
        if !path.exists() {
            return Ok(None);
        }
        let next = format!(
            "{place} cannot be used; to ship the exercise as it is now: cargo xtask author accept {name}"
        );
        let text = fs::read_to_string(&path).with_context(|| next.clone())?;
        let lock: Self = toml::from_str(&text).with_context(|| next.clone())?;
        let newer = || format!("its format is {}, and this program reads {FORMAT}", lock.format);
        anyhow::ensure!(lock.format == FORMAT, "{next}: {}", newer());
        Ok(Some(lock))
    }

    /// The lock of the current files of `exercise`; of no files if its folder is gone.
    pub fn of_current(exercise: &Exercise) -> anyhow::Result<Self> {
        let files = files::read_below_if_any(&exercise.path(&exercise.folder(Version::Exercise)))?;
        let files = files.into_iter().map(|(file, bytes)| (file, Id::new(&bytes))).collect();
        Ok(Self { format: FORMAT, files })
    }

    /// Writes this as the lock of `exercise`.
    pub fn write(&self, exercise: &Exercise) -> anyhow::Result<()> {
        let name = &exercise.name;
        let place = Self::place(name);
        let text = format!(
            "# What exercises/{name} was shipped as. Written by: cargo xtask author accept {name}\n\
             {}",
            self.to_toml()
        );
        files::write(&exercise.path(&place), text.as_bytes())
            .with_context(|| format!("{place} cannot be written"))
    }

    /// One line per file, so that a changed file is a changed line.
    fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let line = |(file, id): (&String, &Id)| {
            format!(
                "{} = {{ git = {}, sha256 = {} }}\n",
                quoted(file),
                quoted(&id.git),
                quoted(&id.sha256)
            )
        };
        let files: String = self.files.iter().map(line).collect();
        format!("format = {}\n\n[files]\n{files}", self.format)
    }

    /// Every file with its identity.
    pub fn files(&self) -> impl Iterator<Item = (&String, &Id)> {
        self.files.iter()
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// The changes from this lock to `current`.
    pub fn changes(&self, current: &Self) -> Vec<Change> {
        let gone_or_edited =
            self.files.iter().filter_map(|(file, id)| match current.files.get(file) {
                None => Some(Change::Removed(file.clone())),
                Some(other) => (other != id).then(|| Change::Edited(file.clone())),
            });
        let added = current.files.keys().filter(|file| !self.files.contains_key(*file));
        let mut changes: Vec<Change> =
            gone_or_edited.chain(added.map(|file| Change::Added(file.clone()))).collect();
        changes.sort();
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_has_the_object_id_that_git_gives() {
        // From `printf 'hello\n' | git hash-object --stdin` and `| sha256sum`.
        let id = Id::new(b"hello\n");
        assert_eq!(id.git, "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(id.sha256, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        assert!(id.matches(b"hello\n") && !id.matches(b"hello"));
        assert_eq!(Id::new(b"hello\r\n"), id);
        assert!(id.matches(b"hello\r\n") && !id.matches(b"hello\r"));
    }

    #[test]
    fn a_lock_reads_back_as_it_was_written() {
        let files = [("src/\"odd\".rs".to_owned(), Id::new(b"1")), ("a".to_owned(), Id::new(b""))];
        let lock = Lock { format: FORMAT, files: files.into() };
        assert_eq!(toml::from_str::<Lock>(&lock.to_toml()).unwrap(), lock);
    }

    #[test]
    fn every_kind_of_change_is_found() {
        let lock = |files: &[(&str, &[u8])]| Lock {
            format: FORMAT,
            files: files.iter().map(|(file, text)| ((*file).to_owned(), Id::new(text))).collect(),
        };
        let shipped = lock(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
        let current = lock(&[("a", b"1"), ("b", b"changed"), ("d", b"4")]);
        let changes: Vec<String> =
            shipped.changes(&current).iter().map(ToString::to_string).collect();
        assert_eq!(changes, ["b is edited", "d is new", "c is gone"]);
        assert_eq!(shipped.changes(&shipped), []);
    }
}
