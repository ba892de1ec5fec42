//! Files in a folder that a program uses for temporary storage.

#[cfg(unix)]
#[path = "folder/unix.rs"]
mod system;
#[cfg(windows)]
#[path = "folder/windows.rs"]
mod system;

pub use system::FolderProbe;

/// The contents of a folder, including its subfolders.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderUsage {
    /// Regular files.
    pub files: u64,
    /// The sum of their lengths, in bytes.
    pub bytes: u64,
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_counted_with_their_lengths_at_every_depth() {
        let root = tempfile::tempdir().unwrap();
        let mut probe = FolderProbe::new(root.path()).unwrap();
        assert_eq!(probe.usage().unwrap(), FolderUsage::default());

        fs::write(root.path().join("upload"), [0; 100]).unwrap();
        fs::create_dir(root.path().join("chunks")).unwrap();
        fs::write(root.path().join("chunks/first"), [0; 23]).unwrap();
        assert_eq!(probe.usage().unwrap(), FolderUsage { files: 2, bytes: 123 });

        fs::remove_file(root.path().join("upload")).unwrap();
        assert_eq!(probe.usage().unwrap(), FolderUsage { files: 1, bytes: 23 });
    }

    #[test]
    fn a_folder_that_was_removed_is_not_an_empty_one() {
        let root = tempfile::tempdir().unwrap();
        let mut probe = FolderProbe::new(root.path()).unwrap();
        fs::remove_dir(root.path()).unwrap();
        let error = probe.usage().unwrap_err();
        assert!(error.0.ends_with("was removed"), "{error}");
    }

    #[test]
    fn a_folder_that_cannot_be_opened_is_named() {
        let root = tempfile::tempdir().unwrap();
        let missing = root.path().join("not-there");
        let error = FolderProbe::new(&missing).unwrap_err();
        assert!(error.0.contains("not-there"), "{error}");
    }
}
