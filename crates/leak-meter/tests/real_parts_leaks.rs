//! Leaks in code that uses the crates of real services: each is Growing, and its first finding is in
//! the function that retains the memory. This is one test, because a soak counts everything that its
//! process allocates.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::sync::Arc;
use std::thread;

use crossbeam_epoch as epoch;
use indexmap::{IndexMap, IndexSet};
use leak_meter::{Allocator, Operation, Report, Resource, Soak, Verdict};
use lru::LruCache;
use parking_lot::Mutex;
use slotmap::{DefaultKey, SlotMap};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// A leak: its name, the function that must be the first finding, and its soak.
type Leak = (&'static str, &'static str, fn() -> Report);

#[test]
fn each_leak_is_found_at_its_function() {
    let leaks: [Leak; 9] = [
        ("sessions that vanish are not removed", "Sessions::connect", sessions_that_vanish),
        ("a job and its channel hold each other", "subscribe", a_cycle_of_job_and_channel),
        ("a task waits for what it holds itself", "start_heartbeat", a_task_that_stays),
        ("a channel that nobody reads", "publish", a_channel_that_nobody_reads),
        ("requests that time out stay registered", "Pending::register", requests_that_time_out),
        ("an interner that only grows", "Interner::intern", an_interner_that_only_grows),
        ("a guard that stays keeps all garbage", "replace", a_guard_that_stays),
        ("a cache without a limit", "Pages::load", a_cache_without_a_limit),
        ("handles forgotten on an early return", "Upload::begin", handles_that_are_forgotten),
    ];
    let missed: Vec<String> = leaks
        .into_iter()
        .filter_map(|(name, function, soak)| {
            let report = soak();
            let first = report.sites.first();
            let found = report.verdict == Verdict::Growing
                && first.is_some_and(|site| {
                    site.verdict == Verdict::Growing && site.function.ends_with(function)
                });
            (!found).then(|| format!("MISSED {name}: not {function}\n{report}"))
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(60)
}

/// The second clean-up path is missing: one session in ten vanishes without notice.
fn sessions_that_vanish() -> Report {
    struct Sessions(IndexMap<u64, Box<[u8]>>);
    impl Sessions {
        #[inline(never)]
        fn connect(&mut self, id: u64) {
            self.0.insert(id, vec![0; 64].into_boxed_slice());
        }
    }
    let mut sessions = Sessions(IndexMap::new());
    soak().run(|operation| {
        sessions.connect(operation.number());
        if !operation.number().is_multiple_of(10) {
            sessions.0.swap_remove(&operation.number());
        }
    })
}

#[derive(Default)]
struct Channel {
    jobs: Mutex<Vec<Arc<Job>>>,
}

struct Job {
    _source: Arc<Channel>,
    _body: [u64; 16],
}

#[inline(never)]
fn subscribe(channel: &Arc<Channel>) {
    let job = Job { _source: Arc::clone(channel), _body: [0; 16] };
    channel.jobs.lock().push(Arc::new(job));
}

/// Dropping the last outside owner frees neither of them.
fn a_cycle_of_job_and_channel() -> Report {
    soak().run(|_| subscribe(&Arc::new(Channel::default())))
}

#[inline(never)]
fn start_heartbeat(runtime: &runtime::Runtime) -> watch::Sender<u64> {
    let (sender, mut receiver) = watch::channel(0_u64);
    let own = sender.clone();
    runtime.spawn(async move {
        while receiver.changed().await.is_ok() {
            if *receiver.borrow() > 1_000_000 {
                let _ = own.send(0);
            }
        }
    });
    sender
}

/// Each task ends when all senders are gone, but holds one itself.
fn a_task_that_stays() -> Report {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let metrics = runtime.metrics();
    let report = soak().tasks(move || metrics.num_alive_tasks() as u64).run(|operation| {
        let session = start_heartbeat(&runtime);
        let _ = session.send(operation.number());
        drop(session);
        runtime.block_on(tokio::task::yield_now());
    });
    let tasks = report.growth_of(Resource::Tasks).map(|growth| growth.verdict);
    assert_eq!(tasks, Some(Verdict::Growing), "{report}");
    report
}

#[inline(never)]
fn publish(topic: &mpsc::UnboundedSender<String>, operation: Operation) {
    let _ = topic.send(format!("update {}", operation.number()));
}

fn a_channel_that_nobody_reads() -> Report {
    let (topic, _receiver) = mpsc::unbounded_channel();
    soak().run(|operation| publish(&topic, operation))
}

/// An answer removes its request; an abandoned request stays.
fn requests_that_time_out() -> Report {
    struct Pending(SlotMap<DefaultKey, oneshot::Sender<u64>>);
    impl Pending {
        #[inline(never)]
        fn register(&mut self) -> (DefaultKey, oneshot::Receiver<u64>) {
            let (sender, receiver) = oneshot::channel();
            (self.0.insert(sender), receiver)
        }
    }
    let mut pending = Pending(SlotMap::new());
    soak().run(|operation| {
        let (key, receiver) = pending.register();
        let answered = !operation.number().is_multiple_of(7);
        if answered && let Some(sender) = pending.0.remove(key) {
            let _ = sender.send(operation.number());
        }
        drop(receiver);
    })
}

fn an_interner_that_only_grows() -> Report {
    struct Interner(IndexSet<String>);
    impl Interner {
        #[inline(never)]
        fn intern(&mut self, name: &str) -> usize {
            match self.0.get_index_of(name) {
                Some(known) => known,
                None => self.0.insert_full(name.to_owned()).0,
            }
        }
    }
    let mut interner = Interner(IndexSet::new());
    soak().run(|operation| {
        interner.intern("GET /tasks");
        interner.intern(&format!("GET /tasks/{}", operation.number() / 2));
    })
}

#[inline(never)]
fn replace(current: &Mutex<Box<[u64; 8]>>, operation: Operation) {
    let old = std::mem::replace(&mut *current.lock(), Box::new([operation.number(); 8]));
    epoch::pin().defer(move || drop(old));
}

/// Deferred reclamation never happens, because a reader has been pinned since the beginning.
fn a_guard_that_stays() -> Report {
    let (pinned, is_pinned) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let reader = thread::spawn(move || {
        let guard = epoch::pin();
        pinned.send(()).unwrap();
        let _ = ended.recv();
        drop(guard);
    });
    is_pinned.recv().unwrap();
    let current = Mutex::new(Box::new([0; 8]));
    let report = soak().run(|operation| replace(&current, operation));
    drop(end);
    reader.join().unwrap();
    report
}

/// The configured capacity only reserves memory; `unbounded` never evicts.
fn a_cache_without_a_limit() -> Report {
    struct Pages(LruCache<u64, String>);
    impl Pages {
        #[inline(never)]
        fn load(&mut self, page: u64) -> usize {
            self.0.get_or_insert(page, || format!("page {page}")).len()
        }
    }
    let mut pages = Pages(LruCache::unbounded());
    soak().run(|operation| {
        pages.load(operation.number() % 8);
        pages.load(operation.number());
    })
}

/// A pointer that `into_raw` returns must be taken back on every path.
fn handles_that_are_forgotten() -> Report {
    struct Upload(Arc<Mutex<Vec<u8>>>);
    impl Upload {
        #[inline(never)]
        fn begin() -> Self {
            Self(Arc::new(Mutex::new(Vec::with_capacity(128))))
        }
    }
    soak().run(|operation| {
        let upload = Upload::begin();
        let handle = Arc::clone(&upload.0);
        if operation.number().is_multiple_of(20) {
            // The checksum is wrong, and this path does not take the handle back.
            let _ = Arc::into_raw(handle);
        }
    })
}
