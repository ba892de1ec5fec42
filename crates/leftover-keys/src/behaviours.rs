//! Which requests are paid, and which are answered with the receipt.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use exercise_harness::Context;

use crate::bank::Bank;
use crate::{NotPaid, PaymentKeys, VirtualClock};

/// How long a key is remembered in most checks.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Customers.
const ADA: u32 = 1;
const BEN: u32 = 2;

fn start<S: PaymentKeys>() -> (S, VirtualClock) {
    let clock = VirtualClock::default();
    (S::start(clock.clone(), DAY), clock)
}

/// A request that comes again, at once or later, is not charged again; another one is.
pub fn request_is_paid_once<S: PaymentKeys>(_: &Context) {
    let (service, clock) = start::<S>();
    let bank = Bank::default();
    for (number, key) in (1..).zip(["a", "b", "A", "", "a b"]) {
        let receipt = bank.receipt(&service, ADA, key);
        for _ in 0..5 {
            assert_eq!(bank.receipt(&service, ADA, key), receipt, "the receipt of {key:?}");
            clock.pass(Duration::from_secs(60));
        }
        assert_eq!(bank.charges(), number, "charges for {number} payments");
        assert_eq!(service.known_keys(), usize::try_from(number).unwrap_or_default());
    }
}

/// The receipt of a repeated request is that of the first, byte for byte.
pub fn receipt_is_the_same<S: PaymentKeys>(_: &Context) {
    let (service, clock) = start::<S>();
    let receipts =
        [String::new(), "paid".to_owned(), "Grün\n\"9 €\"".repeat(50), "x".repeat(20_000)];
    for (key, receipt) in ('a'..).map(String::from).zip(&receipts) {
        let first = service.pay(ADA, &key, || Ok(receipt.clone()));
        assert_eq!(first.as_deref(), Ok(receipt.as_str()), "the receipt of the payment");
    }
    clock.pass(Duration::from_secs(3600));
    for (key, receipt) in ('a'..).map(String::from).zip(&receipts) {
        let again = service.pay(ADA, &key, || Ok("charged again".to_owned()));
        assert_eq!(again.as_deref(), Ok(receipt.as_str()), "the receipt of the same payment");
    }
}

/// The same key of another customer is another key.
pub fn customers_share_no_keys<S: PaymentKeys>(_: &Context) {
    let (service, _) = start::<S>();
    let bank = Bank::default();
    let receipts = [ADA, BEN, 12, 1_000_002].map(|customer| bank.receipt(&service, customer, "1"));
    assert_eq!(bank.charges(), 4, "each of four customers pays");
    let again = [ADA, BEN, 12, 1_000_002].map(|customer| bank.receipt(&service, customer, "1"));
    assert_eq!(again, receipts);
}

/// After the bank has declined, or failed, the same key can be tried again, and is then paid once.
pub fn declined_is_tried_again<S: PaymentKeys>(_: &Context) {
    let (service, clock) = start::<S>();
    let bank = Bank::default();
    for key in ["a", "b"] {
        for reason in ["no cover", "unknown card"] {
            let declined = service.pay(ADA, key, || Err(reason.to_owned()));
            assert_eq!(declined, Err(NotPaid::Declined(reason.to_owned())));
            clock.pass(Duration::from_secs(60));
        }
        let failed = catch_unwind(AssertUnwindSafe(|| {
            service.pay(ADA, key, || panic!("the connection to the bank fails, as intended"))
        }));
        assert!(failed.is_err(), "a failure is passed on");
        let receipt = bank.receipt(&service, ADA, key);
        assert_eq!(bank.receipt(&service, ADA, key), receipt);
    }
    assert_eq!(bank.charges(), 2);
    assert_eq!(service.known_keys(), 2);
}
