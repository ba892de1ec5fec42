//! Counts are exact, in total and by call site, for any sequence of allocating, growing, shrinking and
//! freeing by several threads on each other's blocks, compared with a simple model. This includes blocks
//! from before the search for call sites began. Runs alone in its process, on the main thread.
#![allow(unsafe_code)] // Requests blocks of any size and alignment directly from the allocator.

mod alone;

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;

use leak_meter::internals::{SiteId, counts_of_site};
use leak_meter::{Allocator, HeapCounts, Snapshot, allocator};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[global_allocator]
static METER: Allocator = Allocator::system();

const SLOTS: usize = 40;

/// What a thread does to the block in a slot; if there is none, it allocates one.
#[derive(Debug, Clone, Copy)]
struct Step {
    slot: usize,
    size: usize,
    /// The alignment of a new block, as a power of two: up to a page.
    align: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Resize,
    Free,
}

/// The function that a block is charged to: the one that allocated it or, for a block from before the
/// search for call sites began, the one that resized it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Second,
    Zeroed,
    Resized,
    Unknown,
}

struct Block {
    pointer: *mut u8,
    layout: Layout,
    place: Place,
}

// SAFETY: a block belongs to the thread that took it out of its slot.
unsafe impl Send for Block {}

impl Block {
    #[inline(never)]
    fn first(layout: Layout) -> *mut u8 {
        // SAFETY: no layout here has size zero.
        black_box(unsafe { alloc(layout) }) // A tail call would leave no frame of this function.
    }

    #[inline(never)]
    fn second(layout: Layout) -> *mut u8 {
        // This must differ from the code above; otherwise the compiler merges the two functions.
        // SAFETY: as above.
        black_box(unsafe { alloc(black_box(layout)) })
    }

    #[inline(never)]
    fn zeroed(layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        let pointer = unsafe { alloc_zeroed(layout) };
        // SAFETY: the block is that long, and zeroed blocks may be read.
        let bytes = unsafe { std::slice::from_raw_parts(pointer, layout.size()) };
        assert!(bytes.iter().all(|byte| *byte == 0), "a zeroed block is not zero");
        pointer
    }

    fn new(step: Step, sites: Sites) -> Self {
        let layout = Layout::from_size_align(step.size, 1 << step.align).expect("small sizes");
        let (place, pointer) = match step.size % 3 {
            0 => (Place::First, Self::first(layout)),
            1 => (Place::Second, Self::second(layout)),
            _ => (Place::Zeroed, Self::zeroed(layout)),
        };
        assert!(!pointer.is_null() && pointer.addr().is_multiple_of(layout.align()));
        let place = if sites == Sites::Known { place } else { Place::Unknown };
        let block = Self { pointer, layout, place };
        block.fill();
        block
    }

    /// The value of every byte in this block.
    fn mark(&self) -> u8 {
        let align = self.layout.align().trailing_zeros().to_le_bytes()[0];
        align * 16 + self.place as u8 + 1
    }

    fn fill(&self) {
        // SAFETY: the block is that long and belongs to this thread.
        unsafe { self.pointer.write_bytes(self.mark(), self.layout.size()) };
    }

    fn holds_its_mark(&self, length: usize) -> bool {
        // SAFETY: every byte was written by `fill`.
        let bytes = unsafe { std::slice::from_raw_parts(self.pointer, length) };
        bytes.iter().all(|byte| *byte == self.mark())
    }

    #[inline(never)]
    fn resized(&mut self, size: usize) -> *mut u8 {
        // SAFETY: the block was allocated with this layout; the size is neither zero nor large.
        black_box(unsafe { realloc(self.pointer, self.layout, size) })
    }

    fn resize(&mut self, size: usize, sites: Sites) {
        let kept = size.min(self.layout.size());
        self.pointer = self.resized(size);
        assert!(!self.pointer.is_null());
        self.layout = Layout::from_size_align(size, self.layout.align()).expect("small sizes");
        assert!(self.holds_its_mark(kept), "a resized block lost what was in it");
        if self.place == Place::Unknown && sites == Sites::Known {
            self.place = Place::Resized;
        }
        self.fill();
    }

    fn free(self) {
        assert!(self.holds_its_mark(self.layout.size()), "a block was overwritten");
        // SAFETY: the block was allocated with this layout, and is not used again.
        unsafe { dealloc(self.pointer, self.layout) };
    }
}

/// The actions of one thread.
#[derive(Debug, Default, Clone, Copy)]
struct Done {
    allocations: u64,
    deallocations: u64,
    reallocations: u64,
}

type Slots = [Mutex<Option<Block>>; SLOTS];

/// Whether the search for call sites is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sites {
    Unknown,
    Known,
}

