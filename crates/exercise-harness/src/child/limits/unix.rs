//! Limits of the system that the process sets for itself.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{lift_live_memory, limit_live_memory};
use crate::protocol::limits::{Limits, MEMORY, OPEN_FILES};
use crate::units;

/// The address space of a paced trial, in bytes. Its parent ends it far below this; the limit only
/// stops a single huge allocation. The meter's tables reserve address space as well.
const ADDRESS_SPACE: u64 = 6 << 30;
/// The longest file that a paced trial may write, in bytes, including redirected output.
const LONGEST_FILE: u64 = 1 << 30;

/// Ends this process when its parent ends, where the system offers that.
pub fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // If the system refuses, a parent that is still running ends this process itself.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// Imposes `limits` on this process, except spare memory, which [`impose_spare`] limits.
pub(in crate::child) fn impose(limits: Limits) {
    // A trial that aborts must not leave a core file.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    if limits == Limits::Usual {
        limit_open_files(|limit| limit.current.map_or(OPEN_FILES, |now| now.min(OPEN_FILES)));
        limit_data(MEMORY, true);
    } else {
        limit_open_files(|limit| limit.maximum.unwrap_or(u64::MAX));
    }
}

/// Limits memory for data to `spare` bytes more than now, and reports it on standard error.
pub(in crate::child) fn impose_spare(spare: u64) {
    let bytes = data().map(|now| now.saturating_add(spare));
    match bytes.filter(|bytes| limit_data(*bytes, false)) {
        Some(bytes) => {
            let limit = units::bytes(bytes as f64);
            eprintln!("The system limits its data to {limit} (RLIMIT_DATA).");
        }
        None => limit_live_memory(spare),
    }
}

/// Lifts the limit of [`impose_spare`].
pub(in crate::child) fn lift_spare() {
    lift_live_memory();
    let most = getrlimit(Resource::Data).maximum;
    let _ = setrlimit(Resource::Data, Rlimit { current: most, maximum: most });
}

/// The memory that counts towards `RLIMIT_DATA`, in bytes. `None` where the system does not tell.
fn data() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmData:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Further limits for a paced trial, which may run for hours.
pub(in crate::child) fn impose_paced() {
    for (resource, most) in [(Resource::As, ADDRESS_SPACE), (Resource::Fsize, LONGEST_FILE)] {
        let limit = getrlimit(resource);
        let current = limit.current.map_or(most, |current| current.min(most));
        // Lowering the soft limit is never refused; some systems ignore it.
        let _ = setrlimit(resource, Rlimit { current: Some(current), ..limit });
    }
}

/// Sets the soft limit, which is never refused up to the hard limit.
fn limit_open_files(choose: impl Fn(&Rlimit) -> u64) {
    let limit = getrlimit(Resource::Nofile);
    let current = Some(choose(&limit));
    let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
}

/// Limits private writable memory, on the heap and in mappings. The address space is no substitute:
/// an idle server reserves ten times what it uses. `lasting` is whether the limit cannot be lifted.
fn limit_data(bytes: u64, lasting: bool) -> bool {
    let most = getrlimit(Resource::Data).maximum;
    let current = Some(most.map_or(bytes, |most| most.min(bytes)));
    let maximum = if lasting { current } else { most };
    setrlimit(Resource::Data, Rlimit { current, maximum }).is_ok()
}
