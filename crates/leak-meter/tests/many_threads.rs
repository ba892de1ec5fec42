//! The meter's cost in a program with many threads: the memory of a new thread, and the time of a reading.
//! This is one test, because the tables belong to the whole process.
#![cfg(feature = "sites")]
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)] // Prints figures.

mod call_stacks;

use std::fs;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use call_stacks::left;
use leak_meter::allocator;
use leak_meter::allocator::capacity;
use leak_meter::{Allocator, HeapCounts};

#[global_allocator]
static METER: Allocator = Allocator::system();

const THREADS: usize = 160;
/// Enough for 8,192 call stacks.
const STEPS: u32 = 13;

/// The size of a thread's stack in bytes, which identifies its mapping.
const STACK: usize = 3 << 20;

/// The memory in use by the meter's tables, in bytes: that of the large unnamed mappings that are not a
/// thread's stack.
fn tables_in_use() -> usize {
    let maps = fs::read_to_string("/proc/self/smaps").expect("the system lists its mappings");
    let mut is_table = false;
    let mut sum = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if let Some((start, end)) = first.split_once('-') {
            let number = |text| usize::from_str_radix(text, 16).expect("an address");
            let size = number(end) - number(start);
            is_table = size >= 1 << 20 && size != STACK && words.count() == 4;
        } else if first == "Rss:" && is_table {
            let kilobytes: usize =
                words.next().and_then(|word| word.parse().ok()).expect("a number");
            sum += kilobytes * 1024;
        }
    }
    sum
}

#[test]
fn threads_take_little_memory_and_readings_little_time() {
    allocator::start();
    let before = tables_in_use();
    let (begun, end) = (Arc::new(Barrier::new(THREADS + 1)), Arc::new(Barrier::new(THREADS + 1)));
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (begun, end) = (Arc::clone(&begun), Arc::clone(&end));
            let work = move || {
                black_box(Box::new(number));
                begun.wait();
                end.wait();
            };
            thread::Builder::new().stack_size(STACK).spawn(work).expect("there is room for it")
        })
        .collect();
    begun.wait();
    let each = (tables_in_use() - before) / THREADS;
    println!("{each} bytes for each thread");
    assert!(each < 6_500, "{each} bytes for each thread");

    for path in 0..1 << STEPS {
        black_box(left(path, STEPS));
    }
    assert!(capacity().used > 1 << STEPS);
    let reading = || {
        let began = Instant::now();
        black_box(HeapCounts::now());
        began.elapsed()
    };
    let best = (0..20).map(|_| reading()).min().expect("some readings");
    println!("{best:?} for a reading");
    assert!(best < Duration::from_millis(3), "{best:?}");
    end.wait();
    for thread in threads {
        thread.join().expect("the thread ends");
    }
}
