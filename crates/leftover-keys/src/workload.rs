//! The workload of the soak: customers pay and repeat requests, minute by minute.

use std::time::Duration;

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::{NotPaid, PaymentKeys, VirtualClock};

/// The time of an operation.
const MINUTE: Duration = Duration::from_secs(60);
/// How long a key is remembered.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Payments in a minute.
const PAYMENTS: u64 = 5;
/// All customers.
const CUSTOMERS: u64 = 90;
/// One payment in this many is declined at first.
const DECLINED: u64 = 20;
/// The items of the first payment, and how many more another one may have.
const ITEMS: u64 = 2;
const MORE_ITEMS: u64 = 4;

/// Lets many minutes pass, all of them about as busy, and measures what they leave behind.
pub fn growth<S: PaymentKeys>(context: &Context) -> Report {
    let clock = VirtualClock::default();
    let service = S::start(clock.clone(), DAY);
    context.soak().run(|operation| minute(&service, &clock, operation))
}

/// One minute: some customers pay, and one repeats a request of the last hour.
fn minute<S: PaymentKeys>(
    service: &S,
    clock: &VirtualClock,
    operation: Operation,
) -> Result<(), String> {
    clock.pass(MINUTE);
    let first = operation.number() * PAYMENTS;
    for payment in first..first + PAYMENTS {
        if payment.is_multiple_of(DECLINED)
            && request(service, payment, || Err("no cover".to_owned())).is_ok()
        {
            return Err(format!("payment {payment} was declined, and there is a receipt"));
        }
        request(service, payment, || Ok(receipt(payment)))
            .map_err(|error| format!("payment {payment} was not made: {error:?}"))?;
    }
    let mut rng = Rng::with_seed(operation.seed());
    let earlier = first.saturating_sub(rng.u64(0..60 * PAYMENTS));
    let mut was_charged = false;
    let repeated = request(service, earlier, || {
        was_charged = true;
        Ok(receipt(earlier))
    });
    if was_charged || repeated.is_err() {
        return Err(format!(
            "payment {earlier} was requested again and not answered with its receipt"
        ));
    }
    Ok(())
}

/// Requests a payment, whose number determines the customer and the key.
fn request<S: PaymentKeys>(
    service: &S,
    payment: u64,
    charge: impl FnOnce() -> Result<String, String>,
) -> Result<(), NotPaid> {
    let mut rng = Rng::with_seed(payment);
    let customer = u32::try_from(payment % CUSTOMERS).unwrap_or_default();
    service.pay(customer, &format!("{:032x}", rng.u128(..)), charge).map(drop)
}

/// A receipt, with the items that were paid.
fn receipt(payment: u64) -> String {
    let items: Vec<String> = (0..ITEMS + payment % MORE_ITEMS)
        .map(|item| format!("item {item}: a month of the task tracker, one seat, 9.00"))
        .collect();
    format!("payment {payment:012}: {}", items.join("; "))
}
