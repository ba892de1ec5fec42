//! Blocks held by nothing but each other; and weak pointers, which form no ring.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

use leak_meter::holders::{Finding, Hold};
use leak_meter::{Snapshot, holders};

use super::{are, holder_of, is_held};

/// The step to weaken. There must be exactly one.
#[track_caller]
fn weakened(finding: &Finding) -> &str {
    let steps: Vec<&str> = finding
        .steps
        .iter()
        .filter(|step| step.weaken)
        .map(|step| step.function.as_str())
        .collect();
    let [step] = steps[..] else { panic!("not one step to weaken: {:?}", finding.steps) };
    step
}

struct First {
    second: RefCell<Option<Rc<Second>>>,
}

struct Second {
    third: Rc<Third>,
}

struct Third {
    first: RefCell<Option<Rc<First>>>,
    tail: String,
}

#[inline(never)]
fn first() -> Rc<First> {
    black_box(Rc::new(First { second: RefCell::new(None) }))
}

#[inline(never)]
fn second(third: Rc<Third>) -> Rc<Second> {
    black_box(Rc::new(Second { third }))
}

#[inline(never)]
fn third(number: u64) -> Rc<Third> {
    let tail = tail(number);
    black_box(Rc::new(Third { first: RefCell::new(None), tail }))
}

#[inline(never)]
fn tail(number: u64) -> String {
    black_box(format!("the tail of {number}"))
}

#[inline(never)]
fn close(number: u64) {
    let first = first();
    let third = third(number);
    *third.first.borrow_mut() = Some(Rc::clone(&first));
    *first.second.borrow_mut() = Some(second(third));
    let second = first.second.borrow();
    assert!(second.as_ref().is_some_and(|second| second.third.tail.starts_with("the")));
}

pub fn ring_with_tail() {
    let before = Snapshot::take();
    for number in 0..1000 {
        close(number);
    }
    let found = holders::since(&before);
    let ring = [("Rc", "::first"), ("Rc", "::second"), ("Rc", "::third")];
    let finding = is_held(&found, "::tail", 1000, &ring);
    assert_eq!(finding.hold, Hold::Ring);
    assert!(weakened(finding).ends_with("::third"), "{found}");
    for member in ["::first", "::second", "::third"] {
        assert!(holder_of(&found, member).0.is_ring(), "{found}");
    }
    assert!((3960..=4000).contains(&finding.retained_blocks), "{found}");
}

#[inline(never)]
fn counted(number: u64) -> Rc<[u64; 5]> {
    black_box(Rc::new([number; 5]))
}

#[inline(never)]
fn know(known: &mut Vec<Weak<[u64; 5]>>, value: &Rc<[u64; 5]>) {
    known.push(Rc::downgrade(value));
}

/// The values were dropped; their memory stays because of the weak pointers to it.
pub fn weak_left() {
    let before = Snapshot::take();
    let mut known = Vec::new();
    for number in 0..1000 {
        know(&mut known, &counted(number));
    }
    let found = holders::since(&before);
    is_held(&found, "::counted", 1000, &[("vector", "::know")]);
    assert!(known.iter().all(|value| value.upgrade().is_none()));
}

struct Parent {
    children: RefCell<Vec<Rc<Child>>>,
    eldest: RefCell<Option<Rc<Guardian>>>,
}

/// Knows its parent, correctly.
struct Child {
    parent: Weak<Parent>,
}

/// Owns its ward, incorrectly.
struct Guardian {
    ward: Rc<Parent>,
}

#[inline(never)]
fn parent() -> Rc<Parent> {
    black_box(Rc::new(Parent { children: RefCell::default(), eldest: RefCell::default() }))
}

#[inline(never)]
fn child(parent: &Rc<Parent>) {
    let child = Rc::new(Child { parent: Rc::downgrade(parent) });
    parent.children.borrow_mut().push(child);
}

