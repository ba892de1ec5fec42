//! Small programs, healthy and leaking, each with a soak in a process of its own.
//!
//! - `stores`: entries that are cleared or expire.
//! - `logs`: programs that only grow: lines that leak beneath noise, strings, vectors, arenas.
//! - `descriptors`: descriptors, up to the limits that only a Unix system sets; `handles`: threads, and handles on
//!   Windows.
//! - `time`: slow operations, busy threads, and operations that slow down.
//! - `lingering`: asynchronous work that continues after its operation.
//! - `assertions`: when the assertions on a report pass.
//! - `early`: containers created before the soak; `attribution`: the environment variable that turns off
//!   their lines.
//! - `endings`: operations that panic, and soaks that are cancelled.
#![cfg(all(feature = "soak", heap_scan))]
#![allow(clippy::vec_box)] // Each value needs a block of its own.

#[macro_use]
#[path = "../isolated/mod.rs"]
mod isolated;

mod assertions;
mod attribution;
#[cfg(unix)]
mod descriptors;
mod early;
mod endings;
mod handles;
mod lingering;
mod logs;
mod stores;
mod time;

use leak_meter::report::Growth;
use leak_meter::{Allocator, Report, Resource, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

scenes! {
    stores:
        a_store_that_is_cleared_now_and_then_is_not_growing,
        a_store_whose_entries_outlive_the_budget_is_growing,
        the_same_store_is_steady_after_a_rest_of_their_time_to_live,
        a_store_that_keeps_its_room_is_not_growing_after_the_rest;
    logs:
        a_leak_that_begins_late_beneath_the_noise_of_its_own_line_is_growing,
        an_arena_whose_pages_double_is_growing_at_its_line_and_rate,
        a_string_that_is_only_appended_to_is_growing_at_its_rate,
        a_vector_that_is_never_trimmed_is_growing_at_its_line_and_rate;
    descriptors:
        #[cfg(unix)]
        open_files_that_stay_are_growing_at_every_limit,
        #[cfg(unix)]
        an_error_at_the_limit_of_open_files_never_makes_them_steady,
        #[cfg(unix)]
        files_that_stay_open_are_grouped_by_their_folder;
    handles:
        #[cfg(windows)]
        handles_that_stay_are_growing_and_have_their_type,
        threads_that_stay_are_growing_after_few_operations;
    time:
        a_slow_first_operation_is_part_of_a_steady_soak,
        a_busy_thread_beside_the_workload_costs_no_more_than_the_budget,
        operations_that_slow_down_as_they_leak_end_in_time_and_are_growing;
    lingering:
        work_that_lingers_settles_on_one_thread_and_on_several,
        work_that_lingers_is_steady_within_a_budget;
    assertions:
        assert_steady_refuses_what_grows_and_what_is_undecided,
        assert_not_growing_accepts_an_undecided_resource_beside_steady_ones,
        assert_detects_names_the_detection_limit,
        a_summary_is_one_line;
    early:
        what_was_made_at_any_time_has_its_line,
        after_a_soak_attribution_is_as_before;
}

/// Runs a program in a process of its own, and returns its standard error.
#[track_caller]
fn in_a_process(program: &str) -> String {
    let output = isolated::scene_in_a_process(program, &[]);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
#[ignore = "a child of the others"]
fn the_scene() {
    isolated::run_wanted(SCENES.iter().chain(endings::PROGRAMS).chain(attribution::PROGRAMS));
}

/// The finding on a resource, which must be growing.
#[track_caller]
fn growing(report: &Report, resource: Resource) -> &Growth {
    let growth = report.growth_of(resource).expect("the resource was measured");
    assert_eq!(report.verdict, Verdict::Growing, "{report}");
    assert_eq!(growth.verdict, Verdict::Growing, "{report}");
    growth
}

/// Asserts that the first finding grows and is the line of `function`, given by the end of its path.
#[track_caller]
fn is_at(report: &Report, function: &str) {
    let Some(site) = report.sites.first() else { panic!("nothing was found\n{report}") };
    assert_eq!(site.verdict, Verdict::Growing, "{report}");
    assert!(site.function.ends_with(function), "{report}");
    assert!(site.file.as_ref().is_some_and(|file| file.contains("small_programs")), "{report}");
    assert!(site.line.is_some(), "{report}");
}
