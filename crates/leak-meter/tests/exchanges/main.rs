//! One call stack grows as fast as another falls: an exchange within a full container, or a leak beside a
//! stock that drains. Each scene runs in a process of its own: this program is started again with the
//! scene's name.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::unnecessary_box_returns, clippy::vec_box)] // Each value needs a block of its own.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod caches;
mod leaks;

use std::env;
use std::process::Command;

use leak_meter::{Allocator, Report, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Creates a test for each name, which runs the function of that name in a process of its own.
macro_rules! scenes {
    ($($module:ident: $($name:ident),+;)+) => {
        const SCENES: &[(&str, fn())] =
            &[$($((stringify!($name), $module::$name as fn())),+),+];
        $($(
            #[test]
            fn $name() {
                in_a_process(stringify!($name));
            }
        )+)+
    };
}

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

/// The environment variable that passes the scene's name to a child.
const SCENE: &str = "LEAK_METER_TEST_SCENE";

fn in_a_process(scene: &str) {
    let mut child = Command::new(env::current_exe().expect("this test's program"));
    child.args(["--ignored", "--exact", "--nocapture", "the_scene"]).env(SCENE, scene);
    let output = child.output().expect("this program can be run");
    assert!(
        output.status.success(),
        "{scene}:\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "a child of the others"]
fn the_scene() {
    let Ok(wanted) = env::var(SCENE) else { return };
    let (_, scene) = SCENES.iter().find(|(name, _)| *name == wanted).expect("a scene of that name");
    scene();
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
    let blamed: Vec<&str> = growing.map(|site| site.function.as_str()).collect();
    assert!(!blamed.is_empty(), "{report}");
    assert!(blamed.iter().all(|blamed| blamed.ends_with(function)), "{blamed:?}\n{report}");
}
