//! `LEAK_METER_ATTRIBUTION`: whether containers created before a soak have a line, in a static and on the
//! stack.
#![allow(clippy::print_stdout)] // The children's reports are read from their output.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, LazyLock, Mutex};

use leak_meter::Soak;
use leak_meter::allocator;

use super::isolated;

/// The programs whose output the tests below read.
pub const PROGRAMS: &[isolated::Scene] =
    &[("holds_sessions", holds_sessions), ("says_its_method", says_its_method)];

const VARIABLE: &str = "LEAK_METER_ATTRIBUTION";

/// The output of a program in this file with these environment variables.
#[track_caller]
fn printed_by(program: &str, variables: &[(&str, &str)]) -> String {
    let output = isolated::scene_in_a_process(program, variables);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Keeps a session for each operation.
struct Service {
    sessions: Mutex<HashMap<u64, Box<[u64; 8]>>>,
}

impl Service {
    #[inline(never)]
    fn start() -> Arc<Self> {
        black_box(Arc::new(Self { sessions: Mutex::new(HashMap::new()) }))
    }

    #[inline(never)]
    fn open(&self, number: u64) {
        self.sessions.lock().expect("the sessions").insert(number, Box::new([number; 8]));
    }
}

static SERVICE: LazyLock<Arc<Service>> = LazyLock::new(Service::start);

/// Prints the report on a leak in a service that existed before the soak: in a static, and on the stack.
fn holds_sessions() {
    let local = Service::start();
    for service in [&*SERVICE, &local] {
        let report =
            Soak::new().operations_per_round(100).run(|operation| service.open(operation.number()));
        let holders = report.holders.as_ref().expect("something grows");
        let steps = holders.findings[0].steps.iter();
        for step in steps {
            let line = step.line.map_or("no line".to_owned(), |line| format!("line {line}"));
            println!("STEP {}: {}, {line}", step.what, step.function);
        }
        println!("{report}");
    }
}

/// The steps that the program printed: the kind and the place of each, without the line number.
fn steps(variables: &[(&str, &str)]) -> Vec<String> {
    let text = printed_by("holds_sessions", variables);
    let steps = text.lines().filter_map(|line| line.strip_prefix("STEP "));
    let steps =
        steps.map(|step| step.trim_end_matches(|end: char| end.is_ascii_digit()).to_owned());
    let steps: Vec<String> = steps.collect();
    assert_eq!(steps.len(), 4, "{text}");
    steps
}

#[test]
fn the_holders_name_the_line_that_built_the_service() {
    for step in steps(&[]).chunks(2) {
        assert!(
            step[0].starts_with("hash table: ") && step[0].contains("Service::open"),
            "{step:?}"
        );
        assert!(step[1].starts_with("Arc: ") && step[1].contains("Service::start"), "{step:?}");
        assert!(step.iter().all(|step| step.ends_with(", line ")), "{step:?}");
    }
}

#[test]
fn with_attribution_off_only_what_is_made_in_the_soak_has_a_line() {
    for step in steps(&[(VARIABLE, "off")]).chunks(2) {
        assert!(step[0].contains("Service::open") && step[0].ends_with(", line "), "{step:?}");
        assert!(step[1].ends_with("blocks without a call stack, no line"), "{step:?}");
    }
}

/// Prints the attribution before, during and after a soak, and the notes of the report.
fn says_its_method() {
    let methods = |when: &str| println!("{when}: {:?}", allocator::method());
    methods("before");
    let report = Soak::new().operations_per_round(100).rounds(12).run(|operation| {
        if operation.number() == 0 {
            methods("during");
        }
    });
    methods("after");
    println!("advice: {:?}", report.attribution.advice);
    println!("noted: {}", report.to_string().contains(VARIABLE));
}

#[test]
fn the_environment_variable_is_on_or_off_and_anything_else_is_noted() {
    for (value, expected) in [("on", None), ("off", None), ("", Some("")), ("Off", Some("Off"))] {
        let text = printed_by("says_its_method", &[(VARIABLE, value)]);
        let quick = if cfg!(windows) { "Unwinder" } else { "FramePointers" };
        let outside = if value == "off" { "Off" } else { quick };
        for line in [
            format!("before: {outside}\n"),
            format!("during: {quick}\n"),
            format!("after: {outside}\n"),
        ] {
            assert!(text.contains(&line), "{value:?}: no {line}{text}");
        }
        let advice = expected
            .map(|value| format!("{VARIABLE} is {value}; it must be on or off, and counts as on"));
        let noted = format!("advice: {advice:?}\nnoted: {}\n", advice.is_some());
        assert!(text.contains(&noted), "{value:?}: no {noted}{text}");
    }
}
