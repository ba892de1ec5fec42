//! What the runner asks of the system, one file for each.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use self::unix::{
    BROWSER, link_folder, make_readable, open_file_limit, remove_link, replace_with,
};
#[cfg(windows)]
pub use self::windows::{
    BROWSER, link_folder, make_readable, open_file_limit, remove_link, replace_with,
};
