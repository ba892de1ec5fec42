//! A pointer that only wakes a task holds nothing, and a runtime holds its unfinished tasks, however old the
//! runtime is.

use std::future::{self, Future};
use std::hint::black_box;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use leak_meter::holders::{Hold, Holders, Step};
use leak_meter::{Snapshot, allocator, holders};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::{holder_of, is_held, is_on_stack};

type Value = [u64; 9];

#[inline(never)]
fn make(number: u64) -> Box<Value> {
    black_box(Box::new([number; 9]))
}

static WAITING: Mutex<Vec<Waker>> = Mutex::new(Vec::new());

/// A job for a custom executor.
struct Job {
    kept: Box<Value>,
}

impl Wake for Job {
    fn wake(self: Arc<Self>) {}
}

#[inline(never)]
fn job(number: u64) -> Arc<Job> {
    black_box(Arc::new(Job { kept: make(number) }))
}

#[inline(never)]
fn submit(jobs: &mut Vec<Arc<Job>>, number: u64) {
    let job = job(number);
    WAITING.lock().unwrap().push(Waker::from(Arc::clone(&job)));
    jobs.push(job);
}

pub fn registry_of_wakers() {
    let before = Snapshot::take();
    let mut jobs = Vec::new();
    for number in 0..1000 {
        submit(&mut jobs, number);
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::submit")]);
    is_on_stack(&finding.hold, "the_scene", None);
    assert!(jobs.iter().all(|job| job.kept.len() == 9));
}

#[inline(never)]
fn single() -> Runtime {
    black_box(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

#[inline(never)]
fn remember(kept: &mut Vec<Box<Value>>, number: u64) {
    kept.push(make(number));
}

#[cfg(unix)]
fn signal() -> tokio::signal::unix::Signal {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap()
}

#[cfg(windows)]
fn signal() -> tokio::signal::windows::CtrlBreak {
    tokio::signal::windows::ctrl_break().unwrap()
}

/// A server that ends on a signal, and keeps everything that it receives until then.
async fn serve(mut requests: mpsc::Receiver<u64>) -> usize {
    let mut kept = Vec::new();
    let mut end = signal();
    loop {
        tokio::select! {
            _ = end.recv() => return kept.len(),
            request = requests.recv() => match request {
                Some(number) => remember(&mut kept, number),
                None => return kept.len(),
            },
        }
    }
}

/// The signal points to the server in order to wake it.
pub fn server_that_a_signal_ends() {
    let (found, _runtime) = server_with_kept_requests();
    let steps = [
        ("vector", "::remember"),
        ("task of the tokio runtime", "::server_with_kept_requests"),
        ("task list of the tokio runtime", "::single"),
        ("memory of tokio", "::single"),
    ];
    let (finding, _) = holder_of(&found, "::make");
    let is = |(step, (what, function)): (&Step, &(&str, &str))| {
        step.what.starts_with(what) && step.function.ends_with(function)
    };
    assert_eq!(finding.steps.len(), steps.len(), "{found}");
    assert!(finding.steps.iter().zip(&steps).all(is), "{found}");
    is_on_stack(&finding.hold, "the_scene", None);
}

/// The same, for a server and a runtime without a call stack.
pub fn server_without_a_call_stack_that_a_signal_ends() {
    allocator::stop();
    let (found, _runtime) = server_with_kept_requests();
    let (finding, _) = holder_of(&found, "::make");
    assert_eq!(finding.hold, Hold::UnfinishedTask, "{found}");
    assert_eq!(finding.steps[0].what, "vector", "{found}");
    assert!(
        found.to_string().contains("by the tokio runtime: a task that has not ended"),
        "{found}"
    );
}

/// A server that has received a thousand requests, and the holders of these.
fn server_with_kept_requests() -> (Holders, Runtime) {
    let runtime = single();
    let (requests, received) = mpsc::channel(1);
    let server = runtime.spawn(serve(received));
    let mut number = 0;
    let mut request = || {
        runtime.block_on(requests.send(number)).unwrap();
        runtime.block_on(tokio::task::yield_now());
        number += 1;
    };
    (0..10).for_each(|_| request());
    let before = Snapshot::take();
    (0..1000).for_each(|_| request());
    let found = holders::since(&before);
    let (_, held) = holder_of(&found, "::make");
    assert!(held.blocks >= 990, "{found}");
    drop(requests);
    assert_eq!(runtime.block_on(server).unwrap(), 1010);
    (found, runtime)
}

#[inline(never)]
fn spawn(runtime: &Runtime, kept: Box<Value>) {
    drop(runtime.spawn(async move {
        future::pending::<()>().await;
        kept.len()
    }));
}

/// Tasks are recognised although their runtime, including its task list, has no call stack.
pub fn tasks_of_a_runtime_without_a_call_stack() {
    allocator::stop();
    let runtime = single();
    let before = Snapshot::take();
    for number in 0..1000 {
        spawn(&runtime, make(number));
    }
    runtime.block_on(tokio::task::yield_now());
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::make");
    assert_eq!(finding.hold, Hold::UnfinishedTask, "{found}");
    assert!(held.blocks >= 990, "{found}");
    assert_eq!(held.through[0].what, "task of the tokio runtime", "{found}");
    assert!(held.through[0].function.ends_with("::spawn"), "{found}");
    assert!(finding.retained_blocks >= 1990, "{found}");
}

/// A finished task is held by its `JoinHandle`, and not by the runtime.
pub fn results_that_nobody_takes() {
    let runtime = single();
    let before = Snapshot::take();
    let mut handles = Vec::new();
    for number in 0..1000 {
        keep(&mut handles, runtime.spawn(future::ready(make(number))));
    }
    while !handles.iter().all(tokio::task::JoinHandle::is_finished) {
        runtime.block_on(tokio::task::yield_now());
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::keep")]);
    is_on_stack(&finding.hold, "the_scene", None);
}

#[inline(never)]
fn keep<T>(handles: &mut Vec<T>, handle: T) {
    handles.push(handle);
}

static GATE: tokio::sync::Notify = tokio::sync::Notify::const_new();

#[inline(never)]
fn wait(kept: Box<Value>) -> Pin<Box<dyn Future<Output = usize>>> {
    black_box(Box::pin(async move {
        GATE.notified().await;
        kept.len()
    }))
}

/// Boxed futures into which a list of waiters points are owned by the vector that contains them.
pub fn list_of_waiters() {
    let before = Snapshot::take();
    let mut waiting: Vec<Pin<Box<dyn Future<Output = usize>>>> = Vec::new();
    for number in 0..1000 {
        let mut future = wait(make(number));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        keep(&mut waiting, future);
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::keep")]);
    is_on_stack(&finding.hold, "the_scene", None);
    drop(waiting);
}
