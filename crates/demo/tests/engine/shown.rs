//! A running engine that shows a toy exercise.

use std::env;
use std::fs;
#[cfg(windows)]
use std::fs::copy as link;
#[cfg(unix)]
use std::os::unix::fs::symlink as link;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use demo::engine::{Course, Engine};
use demo::hub::Hub;
use demo::message::Command as Ask;
use demo::request::{Answer, Question, Request};
use exercise_harness::Exercise;
use exercise_harness::plan::{Plan, Planned, PlannedVersion, Role};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub const METADATA: &str = r#"
order = 1
title = "A toy"
service = "toys"
summary = "A toy that leaks under a certain name"
difficulty = "Easy"
minutes = 10
operations_per_round = 400
requests_per_second = 10.0
leak = { resources = ["live_bytes"], file = "src/lib.rs", function = "work" }
fix = { files = ["src/lib.rs"] }
"#;

/// The program name that makes it leak.
pub const LEAKY: &str = "leaky";
const SOON: Duration = Duration::from_secs(60);

/// A running engine, and the folder with its files.
pub struct Shown {
    pub hub: Arc<Hub>,
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
    pub folder: TempDir,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.requests = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn plan(folder: &Path, leaky: Option<PathBuf>) -> Plan {
    let version =
        |role, binary| PlannedVersion { role, folder: folder.to_owned(), binary, trouble: None };
    Plan {
        root: folder.to_owned(),
        exercises: vec![Planned {
            versions: vec![
                version(Role::Shipped, leaky),
                version(Role::Solution, env::current_exe().ok()),
            ],
            ..Planned::new("toy", &Exercise::parse(METADATA).unwrap())
        }],
        first: 0,
        recordings: vec![folder.join("recordings")],
    }
}

impl Shown {
    pub fn start(change: impl FnOnce(&mut Course, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let leaky = folder.path().join(LEAKY).with_extension(env::consts::EXE_EXTENSION);
        link(env::current_exe().unwrap(), &leaky).unwrap();
        fs::create_dir(folder.path().join("recordings")).unwrap();
        let mut course =
            Course { plan: plan(folder.path(), Some(leaky)), record: None, replay: None };
        change(&mut course, folder.path());
        let hub = Arc::new(Hub::new());
        let engine = Engine::new(course, Arc::clone(&hub)).unwrap();
        let (requests, received) = mpsc::channel();
        let thread = Some(thread::spawn(move || engine.run(&received)));
        Self { hub, requests: Some(requests), thread, folder }
    }

    pub fn ask(&self, command: Ask) {
        self.requests.as_ref().unwrap().send(command.into()).unwrap();
    }

    /// What a version has leaked so far.
    pub fn leaks(&self, version: Option<Role>) -> Answer {
        let (answer, answered) = oneshot::channel();
        let question = Question { version, answer };
        self.requests.as_ref().unwrap().send(Request::Leaks(question)).unwrap();
        answered.blocking_recv().unwrap_or_else(|_| Err("it has ended".to_owned()))
    }

    pub fn now(&self) -> Value {
        serde_json::from_str(&self.hub.watch().0).unwrap()
    }

    /// Waits until the state meets a condition.
    pub fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let now = self.now();
            if wanted(&now) {
                return now;
            }
            assert!(began.elapsed() < SOON, "{what}: not within {SOON:?}: {:#}", last(&now));
            thread::sleep(Duration::from_millis(50));
        }
    }
}

pub fn last(now: &Value) -> Value {
    let frame = now["frames"].as_array().and_then(|frames| frames.last()).cloned();
    serde_json::json!({ "frame": frame, "status": now["status"], "notes": now["notes"] })
}

/// A field of a version in the last reading.
pub fn number(now: &Value, version: usize, field: &str) -> f64 {
    last(now)["frame"]["versions"][version][field].as_f64().unwrap_or(0.0)
}

pub fn happened(now: &Value, what: &str) -> Option<String> {
    let notes = now["notes"].as_array()?;
    let note = notes.iter().find(|note| note["what"] == what)?;
    Some(note["text"].as_str()?.to_owned())
}
