//! Behaviour that looks like a leak, but is not one, in code that uses the crates of real services: it
//! is never Growing. Most of it is Steady in every run; the list says where a run may end Undecided.
//! This is one test, because a soak counts everything that its process allocates.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::num::NonZeroUsize;
use std::sync::Arc;

use crossbeam_epoch as epoch;
use indexmap::IndexMap;
use leak_meter::{Allocator, Operation, Report, Soak, Verdict};
use lru::LruCache;
use parking_lot::Mutex;
use slotmap::{DefaultKey, SlotMap};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The permitted verdicts on a look-alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Must {
    BeSteady,
    NotGrow,
}

type LookAlike = (&'static str, Must, fn() -> Report);

#[test]
fn no_look_alike_is_called_a_leak() {
    let look_alikes: [LookAlike; 9] = [
        ("a moka cache that fills", Must::NotGrow, a_moka_cache_that_fills),
        ("an LRU cache that fills", Must::BeSteady, an_lru_cache_that_fills),
        ("a pool that warms up", Must::NotGrow, a_pool_that_warms_up),
        ("room kept after a burst", Must::NotGrow, room_kept_after_a_burst),
        ("a runtime that starts and stops", Must::NotGrow, a_runtime_that_starts_and_stops),
        ("garbage that waits for its epoch", Must::NotGrow, garbage_that_waits_for_its_epoch),
        ("slots that are used again", Must::NotGrow, slots_that_are_used_again),
        ("detached tasks that do end", Must::NotGrow, detached_tasks_that_end),
        ("a queue that is read in batches", Must::NotGrow, a_queue_read_in_batches),
    ];
    let accused: Vec<String> = look_alikes
        .into_iter()
        .filter_map(|(name, must, soak)| {
            let report = soak();
            let fine = match must {
                Must::BeSteady => report.verdict == Verdict::Steady,
                Must::NotGrow => report.verdict != Verdict::Growing,
            };
            (!fine).then(|| format!("ACCUSED {name}: {must:?}\n{report}"))
        })
        .collect();
    assert!(accused.is_empty(), "{}", accused.join("\n"));
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(60)
}

/// The cache evicts and reclaims lazily; the program asks it to do so before each reading.
fn a_moka_cache_that_fills() -> Report {
    let cache = moka::sync::Cache::builder().max_capacity(300).build();
    soak().settle(|| cache.run_pending_tasks()).run(|operation| {
        cache.insert(operation.number(), Arc::new([operation.seed(); 8]));
        cache.get(&(operation.number() / 2));
    })
}

fn an_lru_cache_that_fills() -> Report {
    let mut cache = LruCache::new(NonZeroUsize::new(200).unwrap());
    soak().run(|operation| {
        cache.put(operation.number(), format!("page {:09}", operation.number()));
    })
}

/// The pool keeps as many buffers as were ever needed at once.
fn a_pool_that_warms_up() -> Report {
    let pool: Mutex<Vec<Vec<u8>>> = Mutex::default();
    let take = || pool.lock().pop().unwrap_or_else(|| Vec::with_capacity(512));
    soak().run(|operation| {
        let at_once = 1 + (operation.seed().trailing_zeros() as usize).min(12);
        let buffers: Vec<Vec<u8>> = (0..at_once).map(|_| take()).collect();
        pool.lock().extend(buffers);
    })
}

/// Bursts of any length up to a limit; the capacity for the largest one stays.
fn room_kept_after_a_burst() -> Report {
    let mut waiting: IndexMap<u64, u64> = IndexMap::new();
    soak().run(|operation| {
        let burst = operation.seed() % 500;
        waiting.extend((0..burst).map(|job| (job, operation.seed())));
        waiting.clear();
    })
}

fn a_runtime_that_starts_and_stops() -> Report {
    Soak::new().operations_per_round(4).run(|operation| {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).build()?;
        let task = runtime.spawn(async move { Box::new(operation.number()) });
        runtime.block_on(task).map(drop).map_err(std::io::Error::other)
    })
}

/// Freed in batches, some time after the last reader is gone.
fn garbage_that_waits_for_its_epoch() -> Report {
    soak().run(|operation| {
        let old = Box::new([operation.number(); 8]);
        epoch::pin().defer(move || drop(old));
    })
}

/// From zero to a hundred sessions at a time.
fn slots_that_are_used_again() -> Report {
    let mut sessions: SlotMap<DefaultKey, Box<[u8]>> = SlotMap::new();
    let mut keys: Vec<DefaultKey> = Vec::new();
    soak().run(|operation| {
        let full = keys.len() >= 100;
        if !full && (keys.is_empty() || operation.seed().is_multiple_of(2)) {
            keys.push(sessions.insert(vec![0; 40].into_boxed_slice()));
        } else {
            let one = usize::try_from(operation.seed() >> 33).unwrap_or(0) % keys.len();
            sessions.remove(keys.swap_remove(one));
        }
    })
}

/// A dropped `JoinHandle` of a task that ends by itself.
fn detached_tasks_that_end() -> Report {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    let metrics = runtime.metrics();
    let soak = soak().tasks(move || metrics.num_alive_tasks() as u64);
    runtime.block_on(soak.run_async(async |operation: Operation| {
        let (answer, answered) = oneshot::channel();
        drop(tokio::spawn(async move {
            tokio::task::yield_now().await;
            let _ = answer.send(Box::new(operation.number()));
        }));
        answered.await.map(drop)
    }))
}

/// At the end of a round, it may have any length up to a batch.
fn a_queue_read_in_batches() -> Report {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    soak().run(|operation| {
        if sender.send(vec![0_u8; 32]).is_err() {
            return Err("the queue is closed");
        }
        if operation.number() % 77 == 76 {
            while receiver.try_recv().is_ok() {}
        }
        Ok(())
    })
}
