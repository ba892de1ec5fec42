//! Payments that are made once, however often they are requested.
//!
//! - `clock`: the clock of the trials
//! - `bank`: charges, and how many there were
//! - `workload`: customers pay and repeat requests, minute by minute, for the soak
//! - `behaviours`: which requests are paid, and which are answered with the receipt
//! - `days`: what must be remembered, and for how long
//! - `threads`: what requests on several threads must not do to each other
//! - `bounds`: how much may be kept of days that are over
//!
//! [`PaymentKeys`] is the contract. An implementation is free in everything else.

mod bank;
mod behaviours;
mod bounds;
mod clock;
mod days;
mod threads;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use exercise_harness::Suite;

pub use clock::VirtualClock;

/// The payments of an API server, which customers request with a key.
///
/// A request that gets no answer is sent again, with the same key, by a program that does not know whether
/// the customer was charged. So a key is remembered, with the receipt of its payment, for as long as
/// configured: until then the customer is not charged again, and every request with the key gets the same
/// receipt. At most a minute later the key is free, as if it had never been used. Repeated requests change
/// nothing about that time.
///
/// A key whose payment was declined is free at once. Keys of different customers have nothing to do with each
/// other. Any number of customers may send any number of keys, of up to 100 bytes.
///
/// Requests are handled on several threads. None of them waits for the bank because of another.
pub trait PaymentKeys: Send + Sync + Sized + 'static {
    /// Starts a service that remembers keys for the time `keep`. In use is a day.
    fn start(clock: VirtualClock, keep: Duration) -> Self;

    /// Returns the receipt of the payment with this key, or makes the payment with `charge`, which returns
    /// the receipt, or why the bank has declined.
    fn pay(
        &self,
        customer: u32,
        key: &str,
        charge: impl FnOnce() -> Result<String, String>,
    ) -> Result<Arc<str>, NotPaid>;

    /// The number of known keys, for the health page.
    fn known_keys(&self) -> usize;
}

/// Why a request has no receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPaid {
    /// Another request with the same key is being handled.
    InProgress,
    /// The bank has declined, for this reason.
    Declined(String),
}

/// The entry point of a version's memory test.
pub fn main<S: PaymentKeys>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("request_is_paid_once", behaviours::request_is_paid_once::<S>)
        .behaviour("receipt_is_the_same", behaviours::receipt_is_the_same::<S>)
        .behaviour("customers_share_no_keys", behaviours::customers_share_no_keys::<S>)
        .behaviour("declined_request_is_tried_again", behaviours::declined_is_tried_again::<S>)
        .behaviour("key_is_remembered_in_time", days::key_is_remembered_in_time::<S>)
        .behaviour("key_is_free_after_its_time", days::key_is_free_after_its_time::<S>)
        .behaviour("any_number_of_keys", days::any_number_of_keys::<S>)
        .behaviour("keys_are_not_mixed_up", days::keys_are_not_mixed_up::<S>)
        .behaviour("requests_do_not_wait", threads::requests_do_not_wait::<S>)
        .behaviour("threads_pay_at_once", threads::threads_pay_at_once::<S>)
        .growth(workload::growth::<S>)
        .bound("busy_days", bounds::busy_days::<S>)
        .bound("quiet_day", bounds::quiet_day::<S>)
        .main()
}
