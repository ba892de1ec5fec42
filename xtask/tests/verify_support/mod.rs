//! A toy tree to break, and what `verify` says of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A copy of the toy tree.
pub struct Tree(TempDir);

/// What `verify` said, and its exit code.
pub struct Verified {
    /// Its standard output.
    pub text: String,
    /// Its standard error.
    pub diagnostics: String,
    /// Its exit code.
    pub code: i32,
}

impl Tree {
    /// The toy tree with all its parts.
    pub fn whole() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_tree");
        copy_all(&fixture, tree.0.path());
        // What it is as it lies there is what is shipped.
        tree.run(&["verify", "--form", "--accept"]);
        tree
    }

    fn at(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Replaces words that must occur in `file`.
    #[track_caller]
    pub fn replace(self, file: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.at(file)).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        self.write(file, &text.replacen(from, to, 1))
    }

    /// Writes `file` anew.
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

    /// Commits the tree as it is.
    pub fn under_git(self) -> Self {
        let commit = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "a"];
        for arguments in [&["init", "-q"][..], &["add", "."][..], &commit[..]] {
            let git = Command::new("git").arg("-C").arg(self.0.path()).args(arguments).status();
            assert!(git.unwrap().success());
        }
        self
    }

    /// What `verify --form` says of the tree.
    pub fn verify(&self) -> Verified {
        self.run(&["verify", "--form"])
    }

    /// What `verify --form` says of one exercise.
    pub fn verify_only(&self, exercise: &str) -> Verified {
        self.run(&["verify", "--form", exercise])
    }

    /// What the runner says to these arguments.
    pub fn run(&self, arguments: &[&str]) -> Verified {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        Verified {
            text: String::from_utf8(output.stdout).unwrap(),
            diagnostics: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Asserts that the tree fails, at `place`, for the reason in the words `wrong`.
    #[track_caller]
    pub fn is_refused(&self, place: &str, wrong: &str) -> Verified {
        let verified = self.verify();
        verified.says(place);
        verified.says(wrong);
        verified.says("Next: ");
        assert_eq!(verified.code, 1, "{}", verified.text);
        verified
    }
}

impl Verified {
    /// Asserts that the result has these words.
    #[track_caller]
    pub fn says(&self, words: &str) {
        assert!(
            self.text.contains(words),
            "{words:?} is not in\n{}{}",
            self.text,
            self.diagnostics
        );
    }

    /// Asserts that the diagnostics have these words.
    #[track_caller]
    pub fn tells(&self, words: &str) {
        assert!(self.diagnostics.contains(words), "{words:?} is not in\n{}", self.diagnostics);
    }
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy_all(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}
