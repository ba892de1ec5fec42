//! The memory test of this case.

use std::process::ExitCode;

use exercise_harness::{Bound, Context, Suite};
use leak_meter::{HeapCounts, Report, Resource};
use wild_cancellation_token::Connection;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

/// A client connects, uploads, and is gone before the part is.
fn visit(server: &tokio_util::sync::CancellationToken) {
    let connection = Connection::open(server);
    let part = connection.upload();
    connection.close();
    assert!(part.is_cancelled());
}

fn growth(context: &Context) -> Report {
    let server = tokio_util::sync::CancellationToken::new();
    context.soak().run(|_| visit(&server))
}

/// What belongs to a connection is cancelled with it, and nothing else is.
fn connection_cancels_its_own(_: &Context) {
    let server = tokio_util::sync::CancellationToken::new();
    let (one, other) = (Connection::open(&server), Connection::open(&server));
    let (part, another) = (one.upload(), other.upload());
    one.close();
    assert!(part.is_cancelled() && !another.is_cancelled());
    server.cancel();
    assert!(another.is_cancelled());
}

fn bound(_: &Context) -> Bound {
    let server = tokio_util::sync::CancellationToken::new();
    visit(&server);
    let before = HeapCounts::now().live_bytes();
    for _ in 0..20_000 {
        visit(&server);
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    Bound { resource: Resource::LiveBytes, measured, limit: 4_000, after: "20,000 visits".to_owned() }
}


fn main() -> ExitCode {
    Suite::new("cancellation-token", include_str!("../exercise.toml"))
        .behaviour("connection_cancels_its_own", connection_cancels_its_own)
        .growth(growth)
        .bound("visits", bound)
        .main()
}
