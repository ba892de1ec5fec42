//! Limits of the system that the process sets for itself.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::abort_above;
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

/// Imposes `limits` on this process. Reports a memory limit of its own on standard error.
pub(in crate::child) fn impose(limits: Limits) {
    // A trial that aborts must not leave a core file.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    let Some(bytes) = limits.memory else {
        limit_open_files(|limit| limit.current.map_or(OPEN_FILES, |now| now.min(OPEN_FILES)));
        limit_data(MEMORY);
        return;
    };
    limit_open_files(|limit| limit.maximum.unwrap_or(u64::MAX));
    if bytes == u64::MAX {
        return;
    }
    let limit = units::bytes(bytes as f64);
    if cfg!(target_os = "linux") && limit_data(bytes) {
        eprintln!("The system limits its data to {limit} (RLIMIT_DATA).");
    } else {
        eprintln!("The meter ends it above {limit} of live memory.");
        abort_above(bytes);
    }
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
/// an idle server reserves ten times what it uses.
fn limit_data(bytes: u64) -> bool {
    let bytes = getrlimit(Resource::Data).maximum.map_or(bytes, |most| most.min(bytes));
    setrlimit(Resource::Data, Rlimit { current: Some(bytes), maximum: Some(bytes) }).is_ok()
}
