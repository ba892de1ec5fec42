//! Ctrl-C at any moment ends all that was started, and leaves no file behind.

use std::process::Stdio;
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

/// Runs `arguments` until each of `words` stands in the command line of a process of the run, and
/// interrupts it by `signal`.
#[track_caller]
fn interrupt(toy: &Toy, arguments: &[&str], words: &[&str], signal: Signal) {
    let traces = Traces::new();
    let mut command = toy.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = traces.mark(&mut command).spawn().unwrap();
    let began = Instant::now();
    loop {
        let processes = traces.processes();
        if words.iter().all(|words| processes.iter().any(|process| process.contains(words))) {
            break;
        }
        assert_eq!(child.try_wait().unwrap(), None, "it ended before {words:?} were there");
        assert!(began.elapsed() < Duration::from_secs(240), "{words:?} never come: {processes:?}");
        thread::sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    traces.are_gone();
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
fn while_it_measures_what_hangs() {
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
fn while_it_has_processes_and_files_of_its_own() {
    let toy = Toy::new("workshop-that-litters").with(1, "toy-interrupted", LITTERING);
    interrupt(&toy, &["run"], &["sleep 601", "sleep 602"], Signal::INT);
}

/// At whatever moment it is, seen from its start: it asks cargo, builds, measures.
#[test]
fn at_moments_that_nothing_tells() {
    let toy = Toy::new("workshop-at-any-moment").with(1, "toy-any-moment", LITTERING);
    // Built already, so that it comes to measure.
    toy.run(&["run", "--version", "solution"]).ends_with(0);
    for milliseconds in [0, 3, 10, 30, 60, 100, 200, 400, 800, 1500] {
        let traces = Traces::new();
        let mut command = toy.command(&["run"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = traces.mark(&mut command).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        // Before it listens to signals, one ends it as any program.
        let code = child.wait().unwrap().code();
        assert!([None, Some(130)].contains(&code), "after {milliseconds} ms: {code:?}");
        traces.are_gone();
    }
}
