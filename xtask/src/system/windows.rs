//! Windows.

use std::fs::{self, File};
use std::io;
use std::os::windows::fs::symlink_dir;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// The program that opens pages, where every machine has one.
pub const BROWSER: Option<&str> = Some("explorer");

/// Creates `place` as a link to the folder `to`: a junction, which everybody may create, or a symbolic
/// link where the file system has no junctions.
pub fn link_folder(to: &Path, place: &Path) -> io::Result<()> {
    match junction::create(to, place) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            // A junction that cannot be completed leaves an empty folder.
            let _ = fs::remove_dir(place);
            symlink_dir(to, place)
        }
        result => result,
    }
}

/// Removes a link, and not the folder that it leads to.
pub fn remove_link(place: &Path) -> io::Result<()> {
    fs::remove_dir(place)
}

/// Does nothing: a file is as readable as its folder.
#[allow(clippy::unnecessary_wraps, reason = "other systems can refuse it")]
pub fn make_readable(_file: &File) -> io::Result<()> {
    Ok(())
}

/// There is no limit of open files.
pub fn open_file_limit() -> Option<u64> {
    None
}

/// Runs `command` to its end. Ctrl-C reaches both this program and that one, which cleans up.
pub fn replace_with(mut command: Command) -> io::Result<ExitStatus> {
    command.status()
}
