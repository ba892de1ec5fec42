//! A toy tree to break, for `verify` to find the fault.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Ran, copy_all, runner};

/// A copy of the toy tree.
pub struct Tree(TempDir);

impl Tree {
    /// The complete toy tree.
    pub fn whole() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_tree");
        copy_all(&fixture, tree.0.path());
        // Its exercises as they are become the shipped versions.
        tree.run(&["author", "accept", "--locks-only"]);
        tree
    }

    fn at(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Replaces `from`, which must occur in `file`, by `to`.
    #[track_caller]
    pub fn replace(self, file: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.at(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, &text.replacen(from, to, 1))
    }

    /// Writes `file`.
    pub fn write(self, file: &str, text: &str) -> Self {
        fs::create_dir_all(self.at(file).parent().unwrap()).unwrap();
        fs::write(self.at(file), text).unwrap();
        self
    }

    /// Copies a file or a folder.
    pub fn copy(self, from: &str, to: &str) -> Self {
        copy_all(&self.at(from), &self.at(to));
        self
    }

    /// Removes a file or a folder.
    pub fn remove(self, place: &str) -> Self {
        let path = self.at(place);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        self
    }

    /// Commits the tree to a new repository.
    pub fn under_git(self) -> Self {
        let commit = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a"];
        for arguments in [&["init", "-q"][..], &["add", "."][..], &commit[..]] {
            let git = Command::new("git").arg("-C").arg(self.0.path()).args(arguments).status();
            assert!(git.unwrap().success());
        }
        self
    }

    /// The result of `verify --form` for the whole tree.
    pub fn verify(&self) -> Ran {
        self.run(&["verify", "--form"])
    }

    /// The result of `verify --form` for one exercise.
    pub fn verify_only(&self, exercise: &str) -> Ran {
        self.run(&["verify", "--form", exercise])
    }

    /// The result of running `arguments` in the tree.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::run(&mut runner(self.0.path(), arguments))
    }

    /// Asserts that the tree fails at `place`, for the reason in the words `wrong`.
    #[track_caller]
    pub fn is_refused(&self, place: &str, wrong: &str) -> Ran {
        self.verify().ends_with(1).says(&[place, wrong, "Next: "])
    }
}