#[inline(never)]
fn guardian(parent: &Rc<Parent>) {
    let guardian = Rc::new(Guardian { ward: Rc::clone(parent) });
    *parent.eldest.borrow_mut() = Some(guardian);
}

/// Two references lead back to the parent, and one of them is already weak: the ring consists of the
/// other one.
pub fn weak_way_back() {
    let before = Snapshot::take();
    for number in 0..1000 {
        let parent = parent();
        for _ in 0..=number % 3 {
            child(&parent);
        }
        guardian(&parent);
        assert!(parent.children.borrow().iter().all(|child| child.parent.upgrade().is_some()));
        assert!(
            parent.eldest.borrow().as_ref().is_some_and(|one| one.ward.children.borrow().len() < 4)
        );
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::parent", 1000, &[("Rc", "::parent"), ("Rc", "::guardian")]);
    assert!(weakened(finding).ends_with("::guardian"), "{found}");
}

/// A list with weak pointers to the rings does not hold them.
pub fn ring_known_weakly() {
    let before = Snapshot::take();
    let mut known: Vec<Weak<Parent>> = Vec::new();
    for number in 0..1000 {
        let parent = parent();
        guardian(&parent);
        // Not one for each: a single weak pointer beside a single strong one is not conclusive.
        for _ in 0..=number % 3 {
            list(&mut known, &parent);
        }
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::parent", 1000, &[("Rc", "::parent"), ("Rc", "::guardian")]);
    assert!(finding.is_ring(), "{found}");
    assert!(known.iter().all(|parent| parent.upgrade().is_some()));
}

#[inline(never)]
fn list(known: &mut Vec<Weak<Parent>>, parent: &Rc<Parent>) {
    known.push(Rc::downgrade(parent));
}

type Callback = Box<dyn Fn() -> usize>;

struct Button {
    callbacks: RefCell<Vec<Callback>>,
}

#[inline(never)]
fn button() -> Rc<Button> {
    black_box(Rc::new(Button { callbacks: RefCell::default() }))
}

#[inline(never)]
fn listen(button: &Rc<Button>) {
    let owner = Rc::clone(button);
    let callback: Callback = Box::new(move || owner.callbacks.borrow().len());
    add(button, callback);
}

#[inline(never)]
fn add(button: &Button, callback: Callback) {
    button.callbacks.borrow_mut().push(callback);
}

pub fn closure_that_owns_its_owner() {
    let before = Snapshot::take();
    for _ in 0..1000 {
        let button = button();
        listen(&button);
        assert_eq!(button.callbacks.borrow()[0](), 1);
    }
    let found = holders::since(&before);
    let (finding, _) = holder_of(&found, "::button");
    let ring = [("Rc", "::button"), ("vector", "::add"), ("box", "::listen")];
    assert!(finding.is_ring() && are(&finding.steps, &ring), "{found}\n{:?}", finding.steps);
    assert!(weakened(finding).ends_with("::listen"), "{found}");
}

struct Peer {
    other: Mutex<Option<Arc<Peer>>>,
    /// Without this field, `server` has the same code as `first` above, and the compiler may merge
    /// them.
    port: u16,
}

#[inline(never)]
fn server() -> Arc<Peer> {
    black_box(Arc::new(Peer { other: Mutex::new(None), port: 443 }))
}

#[inline(never)]
fn client(server: &Arc<Peer>) -> Arc<Peer> {
    let other = Mutex::new(Some(Arc::clone(server)));
    black_box(Arc::new(Peer { other, port: server.port + 1 }))
}

pub fn arc_ring() {
    let before = Snapshot::take();
    for _ in 0..1000 {
        let server = server();
        let client = client(&server);
        *server.other.lock().unwrap() = Some(client);
    }
    let found = holders::since(&before);
    let ring = [("Arc", "::server"), ("Arc", "::client")];
    let finding = is_held(&found, "::server", 1000, &ring);
    assert!(weakened(finding).ends_with("::client"), "{found}");
}