fn work(steps: &[Step], slots: &Slots, sites: Sites) -> Done {
    let mut done = Done::default();
    for step in steps {
        let mut slot = slots[step.slot].lock().unwrap_or_else(PoisonError::into_inner);
        *slot = match (slot.take(), step.kind) {
            (None, _) => {
                done.allocations += 1;
                Some(Block::new(*step, sites))
            }
            (Some(mut block), Kind::Resize) => {
                done.reallocations += 1;
                block.resize(step.size, sites);
                Some(block)
            }
            (Some(block), Kind::Free) => {
                done.deallocations += 1;
                block.free();
                None
            }
        };
    }
    done
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Mostly small blocks, and some that the system gives a mapping of their own.
    let size = prop_oneof![8 => 1..2000_usize, 1 => 100_000..300_000_usize];
    let kind = prop_oneof![Just(Kind::Resize), Just(Kind::Free)];
    let step = (0..SLOTS, size, 0..=12_u32, kind);
    let step = step.prop_map(|(slot, size, align, kind)| Step { slot, size, align, kind });
    prop::collection::vec(step, 1..120)
}

fn main() -> ExitCode {
    alone::run(&[(
        "any_work_of_any_threads_is_counted_exactly",
        any_work_of_any_threads_is_counted_exactly,
    )])
}

fn any_work_of_any_threads_is_counted_exactly() {
    let given = Config::default().cases;
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { given } else { 48 };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let plans =
        prop_oneof![prop::collection::vec(steps(), 1..=2), prop::collection::vec(steps(), 8..=8)];
    // The first threads leave allocations of the standard library behind, which later threads reuse.
    check(&vec![Vec::new(); 8], &vec![Vec::new(); 8]);
    let _ = Snapshot::take();
    TestRunner::new(config)
        .run(&(plans.clone(), plans), |(unknown, known)| {
            check(&unknown, &known);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// Runs each list of steps on its own thread, first those of `unknown`, without the search for call sites,
/// and compares the counts.
fn check(unknown: &[Vec<Step>], known: &[Vec<Step>]) {
    let slots: Slots = [const { Mutex::new(None) }; SLOTS];
    let mut done = Vec::with_capacity(unknown.len() + known.len());
    let (before, then) = (Snapshot::take(), HeapCounts::now());
    let of_unknown = || {
        let counts = counts_of_site(SiteId::UNKNOWN);
        (counts.live_blocks(), counts.live_bytes())
    };
    let unknown_before = of_unknown();
    for (plan, sites) in [(unknown, Sites::Unknown), (known, Sites::Known)] {
        match sites {
            Sites::Unknown => allocator::stop(),
            Sites::Known => drop(allocator::start()),
        }
        thread::scope(|scope| {
            let mut workers = Vec::with_capacity(plan.len());
            for steps in plan {
                workers.push(scope.spawn(|| work(steps, &slots, sites)));
            }
            done.extend(workers.into_iter().map(|worker| worker.join().expect("the steps hold")));
        });
    }
    let unknown_after = of_unknown();
    let (now, after) = (HeapCounts::now(), Snapshot::take());

    let mut kept: Vec<Block> = slots
        .into_iter()
        .filter_map(|slot| slot.into_inner().expect("no thread panicked"))
        .collect();
    let bytes: usize = kept.iter().map(|block| block.layout.size()).sum();
    assert_eq!(now.live_blocks() - then.live_blocks(), kept.len() as u64, "live blocks");
    assert_eq!(now.live_bytes() - then.live_bytes(), bytes as u64, "live bytes");
    let sum = |of: fn(&Done) -> u64| done.iter().map(of).sum::<u64>();
    // Starting threads also allocates, but all of that is freed.
    let others = now.allocations - then.allocations - sum(|done| done.allocations);
    let freed = now.deallocations - then.deallocations - sum(|done| done.deallocations);
    assert_eq!(others, freed, "threads free what they allocate");
    assert_eq!(now.reallocations - then.reallocations, sum(|done| done.reallocations));

    let of_place = kept.iter().filter(|block| block.place == Place::Unknown);
    let expected = of_place.fold(unknown_before, |(blocks, bytes), block| {
        (blocks + 1, bytes + block.layout.size() as u64)
    });
    assert_eq!(unknown_after, expected, "blocks and bytes without a call stack");
    let difference = after.since(&before);
    for (place, function) in [
        (Place::First, "::first"),
        (Place::Second, "::second"),
        (Place::Zeroed, "::zeroed"),
        (Place::Resized, "::resized"),
    ] {
        let of_place = kept.iter().filter(|block| block.place == place);
        let expected = of_place.fold((0, 0), |(blocks, bytes), block| {
            (blocks + 1, bytes + i64::try_from(block.layout.size()).expect("small sizes"))
        });
        let found = difference.places.iter().filter(|place| place.function.ends_with(function));
        let counted = found.fold((0, 0), |sum, place| (sum.0 + place.blocks, sum.1 + place.bytes));
        assert_eq!(counted, expected, "blocks and bytes of {place:?}\n{difference}");
    }
    kept.drain(..).for_each(Block::free);
}
