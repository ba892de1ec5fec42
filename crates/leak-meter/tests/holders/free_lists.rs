//! The C library's lists of free memory point into live blocks, but hold none of them.
#![allow(unsafe_code)] // A doubly linked list.

use std::collections::VecDeque;
use std::hint::black_box;
use std::ptr;

use leak_meter::holders::{Hold, Holders};
use leak_meter::{Snapshot, Soak, holders};

use super::holder_of;

/// 72 bytes: with the meter's header, the last word is the first word of the next chunk's header.
struct Wagon {
    _ahead: *mut Wagon,
    behind: *mut Wagon,
    _load: [u64; 7],
}

struct Train {
    last: *mut Wagon,
}

impl Train {
    #[inline(never)]
    fn couple(&mut self, load: u64) {
        let wagon = Wagon { _ahead: self.last, behind: ptr::null_mut(), _load: [load; 7] };
        let wagon = Box::into_raw(Box::new(wagon));
        // SAFETY: the last wagon was leaked right here, and nothing else refers to it.
        if let Some(last) = unsafe { self.last.as_mut() } {
            last.behind = wagon;
        }
        self.last = wagon;
    }
}

/// Buffers of changing sizes leave holes between the blocks that stay.
fn leave_holes(recent: &mut VecDeque<Vec<u8>>, number: u64) {
    let size = 100 + usize::try_from(number % 50 * 7 % 50).unwrap() * 32;
    recent.push_back(black_box(vec![1; size]));
    if recent.len() > 100 {
        recent.pop_front();
    }
}

/// Asserts that no static, and no memory of other code, holds any block of `function`.
#[track_caller]
fn no_static_holds(found: &Holders, function: &str) {
    let is_static = |hold: &Hold| matches!(hold, Hold::Static { .. } | Hold::Foreign);
    for finding in found.findings.iter().filter(|finding| is_static(&finding.hold)) {
        assert!(!finding.held.iter().any(|held| held.function.ends_with(function)), "{found}");
    }
}

/// The whole train is reachable from any wagon.
pub fn neighbours_of_free_chunks() {
    let mut train = Box::new(Train { last: ptr::null_mut() });
    let mut recent = VecDeque::with_capacity(200);
    let report = Soak::new().operations_per_round(1000).run(|operation| {
        train.couple(operation.number());
        leave_holes(&mut recent, operation.seed());
    });
    let found = report.holders.expect("the train grows");
    no_static_holds(&found, "Train::couple");
    let (finding, _) = holder_of(&found, "Train::couple");
    // Any pointer into the train leads to all of it, including one that an earlier call has left on a
    // stack.
    assert!(matches!(finding.hold, Hold::Stack { .. }), "{found}");
    // SAFETY: as above.
    assert!(unsafe { train.last.as_ref() }.is_some_and(|last| last.behind.is_null()));
}

struct Link(Option<Box<Link>>);

#[inline(never)]
fn link(next: Option<Box<Link>>) -> Box<Link> {
    black_box(Box::new(Link(next)))
}

/// A block of one word begins where the next chunk's header begins.
pub fn blocks_of_one_word() {
    let before = Snapshot::take();
    let mut recent = VecDeque::with_capacity(200);
    let mut chain = None;
    for number in 0..20_000 {
        chain = Some(link(chain));
        leave_holes(&mut recent, number);
    }
    let found = holders::since(&before);
    no_static_holds(&found, "::link");
    let (finding, held) = holder_of(&found, "::link");
    assert!(matches!(finding.hold, Hold::Stack { .. }), "{found}");
    assert_eq!(held.blocks, 20_000, "{found}");
    while let Some(next) = chain {
        chain = next.0;
    }
}
