//! Payments, each of which is made once, however often it is requested.
//!
//! - `payments`: the entry point, which makes a payment or returns its receipt
//! - `keys`: the keys of requests, and the receipts of those that were paid
//! - `claim`: a key whose payment is being made
//! - `clock`: the time of day

mod claim;
mod clock;
mod keys;
mod payments;

pub use clock::Clock;
pub use payments::{PaymentError, Payments};
