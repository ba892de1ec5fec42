//! The memory test of this case.

use std::process::ExitCode;

use exercise_harness::{Bound, Context, Suite};
use leak_meter::{HeapCounts, Report, Resource};
use wild_lru::Sessions;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// A user signs in, asks for a page, and signs out.
fn visit(sessions: &mut Sessions, number: u64) {
    let token = format!("token-of-user-{number:020}");
    sessions.sign_in(&token, number);
    assert_eq!(sessions.user_of(&token), Some(number));
    sessions.sign_out(&token);
}

fn growth(context: &Context) -> Report {
    let mut sessions = Sessions::new(1_000);
    context.soak().run(|operation| visit(&mut sessions, operation.number()))
}

/// A token leads to its user until the user signs out.
fn signed_out_is_unknown(_: &Context) {
    let mut sessions = Sessions::new(10);
    sessions.sign_in("a", 1);
    sessions.sign_in("b", 2);
    sessions.sign_in("a", 3);
    sessions.sign_out("b");
    assert_eq!([sessions.user_of("a"), sessions.user_of("b")], [Some(3), None]);
}

/// Whoever was active least recently makes room.
fn least_active_makes_room(_: &Context) {
    let mut sessions = Sessions::new(2);
    sessions.sign_in("a", 1);
    sessions.sign_in("b", 2);
    assert_eq!(sessions.user_of("a"), Some(1));
    sessions.sign_in("c", 3);
    assert_eq!(["a", "b", "c"].map(|token| sessions.user_of(token)), [Some(1), None, Some(3)]);
}

/// Visits leave at most what a table of the configured size may keep.
fn bound(_: &Context) -> Bound {
    let before = HeapCounts::now().live_bytes();
    let mut sessions = Sessions::new(100);
    for number in 0..20_000 {
        visit(&mut sessions, number);
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    let after = "20,000 visits".to_owned();
    Bound { resource: Resource::LiveBytes, measured, limit: 40_000, after }
}


fn main() -> ExitCode {
    Suite::new("lru", include_str!("../exercise.toml"))
        .behaviour("signed_out_is_unknown", signed_out_is_unknown)
        .behaviour("least_active_makes_room", least_active_makes_room)
        .growth(growth)
        .bound("visits", bound)
        .main()
}
