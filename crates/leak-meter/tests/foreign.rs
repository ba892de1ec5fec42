//! Memory that C code allocates and loses is found, and Rust's own growth is not mistaken for it.
//! This is one test, because the heap belongs to the whole process.
#![cfg(all(feature = "holders", feature = "soak"))]
#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![allow(unsafe_code)] // Calls C's allocator as C code would.

use std::hint::black_box;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use leak_meter::{Allocator, Report, Resource, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// An allocation by a C library.
fn c_allocates(bytes: usize) -> *mut libc::c_void {
    // SAFETY: `malloc` takes any size; the block is only freed or lost, never read.
    black_box(unsafe { libc::malloc(bytes) })
}

fn verdict_on_c_code(report: &Report) -> Verdict {
    let growth = report.growth_of(Resource::ForeignBytes);
    growth.unwrap_or_else(|| panic!("not measured\n{report}")).verdict
}

#[repr(align(128))]
struct Line([u8; 200]);

#[test]
fn leaks_of_c_code_are_distinguished_from_rust_memory() {
    // A C library that loses 2 kB in each operation.
    let lost = Soak::new().operations_per_round(100).run(|_| {
        c_allocates(2000);
    });
    assert_eq!(verdict_on_c_code(&lost), Verdict::Growing, "{lost}");
    assert_eq!(lost.verdict, Verdict::Growing);
    let growth = lost.growth_of(Resource::ForeignBytes).unwrap();
    let each = growth.per_operation.unwrap();
    assert!((2000.0..2100.0).contains(&each), "{lost}");
    for rust in [Resource::LiveBlocks, Resource::LiveBytes] {
        assert_eq!(lost.growth_of(rust).unwrap().verdict, Verdict::Steady, "{lost}");
    }

    // One that frees everything, on several threads.
    let healthy = Soak::new().operations_per_round(20).run(|operation| {
        let size = 16 + usize::try_from(operation.seed() % 3000).unwrap();
        let work = move || {
            let block = c_allocates(size);
            // SAFETY: the block was allocated above and is freed once.
            unsafe { libc::free(block) };
        };
        thread::spawn(work).join().unwrap();
        work();
    });
    assert_eq!(verdict_on_c_code(&healthy), Verdict::Steady, "{healthy}");
    assert_eq!(healthy.verdict, Verdict::Steady, "{healthy}");

    // Rust keeps blocks of all sizes, including mapped ones: they are not C memory.
    let mut kept = Vec::with_capacity(10_000);
    let rust = Soak::new().operations_per_round(20).run(|operation| {
        let size = match operation.number() % 4 {
            0 => 300_000,
            1 => 7,
            2 => 1000,
            _ => 50_000,
        };
        kept.push(black_box(vec![0_u8; size]));
    });
    assert_eq!(rust.growth_of(Resource::LiveBytes).unwrap().verdict, Verdict::Growing);
    assert_ne!(verdict_on_c_code(&rust), Verdict::Growing, "{rust}");

    // Neither is the memory in front of over-aligned blocks.
    let mut kept = Vec::with_capacity(100_000);
    let rust = Soak::new().operations_per_round(1000).run(|operation| {
        kept.push(Box::new(Line([black_box(operation.seed().to_ne_bytes()[0]); 200])));
    });
    assert_eq!(rust.growth_of(Resource::LiveBytes).unwrap().verdict, Verdict::Growing);
    assert_ne!(verdict_on_c_code(&rust), Verdict::Growing, "{rust}");
    assert!(kept.iter().all(|line| line.0[0] == line.0[199]));

    // Neither is the memory that the C library and the standard library keep for each thread.
    let (go, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    let mut threads = Vec::with_capacity(1000);
    let left_behind = Soak::new().operations_per_round(10).rounds(24).run(|_| {
        let wait = Arc::clone(&wait);
        let body = move || drop(wait.lock().map(|wait| wait.recv()));
        threads.push(thread::Builder::new().stack_size(64 << 10).spawn(body).unwrap());
    });
    assert_eq!(left_behind.growth_of(Resource::Threads).unwrap().verdict, Verdict::Growing);
    assert_ne!(verdict_on_c_code(&left_behind), Verdict::Growing, "{left_behind}");
    drop(go);
    for thread in threads {
        thread.join().unwrap();
    }
}
