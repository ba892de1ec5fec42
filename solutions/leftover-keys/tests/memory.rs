//! The memory test: measures this version of the payments and checks that each is made once.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use leftover_keys::{NotPaid, PaymentKeys, VirtualClock};
use leftover_keys_solution as version;
use version::PaymentError;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

#[derive(Debug)]
struct Link(VirtualClock);

impl version::Clock for Link {
    fn now(&self) -> Duration {
        self.0.now()
    }
}

struct Service(version::Payments<Link>);

impl PaymentKeys for Service {
    fn start(clock: VirtualClock, keep: Duration) -> Self {
        Self(version::Payments::start(Link(clock), keep))
    }

    fn pay(
        &self,
        customer: u32,
        key: &str,
        charge: impl FnOnce() -> Result<String, String>,
    ) -> Result<Arc<str>, NotPaid> {
        self.0.pay(customer, key, charge).map_err(|error| match error {
            PaymentError::InProgress => NotPaid::InProgress,
            PaymentError::Declined(reason) => NotPaid::Declined(reason),
        })
    }

    fn known_keys(&self) -> usize {
        self.0.known_keys()
    }
}

fn main() -> ExitCode {
    leftover_keys::main::<Service>()
}
