//! How many times as long an allocation-heavy loop takes with each way of counting as with the
//! system allocator alone.
//!
//! Both sides of a ratio run alternately, for a few milliseconds each, so that other activity on
//! the machine affects both alike. There are two loops, ten calls deep on a thread of their own:
//! `records` makes four allocations per operation, fills them and reads them, as a program does.
//! `bare` only calls the allocator: four times for a block, once to resize one and four times to
//! free; this is the worst case. `records` also runs forty calls deep, to show the cost of a frame.
#![allow(unsafe_code)] // The switch between allocators is an allocator itself.

use std::alloc::{GlobalAlloc, Layout, System, alloc, dealloc, realloc};
use std::cell::Cell;
use std::fmt::Write;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use leak_meter::Allocator;
use leak_meter::allocator::{self, Method};
use leak_meter::internals::start_with;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

static STATS: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;
static METER: Allocator = Allocator::system();

/// The allocator that serves this thread's allocations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Plain,
    Stats,
    Meter,
}

thread_local! {
    static SERVER: Cell<Server> = const { Cell::new(Server::Plain) };
}

/// Passes each call on to the allocator that serves the thread. Blocks are freed before another
/// allocator takes over.
struct Switch;

#[global_allocator]
static SWITCH: Switch = Switch;

// SAFETY: each call is passed on unchanged to an allocator that fulfils the contract.
unsafe impl GlobalAlloc for Switch {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe {
            match SERVER.get() {
                Server::Plain => System.alloc(layout),
                Server::Stats => STATS.alloc(layout),
                Server::Meter => METER.alloc(layout),
            }
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise, and the block came from the same server.
        unsafe {
            match SERVER.get() {
                Server::Plain => System.dealloc(block, layout),
                Server::Stats => STATS.dealloc(block, layout),
                Server::Meter => METER.dealloc(block, layout),
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            match SERVER.get() {
                Server::Plain => System.realloc(block, layout, new_size),
                Server::Stats => STATS.realloc(block, layout, new_size),
                Server::Meter => METER.realloc(block, layout, new_size),
            }
        }
    }
}

/// Calls between the loop and the allocations.
const DEPTH: u32 = 10;
const GREAT_DEPTH: u32 = 40;
/// The number of turns for each side of a ratio in one measurement.
const TURNS: u64 = 8;

/// Does `work` after `depth` nested calls.
#[inline(never)]
fn at_depth(depth: u32, number: u64, work: Work) -> u64 {
    if depth == 0 {
        return work(number);
    }
    black_box(at_depth(black_box(depth - 1), number, work))
}

struct Record {
    title: String,
    marks: Vec<u64>,
}

/// Makes a record of three blocks, and writes it as a line of text.
fn records(number: u64) -> u64 {
    let mut title = String::with_capacity(48);
    write!(title, "Publish the release notes of version {number}").expect("strings take all");
    let marks = (1..=16).map(|at| (number ^ at).wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
    let record = black_box(Box::new(Record { title, marks }));
    let mut line = String::with_capacity(96);
    line.push_str(&record.title);
    for mark in record.marks.iter().take(2) {
        write!(line, ", {mark}").expect("strings take all");
    }
    line.bytes().fold(0, |sum, byte| sum * 31 + u64::from(byte))
}

/// Only calls the allocator.
fn bare(_: u64) -> u64 {
    let layouts = [24, 64, 100, 400].map(|size| Layout::from_size_align(size, 8).expect("small"));
    let resized = Layout::from_size_align(250, 8).expect("small");
    // SAFETY: each block is resized and freed with its current layout, and none is read.
    unsafe {
        let mut blocks = layouts.map(|layout| black_box(alloc(layout)));
        blocks[2] = black_box(realloc(blocks[2], layouts[2], 250));
        for (block, layout) in blocks.into_iter().zip([layouts[0], layouts[1], resized, layouts[3]])
        {
            dealloc(block, layout);
        }
    }
    0
}

/// One operation, by its number.
type Work = fn(u64) -> u64;

/// A loop that is served by one allocator with one method.
#[derive(Clone, Copy)]
struct Subject {
    work: Work,
    server: Server,
    method: Method,
    threads: usize,
    depth: u32,
}

impl Subject {
    /// How long the slowest thread takes for this number of operations, with all threads running at
    /// once.
    fn time(self, operations: u64) -> Duration {
        // The first allocation of the process has already started the search for call sites.
        match self.method {
            Method::Off => allocator::stop(),
            method => start_with(method),
        }
        let work = || {
            SERVER.set(self.server);
            let began = Instant::now();
            for number in 0..operations {
                black_box(at_depth(self.depth, number, self.work));
            }
            let took = began.elapsed();
            SERVER.set(Server::Plain);
            took
        };
        // A single thread also gets a stack of its own, so that its depth is the same as that of
        // the others.
        let took = thread::scope(|scope| {
            let workers: Vec<_> = (0..self.threads).map(|_| scope.spawn(work)).collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).max()
        });
        allocator::stop();
        took.unwrap_or_default()
    }

    /// The ratio of its time to that of the system allocator, measured in alternation.
    fn ratio(self, operations: u64) -> f64 {
        let plain = Self { server: Server::Plain, method: Method::Off, ..self };
        let each = (operations / TURNS).max(1);
        let (mut with, mut without) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..TURNS {
            without += plain.time(each);
            with += self.time(each);
        }
        with.as_secs_f64() / without.as_secs_f64()
    }

    fn bench(self, group: &mut BenchmarkGroup<'_, Slowdown>, way: &str) {
        group.bench_function(way, |bencher| {
            // Criterion divides by the number of operations.
            bencher.iter_custom(|operations| self.ratio(operations) * operations as f64);
        });
    }
}

/// A ratio, as a measurement for criterion.
struct Slowdown;

impl Measurement for Slowdown {
    type Intermediate = ();
    type Value = f64;

    fn start(&self) {}

    fn end(&self, (): ()) -> f64 {
        unreachable!("every benchmark here measures by itself")
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Times
    }
}

/// Writes `1.32 x`.
struct Times;

impl ValueFormatter for Times {
    fn scale_values(&self, _: f64, _: &mut [f64]) -> &'static str {
        "x"
    }

    fn scale_throughputs(&self, _: f64, _: &Throughput, _: &mut [f64]) -> &'static str {
        "x"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "x"
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(Slowdown)
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let loops: [(&str, Work); 2] = [("records", records), ("bare", bare)];
    let counting = ("counting", Server::Meter, Method::Off);
    let sites = ("call sites", Server::Meter, Method::FramePointers);
    let others = [
        ("stats_alloc", Server::Stats, Method::Off),
        ("call sites by unwinder", Server::Meter, Method::Unwinder),
    ];
    for ((name, work), threads) in loops.into_iter().flat_map(|work| [(work, 1), (work, 2)]) {
        let mut group = criterion.benchmark_group(format!("{name}, {threads} threads"));
        group.sampling_mode(SamplingMode::Flat).sample_size(20);
        for (way, server, method) in [counting, sites].into_iter().chain(others) {
            Subject { work, server, method, threads, depth: DEPTH }.bench(&mut group, way);
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group(format!("records, {GREAT_DEPTH} calls deep"));
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    for (way, server, method) in [counting, sites] {
        let depth = GREAT_DEPTH;
        Subject { work: records, server, method, threads: 1, depth }.bench(&mut group, way);
    }
    group.finish();
    criterion.final_summary();
}
