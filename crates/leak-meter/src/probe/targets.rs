//! The targets of open file descriptors: sockets, pipes, and files by folder.

use std::fmt;
use std::path::Path;

#[cfg(feature = "sites")]
use serde::{Deserialize, Serialize};

/// Descriptors with the same kind and place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "sites", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct FileGroup {
    /// The kind of target.
    pub kind: FileKind,
    /// The folder of a file, or the type of another target; empty for sockets and pipes.
    pub place: String,
}

/// The kind of target that a descriptor has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "sites", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FileKind {
    /// A file that has a name.
    File,
    /// A file that was deleted while it was open.
    DeletedFile,
    /// A socket.
    Socket,
    /// A pipe.
    Pipe,
    /// A terminal or another device.
    Device,
    /// Descriptors without a name or a folder: event descriptors, timers.
    Other,
}

impl FileGroup {
    /// The group of a descriptor whose target is `target`, as Linux names it.
    #[cfg_attr(windows, allow(dead_code))] // Windows names the types of handles only.
    pub(super) fn from_target(target: &str) -> Self {
        let group = |kind, place: &str| Self { kind, place: place.to_owned() };
        if !target.starts_with('/') {
            return match target.split_once(':') {
                Some(("socket", _)) => group(FileKind::Socket, ""),
                Some(("pipe", _)) => group(FileKind::Pipe, ""),
                Some((_, what)) => group(FileKind::Other, what.trim_matches(['[', ']'])),
                None => group(FileKind::Other, target),
            };
        }
        if target.starts_with("/dev/") && !target.starts_with("/dev/shm/") {
            return group(FileKind::Device, target);
        }
        let (path, kind) = match target.strip_suffix(" (deleted)") {
            Some(path) => (path, FileKind::DeletedFile),
            None => (target, FileKind::File),
        };
        let folder = Path::new(path).parent().unwrap_or(Path::new("/"));
        group(kind, &folder.to_string_lossy())
    }
}

impl fmt::Display for FileGroup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            FileKind::File => write!(out, "files in {}", self.place),
            FileKind::DeletedFile => write!(out, "deleted files in {}", self.place),
            FileKind::Socket => write!(out, "sockets"),
            FileKind::Pipe => write!(out, "pipes"),
            FileKind::Device | FileKind::Other => write!(out, "{}", self.place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_grouped_by_their_target() {
        for (target, kind, place) in [
            ("/srv/uploads/tmp/17.part", FileKind::File, "/srv/uploads/tmp"),
            ("/srv/uploads/tmp/18.part (deleted)", FileKind::DeletedFile, "/srv/uploads/tmp"),
            ("socket:[4711]", FileKind::Socket, ""),
            ("pipe:[4712]", FileKind::Pipe, ""),
            ("anon_inode:[eventpoll]", FileKind::Other, "eventpoll"),
            ("/dev/null", FileKind::Device, "/dev/null"),
            ("/file", FileKind::File, "/"),
        ] {
            let group = FileGroup { kind, place: place.to_owned() };
            assert_eq!(FileGroup::from_target(target), group, "{target}");
        }
    }
}
