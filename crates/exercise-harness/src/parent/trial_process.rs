//! The process of one trial, with its event stream, its output and its folder.
//!
//! The process has a process tree of its own, receives its request on standard input, and prints
//! to a pipe. Its event stream and its temporary files are in a scratch folder of the parent's.
//! However the trial ends, all processes that it has started are killed and the folder is removed.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use super::cleanup;
use super::event_reader::EventReader;
use super::output::Output;
use super::process_tree::{self, MARK_VARIABLE, ProcessTree, ProcessorWaits};
use crate::protocol::limits::Limits;
use crate::protocol::request::{RUN_ISOLATED, TrialFolders, TrialRequest};

/// A trial that prints more than this many bytes is ended. The soak of an exercise prints a tenth
/// of it at most; the memory that more output takes would be part of the measurement.
pub(super) const MAX_OUTPUT: u64 = 16_000_000;

/// The variables that name the folder for temporary files: on Unix, and on Windows.
const TEMPORARY_VARIABLES: [&str; 3] = ["TMPDIR", "TMP", "TEMP"];

/// How many bytes at the end of the output are kept.
const KEPT_OUTPUT: usize = 8 * 1024;

/// A started trial. Dropping it kills the process if it has not been [killed](Self::kill) before.
#[derive(Debug)]
pub(super) struct TrialProcess {
    pub(super) events: EventReader,
    pub(super) output: Output,
    child: Child,
    tree: ProcessTree,
    /// `None` once the process has been waited for: its id may then belong to another process.
    registration: Option<cleanup::Process>,
    folders: TrialFolders,
    scratch: cleanup::Folder,
}

impl TrialProcess {
    /// Starts a trial of the test binary `binary`, under `tool`: a program with its arguments, or
    /// nothing. `request` makes the request for a given scratch folder.
    pub(super) fn start(
        tool: &[OsString],
        binary: &Path,
        request: impl FnOnce(&Path) -> TrialRequest,
    ) -> anyhow::Result<Self> {
        let scratch = cleanup::Folder::new()?;
        let request = request(scratch.path());
        File::create(&request.events).and_then(|_| request.folders.create()).with_context(
            || format!("the trial's folder cannot be filled: {}", scratch.path().display()),
        )?;
        let events = EventReader::open(&request.events, &request.trial, request.seal)?;
        let (output, writer) =
            Output::capture(KEPT_OUTPUT).context("the trial's output cannot be read")?;
        let line = serde_json::to_string(&request)? + "\n";
        let binary = binary.as_os_str();
        let mut words =
            tool.iter().map(OsString::as_os_str).chain([binary, OsStr::new(RUN_ISOLATED)]);
        let mut command = Command::new(words.next().unwrap_or(binary));
        if request.limits != Limits::Usual {
            // A process that is out of memory cannot print a backtrace.
            command.env("RUST_BACKTRACE", "0");
        }
        command
            .args(words)
            .env(MARK_VARIABLE, scratch.path())
            .envs(TEMPORARY_VARIABLES.map(|name| (name, request.folders.temporary())))
            .stdin(Stdio::piped())
            .stdout(writer.try_clone()?)
            .stderr(writer);
        let (mut child, registration) = cleanup::Process::start_group(&mut command)
            .with_context(|| format!("the memory test cannot be started: {}", binary.display()))?;
        // Closes this process's copies of the pipe's writing end.
        drop(command);
        if let Some(input) = &mut child.stdin {
            // Fails if the process has already ended; its ending is found by the caller.
            let _ = input.write_all(line.as_bytes());
        }
        let (tree, folders) = (registration.tree().clone(), request.folders);
        let registration = Some(registration);
        Ok(Self { events, output, child, tree, registration, folders, scratch })
    }

    /// The process's standard input, positioned after the request.
    pub(super) fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Whether the process has ended. It remains in the system's table until it is killed.
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        self.tree.has_ended(&mut self.child)
    }

    /// The processor time that the process has used, where the system reports it.
    pub(super) fn processor_time(&self) -> Option<Duration> {
        self.tree.processor_time()
    }

    /// How long the process's threads have waited for a processor, where the system reports it.
    pub(super) fn processor_waits(&self) -> ProcessorWaits {
        self.tree.processor_waits()
    }

    /// Whether a signal has stopped the process, and none has continued it since.
    pub(super) fn is_stopped(&self) -> io::Result<bool> {
        self.tree.is_stopped()
    }

    /// Whether the process has printed too much.
    pub(super) fn is_flooding(&self) -> bool {
        self.output.bytes() > MAX_OUTPUT
    }

    /// The names of the programs that the ended process has left running.
    pub(super) fn left_running(&self) -> Vec<String> {
        self.tree.left_running(self.scratch.path())
    }

    /// The names of the files and folders that the ended process has left outside of the folder
    /// that it was given, in order.
    pub(super) fn left_files(&self) -> Vec<String> {
        let mut left: Vec<String> = [self.folders.temporary(), self.folders.working()]
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok())
            .flat_map(Iterator::flatten)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        left
    }

    /// Kills the process and all that it has started, and waits for it.
    pub(super) fn kill(&mut self) -> io::Result<ExitStatus> {
        // The process has not been waited for, so its id cannot belong to another one.
        self.tree.kill();
        process_tree::kill_marked(self.scratch.path());
        let status = self.child.wait();
        self.registration = None;
        status
    }
}

impl Drop for TrialProcess {
    fn drop(&mut self) {
        if self.registration.is_some() {
            // Nobody needs the result any more.
            let _ = self.kill();
        }
    }
}
