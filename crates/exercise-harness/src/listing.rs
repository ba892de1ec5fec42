//! The names of a memory test's trials, as the test itself lists them.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::alone;
use crate::cleanup;
use crate::output::Output;
use crate::patience::Patience;
use crate::units;

/// How much of a list is read, from its end, in bytes.
const MOST: usize = 64 * 1024;
/// How often the parent looks for the list's end.
const LOOK: Duration = Duration::from_millis(2);

/// The names of the trials of the memory test `binary`, in its order.
///
/// # Errors
/// When the test cannot be run, does not end in time, or does not end well.
pub fn trials(binary: &Path) -> anyhow::Result<Vec<String>> {
    let patience = Patience::from_environment()?;
    let (output, printed) = Output::listen(MOST)?;
    let mut command = Command::new(binary);
    command.args(["--list", "--format", "terse"]).stdin(Stdio::null());
    command.stdout(printed.try_clone()?).stderr(printed);
    let (mut child, registered) = cleanup::Process::start_group(&mut command)
        .with_context(|| format!("the memory test cannot be started: {}", binary.display()))?;
    // It holds the writer of the pipe, whose end tells that the list is whole.
    drop(command);
    let (group, began) = (Pid::from_child(&child), Instant::now());
    let mut ended = alone::has_ended(group)?;
    while !ended && began.elapsed() < patience.silence {
        thread::sleep(LOOK);
        ended = alone::has_ended(group)?;
    }
    let _ = kill_process_group(group, Signal::KILL);
    let status = child.wait()?;
    drop(registered);
    let listed = output.end();
    let what = format!("the memory test {} does not list its trials", binary.display());
    anyhow::ensure!(
        ended,
        "{what}: it was ended after {}; look for a loop or a wait in its main.",
        units::span(began.elapsed())
    );
    anyhow::ensure!(status.success(), "{what}: it ended with {status}\n{listed}");
    let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}
