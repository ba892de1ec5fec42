//! The entry point, which makes a payment or returns its receipt.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use thiserror::Error;

use crate::claim::Claim;
use crate::clock::Clock;
use crate::keys::{Key, Keys, State};

/// The payments of all customers.
#[derive(Debug)]
pub struct Payments<C> {
    clock: C,
    /// How long a key is remembered.
    keep: Duration,
    keys: Mutex<Keys>,
}

/// Why a request has no receipt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PaymentError {
    #[error("another request with this key is being handled")]
    InProgress,
    #[error("the payment was declined: {0}")]
    Declined(String),
}

impl<C: Clock> Payments<C> {
    /// Starts a service that remembers keys for the time `keep`.
    pub fn start(clock: C, keep: Duration) -> Self {
        Self { clock, keep, keys: Mutex::default() }
    }

    /// `POST /payments`, with the header `Idempotency-Key`: returns the receipt of the payment with this key. If
    /// there is none, makes the payment with `charge`, which asks the bank.
    pub fn pay(
        &self,
        customer: u32,
        key: &str,
        charge: impl FnOnce() -> Result<String, String>,
    ) -> Result<Arc<str>, PaymentError> {
        let key = Key::new(customer, key);
        // Not locked while the bank is asked, which takes seconds.
        let known = {
            let mut keys = self.keys.lock();
            keys.claim(&key, self.clock.now())
        };
        match known {
            Some(State::Paid(receipt)) => return Ok(receipt),
            Some(State::Claimed) => return Err(PaymentError::InProgress),
            None => {}
        }
        let claim = Claim::new(&self.keys, key);
        let receipt: Arc<str> = charge().map_err(PaymentError::Declined)?.into();
        claim.paid(Arc::clone(&receipt), &self.clock, self.keep);
        Ok(receipt)
    }

    /// `GET /health`: the number of known keys.
    pub fn known_keys(&self) -> usize {
        self.keys.lock().known()
    }
}
