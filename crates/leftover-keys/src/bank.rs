//! The bank, which counts its charges.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{NotPaid, PaymentKeys};

/// A bank. Clones share their count.
#[derive(Debug, Clone, Default)]
pub struct Bank(Arc<AtomicU64>);

impl Bank {
    /// How many charges there were.
    pub fn charges(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Charges a customer; returns a receipt that no other charge has.
    pub fn charge(&self) -> String {
        format!("receipt {}", self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }

    /// Requests a payment.
    pub fn request(
        &self,
        service: &impl PaymentKeys,
        customer: u32,
        key: &str,
    ) -> Result<Arc<str>, NotPaid> {
        service.pay(customer, key, || Ok(self.charge()))
    }

    /// Requests a payment that must be made, or must have been; returns its receipt.
    #[track_caller]
    pub fn receipt(&self, service: &impl PaymentKeys, customer: u32, key: &str) -> Arc<str> {
        self.request(service, customer, key).expect("nothing prevents the payment")
    }
}
