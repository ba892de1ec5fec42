//! Ctrl-C at any moment ends every process, and leaves no file behind.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::toy::{STEADY, Toy};
use crate::support::traces::Traces;
use rustix::process::{Pid, Signal, kill_process};

const HANGING: &str = "loop { std::thread::sleep(std::time::Duration::from_secs(60)) }";
/// Starts processes that leave its group, its session and their parent, and hangs.
const LITTERING: &str = r#"
    for script in ["exec sleep 601", "setsid sleep 602 & exit"] {
        let mut command = std::process::Command::new("sh");
        drop(command.args(["-c", script]).spawn().unwrap());
    }
    loop { std::fs::write(context.folder().join("growing"), "text").unwrap() }"#;
const BUILD_SCRIPT: &str =
    "fn main() { loop { std::thread::sleep(std::time::Duration::from_secs(60)) } }";

/// In place of the page's program: has a temporary file while it records.
const RECORDING: &str = "fn main() {
    std::fs::write(std::env::temp_dir().join(\"reading\"), \"1\").unwrap();
    std::thread::sleep(std::time::Duration::from_secs(60));
}
";

/// Runs `arguments` until each of `words` occurs in the command line of one of its processes, then
/// sends `signal`.
#[track_caller]
fn interrupt(toy: &Toy, arguments: &[&str], words: &[&str], signal: Signal) {
    let traces = Traces::new();
    interrupt_command(&traces, &mut toy.command(arguments), words, signal);
    traces.are_gone();
}

/// As [`interrupt`]. What it leaves behind is in `traces`.
#[track_caller]
fn interrupt_command(traces: &Traces, command: &mut Command, words: &[&str], signal: Signal) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = traces.mark(command).spawn().unwrap();
    let began = Instant::now();
    loop {
        let processes = traces.processes();
        if words.iter().all(|words| processes.iter().any(|process| process.contains(words))) {
            break;
        }
        assert_eq!(child.try_wait().unwrap(), None, "it ended before {words:?} ran");
        assert!(began.elapsed() < Duration::from_secs(240), "{words:?} do not run: {processes:?}");
        thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn while_it_builds() {
    let toy = Toy::new("workshop-that-builds").with(1, "toy-building", STEADY);
    toy.write("exercises/toy-building/build.rs", BUILD_SCRIPT);
    interrupt(&toy, &["run"], &["build-script-build"], Signal::INT);
}

#[test]
fn while_the_trials_are_listed() {
    let toy = Toy::new("workshop-that-lists").with(1, "toy-listing", STEADY).replacing(
        "exercises/toy-listing/tests/memory.rs",
        "ExitCode {\n",
        "ExitCode {\n    if true { loop { std::thread::park() } }\n",
    );
    interrupt(&toy, &["test", "toy-listing"], &["--list"], Signal::INT);
}

#[test]
fn while_a_growth_trial_hangs() {
    let toy = Toy::new("workshop-that-measures").with(1, "toy-measuring", HANGING);
    interrupt(&toy, &["run"], &["run-alone"], Signal::INT);
    interrupt(&toy, &["run"], &["run-alone"], Signal::TERM);
}

#[test]
fn while_a_behaviour_hangs() {
    let toy = Toy::new("workshop-that-behaves").with(1, "toy-behaving", STEADY).replacing(
        "exercises/toy-behaving/tests/memory.rs",
        "|_| {})",
        &format!("|_| {HANGING})"),
    );
    interrupt(&toy, &["test", "toy-behaving"], &["run-alone"], Signal::INT);
}

#[test]
fn while_a_trial_has_started_processes_and_written_files() {
    let toy = Toy::new("workshop-that-litters").with(1, "toy-interrupted", LITTERING);
    interrupt(&toy, &["run"], &["sleep 601", "sleep 602"], Signal::INT);
}

#[test]
fn while_a_run_is_recorded() {
    let toy = Toy::new("workshop-that-records").with(1, "toy-recorded", STEADY).replacing(
        "Cargo.toml",
        "\"solutions/*\"",
        "\"solutions/*\", \"demo\"",
    );
    toy.write("demo/Cargo.toml", "[package]\nname = \"demo\"\nedition = \"2024\"\n");
    toy.write("demo/src/main.rs", RECORDING);
    let traces = Traces::new();
    let home = traces.folder().join("home");
    let mut command = toy.command(&["doctor", "--seconds", "1"]);
    command.env("XDG_DATA_HOME", &home);
    interrupt_command(&traces, &mut command, &["--unattended"], Signal::TERM);
    let recordings = home.join("leak-lab/recordings");
    assert_eq!(fs::read_dir(recordings).unwrap().count(), 0, "its folder is left");
    fs::remove_dir_all(home).unwrap();
    traces.are_gone();
}

/// At different times after its start: it runs cargo, builds, measures.
#[test]
fn at_arbitrary_moments() {
    let toy = Toy::new("workshop-at-any-moment").with(1, "toy-any-moment", LITTERING);
    // Built already, so that it gets to measure.
    toy.run(&["run", "--version", "solution"]).ends_with(0);
    for milliseconds in [0, 3, 10, 30, 60, 100, 200, 400, 800, 1500] {
        let traces = Traces::new();
        let mut command = toy.command(&["run"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = traces.mark(&mut command).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        // Not Ctrl-C, which a background job of a shell ignores until the runner handles it.
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        // Before it handles signals, a signal ends it like any program.
        let code = child.wait().unwrap().code();
        assert!([None, Some(130)].contains(&code), "after {milliseconds} ms: {code:?}");
        traces.are_gone();
    }
}
