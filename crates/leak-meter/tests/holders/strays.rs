//! Pointers that do not belong to an owner, and a single block that leads to nearly all others.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};

use leak_meter::holders::Hold;
use leak_meter::{Snapshot, holders};

use super::{holder_of, is_held};

/// A unique size, because the compiler merges functions with the same code, and then uses one name for both.
type Value = [u64; 6];

#[inline(never)]
fn make(number: u64) -> Box<Value> {
    black_box(Box::new([number; 6]))
}

#[inline(never)]
fn file(kept: &mut Vec<Box<Value>>, value: Box<Value>) {
    kept.push(value);
}

/// The slots of a queue that removes elements without clearing their slots.
static SLOTS: Mutex<Option<Box<[usize; 64]>>> = Mutex::new(None);

/// A pointer that only few blocks have does not belong to an owner; here, leftovers in the slots of a queue.
pub fn slots_that_are_not_cleared() {
    let before = Snapshot::take();
    let mut kept = Vec::new();
    let mut slots = Box::new([0; 64]);
    for number in 0..1000 {
        let value = make(number);
        slots[usize::try_from(number % 64).unwrap()] = std::ptr::from_ref(&*value).addr();
        file(&mut kept, value);
    }
    *SLOTS.lock().unwrap() = Some(slots);
    let found = holders::since(&before);
    is_held(&found, "::make", 1000, &[("vector", "::file")]);
    assert_eq!(kept.len(), 1000);
}

#[inline(never)]
fn send(queue: &mut Vec<Box<Value>>, number: u64) {
    queue.push(make(number));
}

#[inline(never)]
fn join(clients: &mut HashMap<u64, Vec<Box<Value>>>, client: u64) {
    clients.insert(client, Vec::new());
}

/// Clients come and go, each with a queue; nearly all messages are in the queue of one slow client.
pub fn queue_of_one_slow_client() {
    let before = Snapshot::take();
    let mut clients = HashMap::new();
    for client in 0..200 {
        join(&mut clients, client);
        send(clients.get_mut(&client).unwrap(), client);
    }
    for number in 0..5000 {
        send(clients.get_mut(&7).unwrap(), number);
    }
    let found = holders::since(&before);
    let (finding, _) = holder_of(&found, "::make");
    assert!(finding.steps[0].function.ends_with("::send"), "{found}");
    assert_eq!(finding.steps[1].what, "hash table", "{found}");
}

#[inline(never)]
fn fill(table: &mut HashMap<u64, Box<Value>>, values: impl Iterator<Item = Box<Value>>) {
    table.extend((0..).zip(values));
}

/// The buffer of the standard input, a static, lies in memory that held the pointers of a vector before.
pub fn buffer_in_reused_memory() {
    const BUFFER: usize = 8 << 10;
    let before = Snapshot::take();
    let mut values: Vec<Box<Value>> = Vec::with_capacity(BUFFER / size_of::<Box<Value>>());
    values.extend((0..1000).map(make));
    let old = values.as_ptr().addr();
    let mut table = HashMap::new();
    fill(&mut table, values.drain(..));
    drop(values);
    let input = std::io::stdin().lock();
    // Nothing was read, so the buffer has no contents; but it is where the vector was.
    let found = holders::since(&before);
    let finding = is_held(&found, "::make", 1000, &[("hash table", "::fill")]);
    assert!(matches!(finding.hold, Hold::Stack { .. }), "{found}");
    black_box((table, old));
    drop(input);
}

static WAITING: Mutex<Vec<Waker>> = Mutex::new(Vec::new());

/// A job that owns itself.
struct Job {
    own: Mutex<Option<Arc<Job>>>,
    _input: [u64; 2],
}

impl Wake for Job {
    fn wake(self: Arc<Self>) {}
}

#[inline(never)]
fn job() -> Arc<Job> {
    black_box(Arc::new(Job { own: Mutex::new(None), _input: [0; 2] }))
}

/// Rings to which only wakers point are found.
pub fn ring_that_only_wakers_know() {
    let before = Snapshot::take();
    for _ in 0..1000 {
        let job = job();
        *job.own.lock().unwrap() = Some(Arc::clone(&job));
        WAITING.lock().unwrap().push(Waker::from(job));
    }
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::job");
    assert!(finding.is_ring() && held.blocks >= 990, "{found}");
}
