//! The limits of a process on Unix systems.

use std::fs;

use rustix::process::{Resource, getrlimit};

/// Descriptors reserved for the meter: for subfolders of the temporary folder, and, when the process has run
/// out of descriptors, for the files from which call sites and holders are named.
pub(crate) const RESERVED: usize = 8;
/// The file that the reserved descriptors have open.
pub(crate) const SPARE: &str = "/dev/null";

/// Each thread takes one mapping for its stack and one for the guard page below it.
const MAPPINGS_OF_A_THREAD: u64 = 2;

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
