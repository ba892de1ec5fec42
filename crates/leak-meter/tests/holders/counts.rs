//! Blocks held by nothing that look like a ring: forgotten reference counts, and futures that borrow from
//! themselves.

use std::cell::RefCell;
use std::future::{self, Future};
use std::hint::black_box;
use std::mem;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context, Waker};

use leak_meter::holders::{Hold, Holders};
use leak_meter::{Snapshot, holders};

use super::holder_of;

#[track_caller]
fn nobody_holds(found: &Holders, function: &str, blocks: u64) {
    let (finding, held) = holder_of(found, function);
    assert_eq!(finding.hold, Hold::LeakedCount, "{found}");
    assert!(held.blocks * 100 >= blocks * 99, "{found}");
    assert!(found.to_string().contains("nobody holds it: its reference count never"), "{found}");
}

struct Room {
    desks: RefCell<Vec<Rc<Desk>>>,
    name: String,
}

/// Knows its room, and correctly does not own it.
struct Desk {
    room: Weak<Room>,
}

#[inline(never)]
fn room(number: u64) -> Rc<Room> {
    black_box(Rc::new(Room { desks: RefCell::default(), name: format!("room {number}") }))
}

#[inline(never)]
fn desk(room: &Rc<Room>) {
    let desk = Rc::new(Desk { room: Rc::downgrade(room) });
    room.desks.borrow_mut().push(desk);
}

/// The reference back is already weak; a clone that was never dropped keeps the room.
pub fn forgotten_clone_of_a_parent() {
    let before = Snapshot::take();
    for number in 0..1000 {
        let room = room(number);
        for _ in 0..=number % 3 {
            desk(&room);
        }
        assert!(room.name.len() > 5);
        mem::forget(Rc::clone(&room));
        assert!(room.desks.borrow().iter().all(|desk| desk.room.upgrade().is_some()));
    }
    let found = holders::since(&before);
    nobody_holds(&found, "::room", 1000);
    assert!(!found.findings.iter().any(holders::Finding::is_ring), "{found}");
}

struct Machine {
    own: Weak<Machine>,
    parts: Box<[u64; 5]>,
}

#[inline(never)]
fn machine(number: u64) -> Arc<(u64, Box<[u64; 5]>)> {
    black_box(Arc::new((number, Box::new([number; 5]))))
}

#[inline(never)]
fn cyclic(number: u64) -> Rc<Machine> {
    let parts = Box::new([number; 5]);
    black_box(Rc::new_cyclic(|own| Machine { own: own.clone(), parts }))
}

pub fn forgotten_clone() {
    let before = Snapshot::take();
    for number in 0..1000 {
        let made = machine(number);
        mem::forget(Arc::clone(&made));
        let made = cyclic(number);
        assert!(made.own.upgrade().is_some() && made.parts[0] == number);
        mem::forget(Rc::clone(&made));
    }
    let found = holders::since(&before);
    nobody_holds(&found, "::machine", 2000);
    nobody_holds(&found, "::cyclic", 1000);
    assert!(!found.findings.iter().any(holders::Finding::is_ring), "{found}");
}

type Job = Pin<Box<dyn Future<Output = u64>>>;

#[inline(never)]
fn borrowing(number: u64) -> Job {
    black_box(Box::pin(async move {
        let values = [number; 5];
        let last = &values[4];
        future::pending::<()>().await;
        *last
    }))
}

#[inline(never)]
fn nested(number: u64) -> Job {
    black_box(Box::pin(async move {
        let values = [number; 5];
        inner(&values).await + values[0]
    }))
}

#[inline(never)]
fn inner(values: &[u64; 5]) -> Pin<Box<dyn Future<Output = u64> + '_>> {
    black_box(Box::pin(async move {
        future::pending::<()>().await;
        values[1]
    }))
}

fn start(mut job: Job) {
    assert!(job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    mem::forget(job);
}

/// A reference across an await is a pointer into the future's own block, or from a block that it owns back
/// to it.
pub fn future_that_borrows_from_itself() {
    let before = Snapshot::take();
    for number in 0..1000 {
        start(borrowing(number));
        start(nested(number));
    }
    let found = holders::since(&before);
    for function in ["::borrowing", "::nested", "::inner"] {
        let (finding, held) = holder_of(&found, function);
        assert_eq!(finding.hold, Hold::Nothing, "{function}\n{found}");
        assert!(held.blocks >= 990, "{found}");
    }
}

struct Ring {
    own: RefCell<Option<Rc<Ring>>>,
}

#[inline(never)]
fn ring() -> Rc<Ring> {
    black_box(Rc::new(Ring { own: RefCell::new(None) }))
}

/// A strong pointer to itself is a ring of one.
pub fn ring_of_one() {
    let before = Snapshot::take();
    for _ in 0..1000 {
        let ring = ring();
        *ring.own.borrow_mut() = Some(Rc::clone(&ring));
    }
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::ring");
    assert!(finding.is_ring() && held.blocks >= 990, "{found}");
}
