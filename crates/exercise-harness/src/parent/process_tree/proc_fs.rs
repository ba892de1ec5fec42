//! Reads Linux's table of processes, `/proc`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::Pid;

/// The status of a process, from `proc_pid_stat(5)`.
pub(super) struct Status {
    pub(super) name: String,
    /// The fields after the name. The state is the first.
    fields: Vec<String>,
}

impl Status {
    pub(super) fn read(id: Pid) -> Option<Self> {
        let line = fs::read(format!("/proc/{}/stat", id.as_raw_nonzero())).ok()?;
        Self::parse(&String::from_utf8_lossy(&line))
    }

    fn parse(line: &str) -> Option<Self> {
        // The name may contain spaces and parentheses.
        let (before, fields) = line.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        Some(Self { name, fields: fields.split_whitespace().map(str::to_owned).collect() })
    }

    pub(super) fn has_ended(&self) -> bool {
        self.fields.first().is_none_or(|state| state == "Z" || state == "X")
    }

    pub(super) fn group(&self) -> Option<Pid> {
        // It is -1 while the system removes the process from the table.
        parse_id(self.fields.get(2)?)
    }

    /// When it was started, in ticks since the system was.
    fn started(&self) -> u64 {
        self.fields.get(19).and_then(|ticks| ticks.parse().ok()).unwrap_or_default()
    }

    pub(super) fn processor_time(&self) -> Option<Duration> {
        let ticks = |at: usize| self.fields.get(at)?.parse::<u64>().ok();
        let ticks = ticks(11)? + ticks(12)?;
        let per_second = rustix::param::clock_ticks_per_second();
        Some(Duration::from_millis(ticks * 1000 / per_second.max(1)))
    }
}

/// The id of each thread of the process, and how long it has waited for a processor while it was ready to run. A thread
/// that ends meanwhile is left out. A kernel without the statistics of its scheduler (`CONFIG_SCHED_INFO`) has none.
pub(super) fn processor_waits(process: Pid) -> impl Iterator<Item = (u32, Duration)> {
    let threads = fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero()));
    threads.into_iter().flatten().flatten().filter_map(|thread| {
        let statistics = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        // The first field is the time on a processor, the third the number of times it was given one.
        let waited = statistics.split_whitespace().nth(1)?.parse().ok()?;
        let id = thread.file_name().to_str()?.parse().ok()?;
        Some((id, Duration::from_nanos(waited)))
    })
}

/// The ids of all processes.
pub(super) fn all_ids() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| parse_id(entry.file_name().to_str()?))
}

fn parse_id(text: &str) -> Option<Pid> {
    Pid::from_raw(text.parse().ok().filter(|id| *id > 0)?)
}

/// How often to read an environment that is empty or cut off, and the time between two tries. While a process becomes
/// another program, it has no environment, or a reader loses it halfway.
const READS: usize = 100;
const READ_INTERVAL: Duration = Duration::from_millis(1);

/// Whether the process with this `status` was started with `variable` set to `value`, if it is no older than the
/// process with the status `oldest`. The environment of another user's process cannot be read.
pub(super) fn has_variable(
    (id, status): (Pid, &Status),
    oldest: &Status,
    variable: &str,
    value: &Path,
) -> bool {
    if status.started() < oldest.started() {
        return false;
    }
    let wanted = [variable.as_bytes(), b"=", value.as_os_str().as_bytes()].concat();
    for _ in 0..READS {
        match fs::read(format!("/proc/{}/environ", id.as_raw_nonzero())) {
            Ok(part) if part.last() != Some(&0) => thread::sleep(READ_INTERVAL),
            Ok(all) => return all.split(|byte| *byte == 0).any(|one| one == wanted),
            Err(_) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_being_removed_from_the_table_has_no_group() {
        let status = |group: &str| Status::parse(&format!("42 (a) b) S 1 {group} 7")).unwrap();
        assert_eq!(status("41").group(), Pid::from_raw(41));
        assert_eq!(status("-1").group(), None);
        assert_eq!(status("0").group(), None);
        assert_eq!((status("41").name, status("41").has_ended()), ("a) b".to_owned(), false));
    }
}
