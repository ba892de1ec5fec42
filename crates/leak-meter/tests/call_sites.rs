//! Blocks are charged to the line that allocates them. This is one test, because the site table belongs to
//! the whole process.
#![cfg(all(feature = "holders", feature = "soak"))]

use std::collections::{HashMap, VecDeque};
use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

use leak_meter::site::{AttributionMethod, Grain};
use leak_meter::verdict::Reason;
use leak_meter::{Allocator, Report, Soak, Verdict, allocator};

#[global_allocator]
static METER: Allocator = Allocator::system();

#[test]
fn each_planted_leak_is_charged_to_its_line() {
    one_block_in_a_thousand_operations();
    a_vector_that_doubles();
    a_vector_that_two_paths_grow_in_turn();
    a_vector_from_before_the_soak();
    a_vector_without_a_call_stack();
    blocks_from_before_the_soak_that_are_resized();
    a_table_and_what_it_holds();
    blocks_that_one_thread_allocates_and_another_keeps();
    a_leak_beside_a_cache_that_is_full();
    nothing_for_a_healthy_program();
    blocks_from_before_the_soak_that_are_exchanged();
    blocks_without_a_call_stack_that_are_exchanged();
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(100)
}

/// Does `work` while the search for call sites is off, so that its blocks have no call stack.
fn without_call_stacks<T>(work: impl FnOnce() -> T) -> T {
    allocator::stop();
    let made = work();
    allocator::start();
    made
}

#[inline(never)]
fn exchange(full: &mut VecDeque<Box<u64>>, number: u64) {
    full.pop_front();
    full.push_back(Box::new(number));
}

/// One container holds the old entries and the new ones, whether or not the exchange ends within the run.
fn blocks_from_before_the_soak_that_are_exchanged() {
    for number in [3000, 50_000] {
        let mut full: VecDeque<Box<u64>> = (0..number).map(Box::new).collect();
        let report = soak().run(|operation| exchange(&mut full, operation.number()));
        assert_eq!(report.verdict, Verdict::Steady, "{report}");
    }
    // A leak beside an exchange is still found.
    let mut full: VecDeque<Box<u64>> = (0..50_000).map(Box::new).collect();
    let mut kept = Vec::with_capacity(50_000);
    let report = soak().run(|operation| {
        exchange(&mut full, operation.number());
        remember(&mut kept, operation.number());
    });
    first_in(&report, "remember");
}

fn blocks_without_a_call_stack_that_are_exchanged() {
    let full_of =
        |number| without_call_stacks(|| (0..number).map(Box::new).collect::<VecDeque<Box<u64>>>());
    // The exchange ends within the run: steady from then on.
    let mut full = full_of(3000);
    let report = soak().run(|operation| exchange(&mut full, operation.number()));
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    // The exchange does not end within the run: no verdict is possible yet, and the report says so.
    let mut full = full_of(50_000);
    let report = soak().run(|operation| exchange(&mut full, operation.number()));
    assert_eq!(report.verdict, Verdict::Undecided, "{report}");
    assert!(matches!(report.sites[0].reason, Reason::PerhapsExchanged { .. }), "{report}");
    // A leak beside an exchange is still found.
    let mut kept = Vec::with_capacity(50_000);
    let report = soak().run(|operation| {
        exchange(&mut full, operation.number());
        remember(&mut kept, operation.number());
    });
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
}

/// The first finding, which must lie in `function` of this file.
#[track_caller]
fn first_in<'a>(report: &'a Report, function: &str) -> &'a leak_meter::site::Site {
    let site = report.sites.first().unwrap_or_else(|| panic!("no finding\n{report}"));
    assert_eq!(site.verdict, Verdict::Growing, "{report}");
    assert!(site.function.ends_with(function), "not {function}\n{report}");
    assert!(site.file.as_ref().is_some_and(|file| file.ends_with("call_sites.rs")), "{report}");
    assert!(site.own);
    assert_eq!(report.verdict, Verdict::Growing);
    site
}

#[inline(never)]
fn remember(kept: &mut Vec<Box<[u8]>>, number: u64) {
    kept.push(vec![0; 24 + usize::from(number == 0)].into_boxed_slice());
}

fn one_block_in_a_thousand_operations() {
    let mut kept = Vec::with_capacity(1000);
    let report = Soak::new().operations_per_round(1000).run(|operation| {
        let scratch = black_box(vec![operation.number(); 10]);
        if operation.number() % 1000 == 7 {
            remember(&mut kept, scratch[0]);
        }
    });
    let site = first_in(&report, "remember");
    assert!((site.blocks_per_operation.unwrap() - 0.001).abs() < 1e-9, "{report}");
    assert!((site.bytes_per_operation.unwrap() - 0.024).abs() < 1e-9, "{report}");
    assert_eq!(site.live_blocks, report.rounds.len() as u64);
    assert_eq!(site.grain, Grain::CallStack);
    assert_eq!(report.attribution.sites_refused, 0);
    assert_ne!(report.attribution.method, AttributionMethod::Off);
    assert_eq!(report.attribution.disagreed, 0, "{report}");
    assert_eq!(report.sites.len(), 1, "{report}");
}

