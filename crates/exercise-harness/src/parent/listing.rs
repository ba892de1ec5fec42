//! Asks a memory test for the names of its trials.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::cleanup;
use super::output::Output;
use super::timeouts::Timeouts;
use crate::units;

/// How many bytes of a list are read, from its end.
const MAX_LIST: usize = 64 * 1024;
/// The interval at which the parent checks whether the list is complete.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// The names of the trials of the memory test `binary`, in its order.
///
/// # Errors
/// When the test cannot be run, times out, or exits with a failure.
pub fn trial_names(binary: &Path) -> anyhow::Result<Vec<String>> {
    let timeouts = Timeouts::from_environment()?;
    let (output, writer) = Output::capture(MAX_LIST)?;
    let mut command = Command::new(binary);
    command.args(["--list", "--format", "terse"]).stdin(Stdio::null());
    command.stdout(writer.try_clone()?).stderr(writer);
    let (mut child, registration) = cleanup::Process::start_group(&mut command)
        .with_context(|| format!("the memory test cannot be started: {}", binary.display()))?;
    // Closes this process's copies of the pipe's writing end.
    drop(command);
    let (tree, start) = (registration.tree(), Instant::now());
    let mut has_ended = tree.has_ended(&mut child)?;
    while !has_ended && start.elapsed() < timeouts.silence {
        thread::sleep(POLL_INTERVAL);
        has_ended = tree.has_ended(&mut child)?;
    }
    tree.kill();
    let status = child.wait()?;
    drop(registration);
    let list = output.tail();
    let failure = format!("the memory test {} does not list its trials", binary.display());
    anyhow::ensure!(
        has_ended,
        "{failure}: it was ended after {}; look for a loop or a wait in its main.",
        units::span(start.elapsed())
    );
    anyhow::ensure!(status.success(), "{failure}: it ended with {status}\n{list}");
    let names = list.lines().filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}
