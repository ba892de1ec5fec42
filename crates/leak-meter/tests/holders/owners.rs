//! Blocks held by something other than a container: threads, statics, closures, futures, memory of
//! other code.
#![allow(unsafe_code)] // Makes C memory hold blocks.

use std::cell::RefCell;
use std::hint::black_box;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use leak_meter::holders::Hold;
use leak_meter::{Snapshot, holders};

use super::{holder_of, is_held, is_on_stack};

/// A value that is large enough for a block of its own.
type Value = [u64; 10];

#[inline(never)]
fn make(number: u64) -> Box<Value> {
    black_box(Box::new([number; 10]))
}

#[inline(never)]
fn gather(blocks: u64) -> Vec<Box<Value>> {
    let mut kept = Vec::new();
    for number in 0..blocks {
        kept.push(make(number));
    }
    kept
}

static REGISTRY: Mutex<Vec<Box<Value>>> = Mutex::new(Vec::new());

pub fn static_value() {
    let before = Snapshot::take();
    *REGISTRY.lock().unwrap() = gather(1000);
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::gather")]);
    let Hold::Static { name: Some(name), library: None } = &finding.hold else {
        panic!("{found}");
    };
    assert!(name.ends_with("owners::REGISTRY"), "{name}");
}

/// The stack of a waiting thread, rather than that of the scanning thread.
pub fn other_stack() {
    let before = Snapshot::take();
    let (ready, is_ready) = mpsc::sync_channel(0);
    let (end, is_over) = mpsc::sync_channel::<()>(0);
    let keeper = thread::Builder::new().name("keeper".to_owned()).spawn(move || {
        let kept = gather(1000);
        ready.send(()).unwrap();
        let _ = is_over.recv();
        kept.len()
    });
    is_ready.recv().unwrap();
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::gather")]);
    is_on_stack(&finding.hold, "keeper", None);
    drop(end);
    assert_eq!(keeper.unwrap().join().unwrap(), 1000);
}

/// Threads that never end, each with a value of its own: no single stack holds a tenth of the
/// blocks.
pub fn many_stacks() {
    const THREADS: u64 = 200;
    let before = Snapshot::take();
    let (ready, are_ready) = mpsc::channel();
    let end = Arc::new(std::sync::Barrier::new(usize::try_from(THREADS).unwrap() + 1));
    for number in 0..THREADS {
        let (ready, end) = (ready.clone(), Arc::clone(&end));
        let thread = thread::Builder::new().stack_size(128 << 10).spawn(move || {
            let kept = make(number);
            ready.send(()).unwrap();
            end.wait();
            assert_eq!(kept[0], number);
        });
        drop(thread.unwrap());
    }
    (0..THREADS).for_each(|_| are_ready.recv().unwrap());
    // The last threads may still be on their way to the place where they wait.
    thread::sleep(Duration::from_millis(100));
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::make");
    let Hold::Stacks { threads } = finding.hold else { panic!("{found}") };
    assert!((150..=THREADS).contains(&threads) && held.blocks >= 150, "{found}");
    assert!(found.to_string().contains(&format!("on the stacks of {threads} threads")), "{found}");
    end.wait();
}

thread_local! {
    static DRAWER: RefCell<Vec<Box<Value>>> = const { RefCell::new(Vec::new()) };
}

/// The thread-local value of another thread.
pub fn thread_local_value() {
    let before = Snapshot::take();
    let (ready, is_ready) = mpsc::sync_channel(0);
    let (end, is_over) = mpsc::sync_channel::<()>(0);
    let keeper = thread::Builder::new().name("keeper".to_owned()).spawn(move || {
        DRAWER.with(|drawer| *drawer.borrow_mut() = gather(1000));
        ready.send(()).unwrap();
        let _ = is_over.recv();
        DRAWER.with(|drawer| drawer.borrow().len())
    });
    is_ready.recv().unwrap();
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::gather")]);
    if cfg!(all(windows, target_env = "gnu")) {
        // There the standard library puts thread-local values into blocks of the system's heap.
        assert_eq!(finding.hold, Hold::Foreign, "{found}");
    } else {
        let Hold::ThreadLocal { name, thread } = &finding.hold else { panic!("{found}") };
        assert_eq!(thread, "keeper");
        // Only on x86-64, because of its ABI, are thread-local values identified by name.
        let is_named = name.as_ref().is_some_and(|name| name.ends_with("owners::DRAWER"));
        assert!(is_named || !cfg!(target_arch = "x86_64"), "{name:?}");
    }
    drop(end);
    assert_eq!(keeper.unwrap().join().unwrap(), 1000);
}

#[inline(never)]
fn hook(values: Vec<Box<Value>>) -> Box<dyn Fn() -> usize> {
    black_box(Box::new(move || values.len()))
}

/// A move leaves the old address behind; here, on a stack frame that is given up.
#[inline(never)]
fn made() -> Box<dyn Fn() -> usize> {
    black_box(hook(gather(1000)))
}

