//! Linux and macOS.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus};

use rustix::process::{Resource, getrlimit};

/// The program that opens pages, where every machine has one.
pub const BROWSER: Option<&str> = if cfg!(target_os = "macos") { Some("open") } else { None };

/// Creates `place` as a link to the folder `to`.
pub fn link_folder(to: &Path, place: &Path) -> io::Result<()> {
    symlink(to, place)
}

/// Removes a link, and not the folder that it leads to.
pub fn remove_link(place: &Path) -> io::Result<()> {
    fs::remove_file(place)
}

/// Lets everybody read `file`. Temporary files are private to their owner; source files are not.
pub fn make_readable(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o644))
}

/// The number of files that a program may have open; `None` if there is no limit.
pub fn open_file_limit() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// Replaces this program by `command`, so that Ctrl-C reaches only one process. Returns only if it
/// fails.
pub fn replace_with(mut command: Command) -> io::Result<ExitStatus> {
    Err(command.exec())
}
