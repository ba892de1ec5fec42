//! Blocks held by their containers.

use std::collections::{BTreeMap, HashMap};
use std::hint::black_box;
use std::sync::Arc;

use leak_meter::{Snapshot, holders};

use super::{holder_of, is_held, is_on_stack};

/// A value that is large enough for a block of its own.
type Value = [u64; 5];

#[inline(never)]
fn keep(kept: &mut Vec<Box<Value>>, number: u64) {
    let value = Box::new([number; 5]);
    kept.push(value);
}

pub fn vector() {
    let before = Snapshot::take();
    let mut kept = Vec::new();
    for number in 0..1000 {
        keep(&mut kept, number);
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::keep", 1000, &[("vector", "::keep")]);
    is_on_stack(&finding.hold, "the_scene", None);
    assert!((48_000..49_000).contains(&finding.retained_bytes), "{found}");
    assert!((1000..=1001).contains(&finding.retained_blocks), "{found}");
    assert_eq!(kept.len(), 1000);
}

#[inline(never)]
fn enter(maps: &mut HashMap<u64, BTreeMap<u64, String>>, outer: u64, inner: u64) {
    let map = maps.entry(outer).or_default();
    let name = format!("entry {inner}");
    map.insert(inner, name);
}

/// A few maps with many entries each, which are the gathering step, within one map.
pub fn nested_maps() {
    let mut maps = HashMap::new();
    let before = Snapshot::take();
    for number in 0..4000 {
        enter(&mut maps, number % 10, number);
    }
    let found = holders::since(&before);
    is_held(&found, "::enter", 4000, &[("B-tree", "::enter"), ("hash table", "::enter")]);
    assert_eq!(maps.len(), 10);
}

struct Node {
    next: Option<Box<Node>>,
    name: Box<Value>,
}

#[inline(never)]
fn link(next: Option<Box<Node>>, number: u64) -> Box<Node> {
    let name = Box::new([number; 5]);
    black_box(Box::new(Node { next, name }))
}

pub fn long_list() {
    const NODES: u64 = 100_000;
    // The first small blocks of a thread reuse memory from the start of the thread, to which the C
    // library still points.
    (0..16).for_each(|number| std::mem::forget(black_box(Box::new([number, 1_u64]))));
    let before = Snapshot::take();
    let mut head = None;
    for number in 0..NODES {
        head = Some(link(head, number));
    }
    let found = holders::since(&before);
    let (finding, held) = holder_of(&found, "::link");
    is_on_stack(&finding.hold, "the_scene", None);
    assert_eq!(held.blocks, NODES, "{found}");
    assert_eq!(finding.steps.len(), 1, "the list is one step\n{found}");
    assert_eq!(finding.steps[0].blocks, NODES, "{found}");
    assert_eq!(finding.retained_blocks, 2 * NODES, "{found}");
    // Without recursion, which would overflow the stack with a list of this length.
    let mut count = 0;
    while let Some(node) = head {
        count += node.name.len() / 5;
        head = node.next;
    }
    assert_eq!(count as u64, NODES);
}

#[inline(never)]
fn note(numbers: &mut Vec<u64>, number: u64) {
    numbers.push(number);
    // Prevents a tail call, which might remove this function from the call stack.
    black_box(numbers);
}

/// A single block that grows is its own holder.
pub fn growing_vector() {
    let mut numbers = Vec::new();
    let report = leak_meter::Soak::new()
        .operations_per_round(100)
        .run(|operation| note(&mut numbers, operation.number()));
    let found = report.holders.expect("something grows");
    let finding = is_held(&found, "::note", 1, &[("vector", "::note")]);
    is_on_stack(&finding.hold, "the_scene", Some("growing_vector"));
}

#[inline(never)]
fn odd(kept: &mut Vec<Box<Value>>, value: Box<Value>) {
    kept.push(value);
}

#[inline(never)]
fn even(kept: &mut HashMap<u64, Box<Value>>, value: Box<Value>) {
    kept.insert(value[0], value);
}

#[inline(never)]
fn make(number: u64) -> Box<Value> {
    black_box(Box::new([number; 5]))
}

pub fn two_halves() {
    let before = Snapshot::take();
    let (mut odds, mut evens) = (Vec::new(), HashMap::new());
    for number in 0..1000 {
        if number % 2 == 0 {
            even(&mut evens, make(number));
        } else {
            odd(&mut odds, make(number));
        }
    }
    let found = holders::since(&before);
    let mut holds: Vec<(&str, u64)> = Vec::new();
    for finding in &found.findings {
        let held = finding.held.iter().filter(|held| held.function.ends_with("::make"));
        holds.extend(held.map(|held| (finding.steps[0].what.as_str(), held.blocks)));
    }
    holds.sort_unstable();
    assert_eq!(holds, [("hash table", 500), ("vector", 500)], "{found}");
    assert_eq!(odds.len(), evens.len());
}

#[inline(never)]
fn slice(values: Vec<Box<Value>>) -> Arc<[Box<Value>]> {
    black_box(values.into())
}

pub fn arc_slice() {
    let before = Snapshot::take();
    let kept = slice((0..1000).map(make).collect());
    let found = holders::since(&before);
    is_held(&found, "::make", 1000, &[("Arc", "::slice")]);
    assert_eq!(kept.len(), 1000);
}

#[repr(align(4096))]
struct Page {
    value: Box<Value>,
}

#[inline(never)]
fn page(number: u64) -> Box<Page> {
    let value = Box::new([number; 5]);
    black_box(Box::new(Page { value }))
}

#[inline(never)]
fn file(pages: &mut Vec<Box<Page>>, page: Box<Page>) {
    pages.push(page);
}

/// The header of a block that is aligned to a page is in front of that page.
pub fn page_aligned() {
    let before = Snapshot::take();
    let mut pages = Vec::new();
    for number in 0..200 {
        file(&mut pages, page(number));
    }
    let found = holders::since(&before);
    let finding = is_held(&found, "::page", 200, &[("vector", "::file")]);
    assert!(finding.retained_bytes >= 200 * (4096 + 40), "{found}");
    assert!(pages.iter().all(|page| page.value.len() == 5));
}

struct Session {
    names: Vec<String>,
}

#[inline(never)]
fn open(number: u64) -> Box<Session> {
    let names = (0..10).map(|name| format!("{number}: {name}")).collect();
    black_box(Box::new(Session { names }))
}

#[inline(never)]
fn register(sessions: &mut HashMap<u64, Box<Session>>, number: u64) {
    sessions.insert(number, open(number));
}

/// Ten strings per session, many sessions in a map: one holder holds them all, and is one finding.
pub fn sessions_with_strings() {
    let mut sessions = HashMap::new();
    let report = leak_meter::Soak::new()
        .operations_per_round(100)
        .run(|operation| register(&mut sessions, operation.number()));
    let found = report.holders.expect("something grows");
    assert_eq!(found.findings.len(), 1, "{found}");
    let finding = &found.findings[0];
    assert!(super::are(&finding.steps, &[("hash table", "::register")]), "{found}");
    let live = report.rounds.last().expect("there were rounds").live_bytes;
    assert!(
        finding.retained_bytes * 10 >= live * 9,
        "{} of {live}\n{found}",
        finding.retained_bytes
    );
    assert!(sessions.values().all(|session| session.names.len() == 10));
}
