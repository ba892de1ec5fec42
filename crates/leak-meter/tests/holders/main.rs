//! Finds the holders in hand-made scenes. Each runs in a process of its own, and asserts what must be found.
//!
//! - `containers`: a vector, maps, a list, halves, slices, pages: blocks held by their containers.
//! - `owners`: threads, statics, closures, futures, C code: blocks held by something other than a container.
//! - `rings`: blocks held by nothing but each other, and weak pointers.
//! - `free_lists`: blocks next to free memory (of the C library on Linux).
//! - `limits`: the time limit of a scan.
//! - `counts`: blocks held by nothing that look like a ring.
//! - `tasks`: pointers that only wake a task, and unfinished tasks.
//! - `strays`: pointers that do not belong to an owner.
//! - `random`: random graphs, compared with a simple model.
//! - `moving`: scans while other threads allocate, and beyond the limit on blocks.
//! - `soaks`: holders in a soak's report.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::unnecessary_box_returns, clippy::vec_box)] // Each value needs a block of its own.
#![cfg(heap_scan)]

#[macro_use]
#[path = "../isolated/mod.rs"]
mod isolated;

mod containers;
mod counts;
#[cfg(target_os = "linux")]
mod free_lists;
mod limits;
mod moving;
mod owners;
mod random;
mod rings;
mod soaks;
mod strays;
mod tasks;

use leak_meter::Allocator;
use leak_meter::holders::{Finding, Held, Hold, Holders, Step};

#[global_allocator]
static METER: Allocator = Allocator::system();

scenes! {
    containers: vector, nested_maps, long_list, growing_vector, two_halves, arc_slice, page_aligned,
        sessions_with_strings;
    owners: static_value, other_stack, many_stacks, thread_local_value, boxed_closure, parked_future,
        waiting_tasks, foreign_memory, forgotten, main_stack;
    rings: ring_with_tail, weak_left, weak_way_back, ring_known_weakly, closure_that_owns_its_owner,
        arc_ring;
    free_lists:
        #[cfg(target_os = "linux")] neighbours_of_free_chunks,
        #[cfg(target_os = "linux")] blocks_of_one_word;
    limits:
        #[cfg(target_os = "linux")] reserved_address_space,
        out_of_time, nothing_gained;
    counts: forgotten_clone_of_a_parent, forgotten_clone, future_that_borrows_from_itself,
        ring_of_one;
    tasks: registry_of_wakers, server_that_a_signal_ends,
        server_without_a_call_stack_that_a_signal_ends, tasks_of_a_runtime_without_a_call_stack,
        results_that_nobody_takes, list_of_waiters;
    strays: slots_that_are_not_cleared, buffer_in_reused_memory, queue_of_one_slow_client, ring_that_only_wakers_know;
    random: random_graphs;
    moving: while_others_allocate, beyond_the_limit;
    soaks: report_of_a_leak, nothing_for_a_healthy_program;
}

/// Scenes whose blocks must be in the arena of the main thread, which is a static of the C library. A test
/// has a thread of its own, and therefore another arena.
const IN_MAIN_ARENA: [&str; 2] = ["neighbours_of_free_chunks", "blocks_of_one_word"];

fn in_a_process(scene: &str) {
    let in_main_arena: &[_] = &[("MALLOC_ARENA_MAX", "1")];
    let variables = if IN_MAIN_ARENA.contains(&scene) { in_main_arena } else { &[] };
    isolated::scene_in_a_process(scene, variables);
}

#[test]
#[ignore = "a child of the others"]
fn the_scene() {
    isolated::run_wanted(SCENES);
}

/// Runs every scene many times, because a majority must be right each time.
#[test]
#[ignore = "takes half an hour; run it after changing how holders are found"]
fn every_scene_a_hundred_times() {
    for (name, _) in SCENES {
        for _ in 0..100 {
            in_a_process(name);
        }
    }
}

/// The finding that holds most of the blocks of `function`. There must be one.
#[track_caller]
fn holder_of<'a>(holders: &'a Holders, function: &str) -> (&'a Finding, &'a Held) {
    let with = holders.findings.iter().flat_map(|finding| {
        let held = finding.held.iter().filter(|held| held.function.ends_with(function));
        held.map(move |held| (finding, held))
    });
    with.max_by_key(|(_, held)| held.blocks)
        .unwrap_or_else(|| panic!("no holder of {function}\n{holders}\n{holders:?}"))
}

/// Whether the steps have these kinds, and were allocated in these functions.
fn are(steps: &[Step], expected: &[(&str, &str)]) -> bool {
    let is = |(step, (what, function)): (&Step, &(&str, &str))| {
        step.what == *what && step.function.ends_with(function)
    };
    steps.len() == expected.len() && steps.iter().zip(expected).all(is)
}

/// Asserts that nearly all of `blocks` blocks of `function` are held by `expected`, from the holder
/// outwards.
#[track_caller]
fn is_held<'a>(
    holders: &'a Holders,
    function: &str,
    blocks: u64,
    expected: &[(&str, &str)],
) -> &'a Finding {
    let (finding, held) = holder_of(holders, function);
    assert!(are(&finding.steps, expected), "{holders}\n{:?}", finding.steps);
    assert!(held.blocks * 100 >= blocks * 99, "{holders}");
    assert!(held.of >= blocks && held.of <= blocks + blocks / 100 + 2, "{holders}");
    finding
}

/// Asserts that the blocks are on the stack of `thread`, in `function` if frames are distinguished.
#[track_caller]
fn is_on_stack(hold: &Hold, of: &str, in_function: Option<&str>) {
    let Hold::Stack { thread, function, .. } = hold else { panic!("{hold:?} is not the stack") };
    assert!(thread.ends_with(of), "{hold:?} is not the stack of {of}");
    if let Some(expected) = in_function {
        assert!(function.as_ref().is_some_and(|function| function.ends_with(expected)), "{hold:?}");
    }
}
