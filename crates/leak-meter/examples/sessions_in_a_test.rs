//! A test of a service with sessions, as you would write it in your own `tests/`. Run it here with
//! `cargo run --package leak-meter --example sessions_in_a_test`.
//!
//! The service keeps a session's audit trail if the client disappears without a goodbye. The
//! workload does what clients do, one round trip per operation, and the soak reports what stays. In
//! your own project, the two calls in `main` would be in two functions marked `#[test]`.
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

use std::collections::HashMap;

use leak_meter::{Allocator, Operation, Report, Soak, Verdict};

/// Counts on top of the system allocator; use `Allocator::new(MiMalloc)` to keep your own.
#[global_allocator]
static METER: Allocator = Allocator::system();

/// The service under test.
#[derive(Debug, Default)]
struct Service {
    sessions: HashMap<u64, String>,
    trails: HashMap<u64, Vec<String>>,
}

impl Service {
    fn connect(&mut self, client: u64) {
        self.sessions.insert(client, format!("client {client}"));
        self.trails.insert(client, vec!["connected".to_owned()]);
    }

    fn say_goodbye(&mut self, client: u64) {
        self.sessions.remove(&client);
        self.trails.remove(&client);
    }

    fn lose(&mut self, client: u64) {
        self.sessions.remove(&client); // and its trail?
    }
}

/// One operation: a client comes and goes; every tenth one leaves without a goodbye unless
/// `politely` is set.
fn session(service: &mut Service, operation: Operation, politely: bool) {
    let client = operation.number();
    service.connect(client);
    if politely || !client.is_multiple_of(10) {
        service.say_goodbye(client);
    } else {
        service.lose(client);
    }
}

fn soak(politely: bool) -> Report {
    let mut service = Service::default();
    Soak::new()
        .operations_per_round(1000)
        .run(|operation| session(&mut service, operation, politely))
}

fn main() {
    // In a test, this line is the whole check: it panics with the report unless everything is
    // Steady.
    soak(true).assert_steady();
    println!("Clients that say goodbye leave nothing behind.\n");

    let report = soak(false);
    assert_eq!(report.verdict, Verdict::Growing);
    println!("Clients that get lost do:\n\n{report}");
}
