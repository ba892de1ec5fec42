//! How much may be kept of days that are over.

use std::time::Duration;

use exercise_harness::{Bound, Context, units};
use leak_meter::{HeapCounts, Resource};

use crate::bank::Bank;
use crate::{PaymentKeys, VirtualClock};

const MINUTE: Duration = Duration::from_secs(60);
/// How long a key is remembered: a day of so many minutes.
const MINUTES: u64 = 24 * 60;
/// Payments in a minute.
const PAYMENTS: u64 = 6;
/// Days with as many payments in every minute.
const DAYS: u64 = 5;
/// Blocks that may be kept for a key, and besides.
const BLOCKS: u64 = 5;
const SLACK: u64 = 200;

/// Five busy days: only the keys of the last one may be left.
pub fn busy_days<S: PaymentKeys>(_: &Context) -> Bound {
    let after = format!("{} payments in {DAYS} days", units::count(DAYS * MINUTES * PAYMENTS));
    measure::<S>(|_| {}, MINUTES * PAYMENTS * BLOCKS + SLACK, after)
}

/// A quiet day after five busy ones, with a request in every hour: nearly nothing may be left.
pub fn quiet_day<S: PaymentKeys>(_: &Context) -> Bound {
    let after = format!("a quiet day after {DAYS} busy ones");
    let quiet = |pay: &mut dyn FnMut(Duration)| {
        for _ in 0..25 {
            pay(MINUTE * 60);
        }
    };
    measure::<S>(quiet, 25 * BLOCKS + SLACK, after)
}

/// Live blocks after busy days, and after what `then` does with a function that lets some time pass and pays.
fn measure<S: PaymentKeys>(
    then: impl FnOnce(&mut dyn FnMut(Duration)),
    limit: u64,
    after: String,
) -> Bound {
    let before = HeapCounts::now().live_blocks();
    let clock = VirtualClock::default();
    let service = S::start(clock.clone(), MINUTE * 24 * 60);
    let bank = Bank::default();
    let mut number = 0;
    let mut pay = |time| {
        clock.pass(time);
        number += 1;
        bank.receipt(&service, number % 90, &format!("bill {number}"));
    };
    for _ in 0..DAYS * MINUTES {
        pay(MINUTE);
        for _ in 1..PAYMENTS {
            pay(Duration::ZERO);
        }
    }
    then(&mut pay);
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound { resource: Resource::LiveBlocks, measured, limit, after }
}
