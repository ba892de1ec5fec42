//! A limit on the length of files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// The signal that a process receives when it writes beyond its limit. Its default action ends the
/// process. The number is the same on Linux and macOS.
const SIGXFSZ: i32 = 25;

/// A limit on the length of the files of this process: to write beyond it is an error, as on a full
/// disk. Dropping it lifts the limit.
#[derive(Debug)]
pub struct FullDisk {
    before: Rlimit,
}

impl FullDisk {
    /// Whether this system has such a limit.
    pub const IS_AVAILABLE: bool = true;

    /// Lets no file become longer than `bytes`, until the returned value is dropped. Files include
    /// redirected output and the trial's own events, so that `bytes` must leave room for these.
    ///
    /// # Panics
    /// When the system refuses.
    pub fn beyond(bytes: u64) -> Self {
        ignore_signal().expect("the signal of the limit can be handled");
        let before = getrlimit(Resource::Fsize);
        let limited = Rlimit { current: Some(bytes), ..before };
        setrlimit(Resource::Fsize, limited).expect("the soft limit can be lowered");
        Self { before }
    }
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        // Raising the soft limit up to the hard limit is never refused.
        let _ = setrlimit(Resource::Fsize, self.before);
    }
}

/// Replaces the signal's default action. The handler stays when its runtime has ended.
fn ignore_signal() -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let _guard = runtime.enter();
    signal(SignalKind::from_raw(SIGXFSZ)).map(drop)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    const LIMIT: usize = 4 * 1024 * 1024;

    #[test]
    fn a_file_beyond_the_limit_is_an_error_until_the_limit_is_lifted() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let full = FullDisk::beyond(LIMIT as u64);
        let refused = file.write_all(&vec![7; LIMIT + 1]);
        assert!(refused.is_err(), "the disk is full");
        drop(full);
        file.write_all(&[7]).unwrap();
        let length = fs::metadata(file.path()).unwrap().len();
        assert_eq!(length, LIMIT as u64 + 1);
    }
}
