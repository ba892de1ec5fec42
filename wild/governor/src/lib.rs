//! A gate that admits a few requests of each address.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::FakeRelativeClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// How many requests an address may send in a second, and at once.
const BURST: NonZeroU32 = NonZeroU32::new(5).unwrap();

type Limiter = RateLimiter<
    String,
    DashMapStateStore<String>,
    FakeRelativeClock,
    NoOpMiddleware<Nanos>,
>;

/// The limiter, and its clock, which the event loop moves.
pub struct Gate {
    clock: FakeRelativeClock,
    limiter: Limiter,
}

impl Gate {
    pub fn new() -> Self {
        let clock = FakeRelativeClock::default();
        let quota = Quota::per_second(BURST);
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { clock, limiter }
    }

    /// Whether a request of `address` is admitted.
    pub fn admits(&self, address: &str) -> bool {
        self.limiter.check_key(&address.to_owned()).is_ok()
    }

    /// A second has passed.
    pub fn second(&self) {
        self.clock.advance(Duration::from_secs(1));
    }
}
