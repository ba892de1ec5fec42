//! One call stack grows as fast as another falls: an exchange within a full container, or a leak beside a
//! stock that drains. Each scene runs in a process of its own.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::unnecessary_box_returns, clippy::vec_box)] // Each value needs a block of its own.
#![cfg(heap_scan)]

#[macro_use]
#[path = "../isolated/mod.rs"]
mod isolated;

mod caches;
mod leaks;

use leak_meter::{Allocator, Report, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

scenes! {
    leaks: results_leak_while_a_queue_from_before_the_soak_drains,
        results_leak_while_a_queue_filled_in_the_soak_drains,
        a_queue_and_a_list_in_one_struct_on_the_heap_are_two_containers,
        results_in_a_hash_table_are_distinguished_from_jobs_in_a_queue,
        results_in_a_linked_list_are_distinguished_from_jobs_in_a_queue,
        results_in_a_list_are_distinguished_from_jobs_in_a_hash_table,
        results_in_a_list_are_distinguished_from_jobs_in_a_btree,
        jobs_that_own_their_service_do_not_join_its_containers,
        every_worker_has_a_queue_and_a_list_of_its_own,
        forgotten_results_are_not_an_exchange,
        a_queue_made_of_a_vector_is_distinguished_from_its_results,
        jobs_that_moved_within_their_vector_leave_nothing_to_the_results,
        a_leak_that_goes_on_after_the_queue_is_empty_is_blamed,
        a_leak_beside_a_cache_that_exchanges_its_entries_is_found;
    caches: a_full_queue_that_exchanges_its_entries_is_steady,
        a_full_queue_made_of_a_vector_is_steady,
        a_full_hash_table_that_exchanges_its_entries_is_steady,
        a_full_btree_that_exchanges_its_entries_is_steady,
        a_full_linked_list_that_exchanges_its_entries_is_steady,
        a_full_lru_cache_that_exchanges_its_entries_is_steady,
        entries_of_several_blocks_are_exchanged_as_a_whole,
        shards_of_one_cache_are_one_container,
        a_moka_cache_that_was_full_before_the_soak_may_get_new_keys,
        a_moka_cache_that_was_full_before_the_soak_may_get_new_values,
        a_small_moka_cache_that_is_renewed_slowly_is_not_blamed,
        a_moka_cache_that_fills_and_is_then_renewed_by_another_path_is_not_blamed,
        growth_that_ends_when_the_old_entries_have_run_out_is_not_blamed,
        without_a_heap_scan_the_report_says_what_would_decide;
}

fn in_a_process(scene: &str) {
    isolated::scene_in_a_process(scene, &[]);
}

#[test]
#[ignore = "a child of the others"]
fn the_scene() {
    isolated::run_wanted(SCENES);
}

#[test]
#[ignore = "takes several minutes; run it after changing how exchanges are recognised"]
fn every_scene_twenty_times() {
    for (name, _) in SCENES {
        for _ in 0..20 {
            in_a_process(name);
        }
    }
}

fn soak() -> Soak<'static> {
    Soak::new().operations_per_round(200)
}

/// Asserts that the report blames `function` of this program.
#[track_caller]
fn is_blamed(report: &Report, function: &str) {
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    let growing = report.sites.iter().filter(|site| site.verdict == Verdict::Growing);
    // The names of some compilers end with generic arguments.
    let blamed = growing.map(|site| site.function.split("::<").next().unwrap_or_default());
    let blamed: Vec<&str> = blamed.collect();
    assert!(!blamed.is_empty(), "{report}");
    assert!(blamed.iter().all(|blamed| blamed.ends_with(function)), "{blamed:?}\n{report}");
}
