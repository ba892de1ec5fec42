//! A version's process that is stopped by a signal, as by a facilitator's terminal.

use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use serde_json::Value;

use crate::shown::{LEAKY, Shown, last, number};

/// The process of the leaky version.
fn leaky_process(shown: &Shown) -> Pid {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,args="]).output().unwrap();
    let program = shown.folder.path().join(LEAKY).display().to_string();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let line = listed.lines().find(|line| line.contains(&program)).expect("it runs");
    let id = line.split_whitespace().next().and_then(|id| id.parse().ok());
    id.and_then(Pid::from_raw).expect("an id")
}

pub fn stopped_process() {
    let shown = Shown::start(|_, _| {});
    let load = |now: &Value| number(now, 0, "operations") > 50.0;
    let leaky = |now: &Value, state: &str| last(now)["frame"]["versions"][0]["state"] == state;
    let tells = |now: &Value, start: &str| {
        let notes = now["notes"].as_array().unwrap();
        notes.iter().any(|note| note["text"].as_str().unwrap().starts_with(start))
    };
    shown.until("the load", load);
    let process = leaky_process(&shown);
    kill_process(process, Signal::STOP).unwrap();
    let stopped = shown.until("its stop", |now| leaky(now, "stopped"));
    let worked = number(&stopped, 0, "operations");
    kill_process(process, Signal::CONT).unwrap();
    let again = shown.until("more work", |now| number(now, 0, "operations") > worked + 50.0);
    assert!(tells(&again, "continues after "), "{:#}", last(&again));

    kill_process(process, Signal::STOP).unwrap();
    shown.until("its second stop", |now| leaky(now, "stopped"));
    kill_process(process, Signal::KILL).unwrap();
    let fresh = shown.until("a new process", |now| {
        tells(now, "restarted: it had stood still for ") && leaky(now, "working") && load(now)
    });
    assert_eq!(fresh["status"]["trouble"], Value::Null);

    // Without a stop, an ended process is a failure.
    kill_process(leaky_process(&shown), Signal::KILL).unwrap();
    shown.until("the failure", |now| now["status"]["trouble"].is_string());
}