pub fn boxed_closure() {
    let before = Snapshot::take();
    let hook = made();
    let found = holders::since(&before);
    is_held(&found, "::make", 1000, &[("vector", "::gather"), ("box", "::hook")]);
    assert_eq!(hook(), 1000);
}

pub fn parked_future() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let before = Snapshot::take();
    let (ready, is_ready) = mpsc::sync_channel(0);
    let gate = Arc::new(tokio::sync::Notify::new());
    let opened = Arc::clone(&gate);
    let task = spawn(&runtime, async move {
        let kept = gather(1000);
        ready.send(()).unwrap();
        opened.notified().await;
        kept.len()
    });
    is_ready.recv().unwrap();
    // The worker that ran the task goes to sleep: its count is odd while it sleeps.
    let is_awake = |worker| runtime.metrics().worker_park_unpark_count(worker).is_multiple_of(2);
    while (0..2).any(is_awake) {
        thread::yield_now();
    }
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::make");
    assert!(held.blocks >= 990, "{found}");
    assert_eq!(finding.steps[0].what, "vector", "{found}");
    assert_eq!(finding.steps[1].what, "task of the tokio runtime", "{found}");
    assert!(finding.steps[1].function.ends_with("::spawn"), "{found}");
    gate.notify_one();
    assert_eq!(runtime.block_on(task).unwrap(), 1000);
}

/// Timers point to the tasks that they wake, and tasks point to each other; their owner is the
/// list.
pub fn waiting_tasks() {
    // From here on call sites are known, including that of the list.
    let _ = Snapshot::take();
    let runtime = single();
    let before = Snapshot::take();
    let mut others = Vec::new();
    for number in 0..500 {
        others.push(spawn(&runtime, wait_an_hour(make(number))));
    }
    for (number, other) in (500..1000).zip(others) {
        let kept = make(number);
        drop(spawn(&runtime, async move { other.await.unwrap() + wait_an_hour(kept).await }));
    }
    // Every task runs once, and then waits.
    runtime.block_on(tokio::task::yield_now());
    assert_eq!(runtime.metrics().num_alive_tasks(), 1000);
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::make");
    assert!(held.blocks >= 990, "{found}");
    let list = &finding.steps[0];
    assert_eq!(list.what, "task list of the tokio runtime", "{found}");
    assert!(list.function.ends_with("::single"), "{found}");
    assert_eq!(held.through.len(), 1, "{found}");
    // The tasks themselves would also be freed, together with their timers.
    assert!(finding.retained_blocks >= 2000, "{found}");
}

#[inline(never)]
fn single() -> tokio::runtime::Runtime {
    black_box(tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap())
}

async fn wait_an_hour(kept: Box<Value>) -> usize {
    tokio::time::sleep(Duration::from_secs(3600)).await;
    kept.len()
}

#[inline(never)]
fn spawn(
    runtime: &tokio::runtime::Runtime,
    future: impl Future<Output = usize> + Send + 'static,
) -> tokio::task::JoinHandle<usize> {
    black_box(runtime.spawn(future))
}

/// The only address is in a block that C code allocated.
pub fn foreign_memory() {
    let before = Snapshot::take();
    // SAFETY: the block has room for one address, which is written before it is read.
    let place = unsafe { libc::malloc(size_of::<usize>()) }.cast::<usize>();
    assert!(!place.is_null());
    hide(place);
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::gather")]);
    assert_eq!(finding.hold, Hold::Foreign, "{found}");
    // SAFETY: the address belongs to the elements of a vector that was forgotten.
    let first = unsafe { &*std::ptr::with_exposed_provenance::<Box<Value>>(place.read()) }[0];
    assert_eq!(first, 0);
}

/// Writes the address of the elements, and forgets the vector.
#[inline(never)]
fn hide(place: *mut usize) {
    let kept = gather(1000);
    // SAFETY: the caller's pointer has room for an address.
    unsafe { place.write(kept.as_ptr().expose_provenance()) };
    std::mem::forget(kept);
}

#[inline(never)]
fn forget(blocks: u64) {
    for number in 0..blocks {
        std::mem::forget(black_box(make(number)));
    }
}

pub fn forgotten() {
    let before = Snapshot::take();
    forget(1000);
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::make");
    assert_eq!(finding.hold, Hold::Nothing, "{found}");
    assert!(held.blocks >= 990, "{found}");
    assert_eq!(finding.retained_blocks, held.blocks, "{found}");
}

/// The innermost frames hold references; the owner is further out.
pub fn main_stack() {
    let kept = gather(1000);
    let before = Snapshot::take();
    let owner = owning(&before);
    assert_eq!(kept.len() + owner, 2000);
}

#[inline(never)]
fn owning(before: &Snapshot) -> usize {
    let mine = gather(1000);
    borrowing(&mine, before);
    mine.len()
}

#[inline(never)]
fn borrowing(kept: &Vec<Box<Value>>, before: &Snapshot) {
    let found = holders::since(before);
    let finding = is_held(&found, "::make", 1000, &[("vector", "::gather")]);
    is_on_stack(&finding.hold, "the_scene", Some("owning"));
    assert_eq!(black_box(kept).len(), 1000);
}
