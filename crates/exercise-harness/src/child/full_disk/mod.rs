//! A disk without space, for trials of what happens when a file cannot be written.
//!
//! - `unix`: a limit on the length of files.
//! - `windows`: has no such limit, so trials that need it are left out.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use self::unix::FullDisk;
#[cfg(windows)]
pub use self::windows::FullDisk;
