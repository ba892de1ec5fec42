//! What a trial's process may use of the system.

use std::thread;
use std::time::Duration;

use leak_meter::HeapCounts;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use crate::units;

/// The lowest limit of open files that a supported system gives a program. Trials run under it, so
/// that what works here works there, and a leak of descriptors ends soon.
pub const OPEN_FILES: u64 = 256;

/// The memory for data, in bytes, that a trial may have where the system can limit it (on Linux):
/// five times the 200 MB that an exercise may leak in its longest run. What allocates without an
/// end is refused more before the machine suffers.
pub const MEMORY: u64 = 1_000_000_000;

/// How often the meter is asked where the system does not limit memory.
const LOOK: Duration = Duration::from_millis(10);

/// What the standard library says of an allocation that is refused, before it aborts.
const REFUSED: &str = "memory allocation of ";
/// What is said where the meter ends a process.
const REACHED: &str = "the limit of live memory is reached";

/// Whether a process that printed this was aborted for want of memory.
pub(crate) fn was_out_of_memory(output: &str) -> bool {
    [REFUSED, REACHED].iter().any(|words| output.contains(words))
}

/// What a process may use.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Memory for data, in bytes; `None` for [`MEMORY`], the highest number for as much as there is.
    /// A process that is given a limit of its own is meant to meet it, and may have as many open
    /// files as the system lets it, so that they do not end it first.
    pub memory: Option<u64>,
}

impl Limits {
    /// Imposes the limits on this process. Says on standard error how memory is limited, if to
    /// another amount than every trial's.
    pub(crate) fn impose(self) {
        // A trial that aborts leaves no image of its memory behind.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        let Some(bytes) = self.memory else {
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
            eprintln!("The system refuses it more than {limit} of data (RLIMIT_DATA).");
        } else {
            eprintln!("The meter ends it beyond {limit} of live memory.");
            thread::spawn(move || end_beyond(bytes));
        }
    }
}

/// Lowering or raising the soft limit up to the hard one is never refused.
fn limit_open_files(choose: impl Fn(&Rlimit) -> u64) {
    let limit = getrlimit(Resource::Nofile);
    let current = Some(choose(&limit));
    let _ = setrlimit(Resource::Nofile, Rlimit { current, ..limit });
}

/// The limit of private writable memory, whether it comes from the heap or from a mapping. Not that
/// of the address space: an idle server reserves ten times what it uses.
fn limit_data(bytes: u64) -> bool {
    let bytes = getrlimit(Resource::Data).maximum.map_or(bytes, |most| most.min(bytes));
    setrlimit(Resource::Data, Rlimit { current: Some(bytes), maximum: Some(bytes) }).is_ok()
}

/// The address space of a trial that goes on for hours, in bytes. What watches it ends it far below;
/// this holds for what takes all at once. The meter's tables, too, reserve address space.
const ADDRESS_SPACE: u64 = 6 << 30;
/// The longest file that it may write, in bytes: also of what it prints.
const LONGEST_FILE: u64 = 1 << 30;

pub(crate) fn limit_appetite() {
    for (resource, most) in [(Resource::As, ADDRESS_SPACE), (Resource::Fsize, LONGEST_FILE)] {
        let limit = getrlimit(resource);
        let current = limit.current.map_or(most, |current| current.min(most));
        // Lowering the soft limit is never refused; where it means nothing, nothing is lost.
        let _ = setrlimit(resource, Rlimit { current: Some(current), ..limit });
    }
}

/// Ends this process as a failed allocation does, once more than `bytes` are live.
fn end_beyond(bytes: u64) {
    loop {
        if HeapCounts::now().live_bytes() > bytes {
            eprintln!("{REACHED}");
            std::process::abort();
        }
        thread::sleep(LOOK);
    }
}
