//! Random graphs of real blocks, compared with a simple model of them.
#![allow(unsafe_code)] // Rust's ownership cannot express an arbitrary graph.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::Mutex;

use fastrand::Rng;
use leak_meter::holders::{self, Hold, Holders};

/// A block of the graph: the addresses of others.
type Node = [usize; 6];
const WORD: usize = size_of::<usize>();

/// The addresses of the held blocks; other addresses are stored only in another form.
static ROOTS: Mutex<Vec<usize>> = Mutex::new(Vec::new());

#[inline(never)]
fn node() -> *mut Node {
    black_box(Box::into_raw(Box::new([0; 6])))
}

#[inline(never)]
fn table(room: usize) -> Vec<usize> {
    black_box(Vec::with_capacity(room))
}

/// A graph, and what is known about it.
struct Drawn {
    /// The blocks, each as the complement of its address, which does not look like an address.
    blocks: Vec<usize>,
    edges: Vec<(usize, usize)>,
    roots: Vec<usize>,
}

/// Draws a graph in a thread of its own, so that no address stays on this thread's stack.
fn draw(seed: u64) -> Drawn {
    std::thread::spawn(move || {
        let mut rng = Rng::with_seed(seed);
        let count = rng.usize(50..400);
        let nodes: Vec<*mut Node> = (0..count).map(|_| node()).collect();
        let mut edges = Vec::new();
        for (from, block) in nodes.iter().enumerate() {
            for word in 0..rng.usize(0..4) {
                let to = rng.usize(0..count);
                // Half of the pointers point to a value inside a block. An unaligned pointer does not
                // point to an owned value if others point to the start of the block.
                let inside =
                    if rng.bool() { WORD * rng.usize(0..size_of::<Node>() / WORD) } else { 0 };
                // SAFETY: this is a live block of six words that nothing else uses, and `word` is
                // below 4.
                unsafe { (**block)[word] = nodes[to].expose_provenance() + inside };
                edges.push((from, to));
            }
        }
        let roots: Vec<usize> = (0..rng.usize(1..8)).map(|_| rng.usize(0..count)).collect();
        let mut held = table(roots.len());
        held.extend(roots.iter().map(|root| nodes[*root].expose_provenance()));
        *ROOTS.lock().unwrap() = held;
        let blocks = nodes.iter().map(|block| !block.expose_provenance()).collect();
        Drawn { blocks, edges, roots }
    })
    .join()
    .unwrap()
}

impl Drawn {
    fn reached(&self) -> BTreeSet<usize> {
        let mut reached: BTreeSet<usize> = self.roots.iter().copied().collect();
        loop {
            let more: Vec<usize> = self
                .edges
                .iter()
                .filter(|(from, to)| reached.contains(from) && !reached.contains(to))
                .map(|(_, to)| *to)
                .collect();
            if more.is_empty() {
                return reached;
            }
            reached.extend(more);
        }
    }

    fn give_back(self) {
        ROOTS.lock().unwrap().clear();
        for hidden in self.blocks {
            let block = std::ptr::with_exposed_provenance_mut::<Node>(!hidden);
            // SAFETY: `Box::into_raw` in `node` returned this pointer, which is taken back once.
            drop(unsafe { Box::from_raw(block) });
        }
    }
}

/// The nodes that are held in the ways that `which` selects.
fn held(found: &Holders, which: impl Fn(&Hold) -> bool) -> u64 {
    let findings = found.findings.iter().filter(|finding| which(&finding.hold));
    let held = findings.flat_map(|finding| &finding.held);
    held.filter(|held| held.function.ends_with("::node")).map(|held| held.blocks).sum()
}

pub fn random_graphs() {
    // From here on, call sites are looked for.
    let _ = leak_meter::Snapshot::take();
    let mut exact = 0;
    for seed in 0..20 {
        let drawn = draw(seed);
        let found = holders::of("random::node");
        let (all, reached) = (drawn.blocks.len() as u64, drawn.reached().len() as u64);
        let by_static = held(&found, |hold| matches!(hold, Hold::Static { .. }));
        let told = reached * 10 >= all;
        assert_eq!(by_static, if told { reached } else { 0 }, "seed {seed}\n{found}");
        // Leftovers of the drawing thread may seem to hold some blocks.
        let unheld =
            held(&found, |hold| matches!(hold, Hold::Ring | Hold::Nothing | Hold::Foreign));
        assert!(unheld <= all - reached, "seed {seed}: {unheld} of {}\n{found}", all - reached);
        // Blocks that such leftovers seem to hold may lead to blocks that the static also holds.
        if told && by_static + unheld == all {
            exact += 1;
            let finding = found.findings.iter().find(|finding| {
                matches!(&finding.hold, Hold::Static { name: Some(name), .. } if name.ends_with("ROOTS"))
            });
            let finding = finding.unwrap_or_else(|| panic!("seed {seed}\n{found}"));
            // If few entries lead to all blocks, the graph itself gathers.
            let is_table = finding.steps[0].function.ends_with("::table");
            let table = if is_table { drawn.roots.len() * size_of::<usize>() } else { 0 };
            let expected = reached * size_of::<Node>() as u64 + table as u64;
            assert_eq!(finding.retained_bytes, expected, "seed {seed}\n{found}");
        }
        drawn.give_back();
    }
    assert!(exact >= 2, "only {exact} graphs were without remains");
}