#[inline(never)]
fn note(numbers: &mut Vec<u64>, number: u64) {
    numbers.push(number);
}

fn a_vector_that_doubles() {
    let mut numbers = Vec::new();
    let report = soak().run(|operation| note(&mut numbers, operation.number()));
    let site = first_in(&report, "note");
    assert_eq!(site.live_blocks, 1);
    assert!(site.reallocations > 5);
}

#[inline(never)]
fn note_even(numbers: &mut Vec<u64>, number: u64) {
    note(numbers, number);
}

#[inline(never)]
fn note_odd(numbers: &mut Vec<u64>, number: u64) {
    note(numbers, number);
    black_box(&numbers);
}

fn a_vector_that_two_paths_grow_in_turn() {
    let mut numbers = Vec::new();
    let report = soak().run(|operation| {
        if (operation.number() / 64).is_multiple_of(2) {
            note_even(&mut numbers, operation.number());
        } else {
            note_odd(&mut numbers, operation.number());
        }
    });
    first_in(&report, "note");
}

/// It belongs to the place that created it, whichever code makes it grow.
fn a_vector_from_before_the_soak() {
    let mut numbers = vec![0; 10];
    let report = soak().run(|operation| note(&mut numbers, operation.number()));
    let site = first_in(&report, "a_vector_from_before_the_soak");
    assert_eq!(site.live_blocks, 1);
    assert_eq!(report.sites.len(), 1, "{report}");
}

/// It takes the site of its first reallocation.
fn a_vector_without_a_call_stack() {
    let mut numbers = without_call_stacks(|| vec![0; 10]);
    let report = soak().run(|operation| note(&mut numbers, operation.number()));
    let site = first_in(&report, "note");
    assert_eq!(site.live_blocks, 1);
    assert_eq!(report.sites.len(), 1, "{report}");
    // In a second soak, the block has that site from the start.
    let report = Soak::new()
        .operations_per_round(1000)
        .run(|operation| note(&mut numbers, operation.number()));
    first_in(&report, "note");
}

/// Blocks without a call stack take one when they are resized, one after the other. This is neither growth
/// there nor an exchange.
fn blocks_from_before_the_soak_that_are_resized() {
    let make = || vec![vec![0_u8; 100]; 50_000];
    for mut all in [make(), without_call_stacks(make)] {
        let report = soak().run(|operation| {
            let one = &mut all[usize::try_from(operation.number()).unwrap()];
            one.reserve_exact(1);
            one.shrink_to_fit();
        });
        assert_eq!(report.verdict, Verdict::Steady, "{report}");
    }
}

#[inline(never)]
fn enter(table: &mut HashMap<u64, String>, number: u64) {
    table.insert(number, number.to_string());
}

fn a_table_and_what_it_holds() {
    let mut table = HashMap::new();
    let report = soak().run(|operation| enter(&mut table, operation.number()));
    first_in(&report, "enter");
    assert_eq!(report.sites.len(), 1, "a table and what it holds are one finding\n{report}");
}

#[inline(never)]
fn produce(number: u64) -> String {
    format!("message {number}")
}

fn blocks_that_one_thread_allocates_and_another_keeps() {
    let (send, receive) = mpsc::sync_channel::<(String, mpsc::SyncSender<()>)>(1);
    let keeper = thread::spawn(move || {
        let mut kept = Vec::with_capacity(100_000);
        for (message, taken) in receive {
            kept.push(message);
            taken.send(()).unwrap();
        }
        kept.len()
    });
    let (taken, wait) = mpsc::sync_channel(1);
    let report = soak().run(|operation| {
        send.send((produce(operation.number()), taken.clone())).unwrap();
        wait.recv().unwrap();
    });
    drop(send);
    assert_eq!(keeper.join().unwrap() as u64, report.operations());
    first_in(&report, "produce");
}

#[inline(never)]
fn cache(cached: &mut [Vec<u8>], number: u64) {
    let slot = usize::try_from(number % 500).unwrap();
    cached[slot] = vec![1; 100];
}

fn a_leak_beside_a_cache_that_is_full() {
    let mut cached = vec![Vec::new(); 500];
    let mut kept = Vec::with_capacity(100_000);
    let report = soak().run(|operation| {
        cache(&mut cached, operation.number());
        if operation.number() % 50 == 0 {
            remember(&mut kept, operation.number());
        }
    });
    first_in(&report, "remember");
    assert_eq!(report.sites.len(), 1, "{report}");
}

fn nothing_for_a_healthy_program() {
    let mut cached = vec![Vec::new(); 500];
    let report = soak().run(|operation| cache(&mut cached, operation.number()));
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert!(report.sites.is_empty(), "{report}");
    assert!(report.attribution.meter_bytes < 1_000_000, "{report}");
}
