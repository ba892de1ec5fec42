//! The lock of an exercise: `crates/<pattern>/shipped.toml`, committed, one line for each file.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::files;
use crate::workspace::Version;

/// The version of the lock's form. A reader refuses any other.
const FORMAT: u32 = 1;

/// What an exercise was shipped as: its files, each by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The version of the form: [`FORMAT`].
    format: u32,
    /// By their paths from the exercise's folder.
    files: BTreeMap<String, Id>,
}

/// What identifies a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Id {
    /// Git's object id, by which git finds the content whatever the branch.
    git: String,
    /// The hash that decides, in hexadecimal digits.
    sha256: String,
}

/// A file that is not as it was shipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It has another content.
    Edited(String),
    /// It was not shipped.
    Added(String),
    /// It was shipped and is not there.
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

impl Id {
    /// That of a file with this content.
    fn of(bytes: &[u8]) -> Self {
        let header = format!("blob {}\0", bytes.len());
        let git = Sha1::new().chain_update(header).chain_update(bytes).finalize();
        Self { git: hexadecimal(&git), sha256: sha256(bytes) }
    }

    /// Whether this is the content.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        self.sha256 == sha256(bytes)
    }

    /// Git's object id.
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
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Lock {
    /// Where the lock of the exercise `name` stands, from the root.
    pub fn place(name: &str) -> String {
        format!("crates/{name}/shipped.toml")
    }

    /// The lock of the exercise `name`; `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is not a lock of this form.
    pub fn read(root: &Path, name: &str) -> anyhow::Result<Option<Self>> {
        let place = Self::place(name);
        let path = root.join(&place);
        if !path.exists() {
            return Ok(None);
        }
        let next = format!(
            "{place} cannot be used; if the exercise is as it is to be shipped: cargo xtask verify \
             {name} --accept"
        );
        let text = fs::read_to_string(&path).with_context(|| next.clone())?;
        let lock: Self = toml::from_str(&text).with_context(|| next.clone())?;
        let newer = || format!("its format is {}, and this program reads {FORMAT}", lock.format);
        anyhow::ensure!(lock.format == FORMAT, "{next}: {}", newer());
        Ok(Some(lock))
    }

    /// The lock that the exercise `name`, as it lies in the tree, would have.
    ///
    /// # Errors
    /// When its folder cannot be read.
    pub fn of_tree(root: &Path, name: &str) -> anyhow::Result<Self> {
        let files = files::read_below(&root.join(Version::Exercise.folder(name)))?;
        let files = files.into_iter().map(|(file, bytes)| (file, Id::of(&bytes))).collect();
        Ok(Self { format: FORMAT, files })
    }

    /// Writes this as the lock of the exercise `name`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, root: &Path, name: &str) -> anyhow::Result<()> {
        let place = Self::place(name);
        let text = format!(
            "# What exercises/{name} was shipped as. Written by: cargo xtask verify {name} --accept\n\
             {}",
            self.to_toml()
        );
        files::write(&root.join(&place), text.as_bytes())
            .with_context(|| format!("{place} cannot be written"))
    }

    /// One line for each file, so that a change of one is a change of one line.
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

    /// Every file with what identifies its content.
    pub fn files(&self) -> impl Iterator<Item = (&String, &Id)> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// In which files `now` is not as this says.
    pub fn changes(&self, now: &Self) -> Vec<Change> {
        let of_shipped = self.files.iter().filter_map(|(file, id)| match now.files.get(file) {
            None => Some(Change::Removed(file.clone())),
            Some(there) => (there != id).then(|| Change::Edited(file.clone())),
        });
        let added = now.files.keys().filter(|file| !self.files.contains_key(*file));
        let mut changes: Vec<Change> =
            of_shipped.chain(added.map(|file| Change::Added(file.clone()))).collect();
        changes.sort();
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_id_is_that_which_git_gives() {
        // As `printf 'hello\n' | git hash-object --stdin` and `| sha256sum` say.
        let id = Id::of(b"hello\n");
        assert_eq!(id.git, "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(id.sha256, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        assert!(id.fits(b"hello\n") && !id.fits(b"hello"));
    }

    #[test]
    fn a_lock_is_read_back_as_it_was_written() {
        let files = [("src/\"odd\".rs".to_owned(), Id::of(b"1")), ("a".to_owned(), Id::of(b""))];
        let lock = Lock { format: FORMAT, files: files.into() };
        assert_eq!(toml::from_str::<Lock>(&lock.to_toml()).unwrap(), lock);
    }

    #[test]
    fn each_way_to_differ_is_told() {
        let lock = |files: &[(&str, &[u8])]| Lock {
            format: FORMAT,
            files: files.iter().map(|(file, text)| ((*file).to_owned(), Id::of(text))).collect(),
        };
        let shipped = lock(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
        let now = lock(&[("a", b"1"), ("b", b"changed"), ("d", b"4")]);
        let told: Vec<String> = shipped.changes(&now).iter().map(ToString::to_string).collect();
        assert_eq!(told, ["b is edited", "d is new", "c is gone"]);
        assert_eq!(shipped.changes(&shipped), []);
    }
}
