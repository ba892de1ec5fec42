//! How many open files and threads a process may have.

use std::fs;

use rustix::process::{Resource, getrlimit};

/// Each thread takes one mapping for its stack and one for the guard page below it.
const MAPPINGS_OF_A_THREAD: u64 = 2;
/// A reading counts as having reached a limit within a hundredth of it, or within eight.
const CLOSE: u64 = 100;
const CLOSE_AT_LEAST: u64 = 8;

/// A limit that the system sets for this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// The limit itself.
    pub(crate) most: u64,
    /// How much of it the meter uses for itself, which is not included in any reading.
    pub(crate) own: u64,
}

impl Limit {
    /// How much of it is available to the program.
    pub(crate) fn usable(self) -> u64 {
        self.most.saturating_sub(self.own)
    }

    /// Whether a reading is so close to the limit that the program could hardly get more.
    pub(crate) fn is_reached(self, reading: u64) -> bool {
        reading >= self.usable().saturating_sub((self.most / CLOSE).max(CLOSE_AT_LEAST))
    }
}

/// The maximum number of open descriptors in this process. `None` without a limit.
pub fn most_open_files() -> Option<u64> {
    getrlimit(Resource::Nofile).current
}

/// The maximum number of threads in this process: the lowest limit that the system reports for the user, the
/// control group, the machine and the process's mappings. `None` if it reports none.
pub fn most_threads() -> Option<u64> {
    let mappings = number_in("/proc/sys/vm/max_map_count");
    [
        getrlimit(Resource::Nproc).current,
        number_in("/proc/sys/kernel/threads-max"),
        mappings.map(|mappings| mappings / MAPPINGS_OF_A_THREAD),
        most_of_control_group(),
    ]
    .into_iter()
    .flatten()
    .min()
}

/// The limit of the control group (version 2) that contains the process.
fn most_of_control_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    number_in(&format!("/sys/fs/cgroup/{group}/pids.max"))
}

fn number_in(file: &str) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_limits_allow_the_current_usage() {
        let open = crate::probe::OpenFilesProbe::new().unwrap().count().unwrap();
        assert!(most_open_files().is_none_or(|most| most >= open));
        let threads = crate::probe::ThreadsProbe::new().unwrap().count().unwrap();
        assert!(most_threads().expect("Linux states a limit") >= threads);
    }
}
