//! Watches of a service that works in this process, each in a process of its own.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::vec_box)] // Each entry needs a block of its own.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

#[macro_use]
#[path = "../isolated/mod.rs"]
mod isolated;
mod scene;

use leak_meter::Allocator;

#[global_allocator]
static METER: Allocator = Allocator::system();

scenes! {
    scene:
        a_rare_leak_beside_a_swinging_working_set_is_named_with_its_holder,
        a_swinging_working_set_alone_is_not_growing,
        a_verdict_needs_enough_work,
        the_history_stays_bounded_and_keeps_the_verdict,
        the_history_of_rare_work_stays_bounded,
        readings_of_many_threads_keep_the_history,
        a_leak_is_found_whatever_the_load_is,
        a_verdict_is_not_lost_when_readings_are_dropped,
        readings_begin_anew_when_call_sites_are_switched_on_again,
        call_sites_that_are_switched_on_in_a_soak_stay_on,
        a_thread_takes_the_readings_until_it_is_dropped,
        a_suppressed_line_is_listed_and_not_growing;
}

fn in_a_process(scene: &str) {
    isolated::scene_in_a_process(scene, &[]);
}

#[test]
#[ignore = "run by the other tests in a process of its own"]
fn the_scene() {
    isolated::run_wanted(SCENES);
}

#[test]
fn call_sites_that_are_off_at_the_start_can_be_switched_on() {
    let off = [("LEAK_METER_ATTRIBUTION", "off")];
    isolated::test_in_a_process("a_service_that_starts_without_call_sites", &off);
}

#[test]
#[ignore = "run by another test with the variable set"]
fn a_service_that_starts_without_call_sites() {
    use leak_meter::switch;
    assert!(!switch::is_on());
    assert_eq!(switch::on(), Ok(()));
    assert!(switch::is_on());
    switch::off();
    assert!(!switch::is_on());
}
