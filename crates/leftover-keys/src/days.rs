//! What must be remembered, and for how long.

use std::time::Duration;

use exercise_harness::Context;
use fastrand::Rng;

use crate::bank::Bank;
use crate::{PaymentKeys, VirtualClock};

/// The configured times in these checks: a minute, an hour, a day and a week, in seconds.
const TIMES: [u64; 4] = [MINUTE, 3_600, DAY, 7 * DAY];
const MINUTE: u64 = 60;
const DAY: u64 = 24 * 3_600;
/// The customer whose request is repeated, and another one.
const ADA: u32 = 1;
const BEN: u32 = 2;
/// More keys than any one customer usually sends, and more customers than usual.
const KEYS: u32 = 30_000;
/// So many keys that short checksums of them would meet.
const MANY_KEYS: u64 = 150_000;

fn start<S: PaymentKeys>(keep: u64) -> (S, VirtualClock, Bank) {
    let clock = VirtualClock::default();
    (S::start(clock.clone(), Duration::from_secs(keep)), clock, Bank::default())
}

/// A key is remembered for the whole time, to the last second, whenever it was paid and however many others
/// come meanwhile.
pub fn key_is_remembered_in_time<S: PaymentKeys>(_: &Context) {
    for keep in TIMES {
        for begin in [0, 1, 29, 59, 3_599] {
            let (service, clock, bank) = start::<S>(keep);
            clock.pass(Duration::from_secs(begin));
            let receipt = bank.receipt(&service, ADA, "the bill");
            let time = (keep - 1) * 1_000;
            for other in 0..200 {
                bank.receipt(&service, BEN, &format!("bill {other}"));
                clock.pass(Duration::from_millis(time / 200));
            }
            clock.pass(Duration::from_millis(time % 200));
            let again = bank.receipt(&service, ADA, "the bill");
            assert_eq!(again, receipt, "the receipt a second before {keep} s are over");
            assert_eq!(bank.charges(), 201, "charges for 201 payments within {keep} s");
        }
    }
}

/// A minute after its time a key is free, whether requests were repeated or not, and is then remembered anew.
pub fn key_is_free_after_its_time<S: PaymentKeys>(_: &Context) {
    for keep in TIMES {
        for repeated in [0, 1, 10] {
            let (service, clock, bank) = start::<S>(keep);
            let mut earlier = None;
            for _ in 0..3 {
                let receipt = bank.receipt(&service, ADA, "the bill");
                assert_ne!(Some(&receipt), earlier.as_ref(), "after {keep} s the key is free");
                for _ in 0..repeated {
                    clock.pass(Duration::from_secs(keep / 11));
                    assert_eq!(bank.receipt(&service, ADA, "the bill"), receipt, "in its time");
                }
                clock.pass(Duration::from_secs(keep - keep / 11 * repeated + MINUTE));
                earlier = Some(receipt);
            }
            assert_eq!(
                bank.charges(),
                3,
                "payments with one key, each after the time of the one before"
            );
            clock.pass(Duration::from_secs(keep + MINUTE));
            bank.receipt(&service, BEN, "another bill");
            assert!(service.known_keys() <= 2, "keys that are known when their time is over");
        }
    }
}

/// As many keys are remembered as come, from one customer or from many.
pub fn any_number_of_keys<S: PaymentKeys>(_: &Context) {
    let (service, clock, bank) = start::<S>(DAY);
    let pay_all = || {
        for number in 0..KEYS {
            bank.receipt(&service, ADA, &format!("bill {number}"));
            bank.receipt(&service, 1_000 + number, "the bill");
        }
    };
    pay_all();
    clock.pass(Duration::from_secs(DAY - 1));
    assert_eq!(service.known_keys(), 2 * KEYS as usize, "keys that are known");
    pay_all();
    assert_eq!(bank.charges(), 2 * u64::from(KEYS), "charges within a day for {} keys", 2 * KEYS);
}

/// Of very many keys, each is its own.
pub fn keys_are_not_mixed_up<S: PaymentKeys>(_: &Context) {
    let (service, _, bank) = start::<S>(DAY);
    let mut rng = Rng::with_seed(7);
    for number in 1..=MANY_KEYS {
        let receipt = bank.receipt(&service, ADA, &format!("{:032x}", rng.u128(..)));
        assert_eq!(
            *receipt,
            *format!("receipt {number}"),
            "payment {number} got another one's receipt"
        );
    }
}
