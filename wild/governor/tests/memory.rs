//! The memory test of this case.

use std::process::ExitCode;

use exercise_harness::{Bound, Context, Suite};
use leak_meter::{HeapCounts, Report, Resource};
use wild_governor::Gate;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// An address that nobody sees again sends three requests, and a second passes.
fn visit(gate: &Gate, number: u64) {
    let address = format!("2001:db8::{number:x}");
    for _ in 0..3 {
        assert!(gate.admits(&address));
    }
    gate.second();
}

fn growth(context: &Context) -> Report {
    let gate = Gate::new();
    context.soak().run(|operation| visit(&gate, operation.number()))
}

/// An address has five requests a second, and no more at once.
fn addresses_are_limited(_: &Context) {
    let gate = Gate::new();
    for address in ["a", "b"] {
        assert!((0..5).all(|_| gate.admits(address)));
        assert!(!gate.admits(address));
    }
    gate.second();
    assert!((0..5).all(|_| gate.admits("a")) && !gate.admits("a"));
}

/// However many others come, an address that is limited stays so within its second.
fn limited_address_stays_limited(_: &Context) {
    let gate = Gate::new();
    assert!((0..5).all(|_| gate.admits("a")));
    for number in 0..5_000 {
        assert!(gate.admits(&format!("other-{number}")));
    }
    assert!(!gate.admits("a"));
}

fn bound(_: &Context) -> Bound {
    let gate = Gate::new();
    let before = HeapCounts::now().live_bytes();
    for number in 0..20_000 {
        visit(&gate, number);
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    Bound { resource: Resource::LiveBytes, measured, limit: 200_000, after: "20,000 visits".to_owned() }
}


fn main() -> ExitCode {
    Suite::new("governor", include_str!("../exercise.toml"))
        .behaviour("addresses_are_limited", addresses_are_limited)
        .behaviour("limited_address_stays_limited", limited_address_stays_limited)
        .growth(growth)
        .bound("visits", bound)
        .main()
}
