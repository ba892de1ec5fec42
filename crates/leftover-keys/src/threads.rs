//! What requests on several threads must not do to each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use exercise_harness::Context;

use crate::bank::Bank;
use crate::{NotPaid, PaymentKeys, VirtualClock};

/// How long a key is remembered.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// The deadline for what must not wait.
const DEADLINE: Duration = Duration::from_secs(8);
/// Threads at once, and the keys that all of them request.
const THREADS: u32 = 8;
const KEYS: u32 = 300;
/// The customers.
const ADA: u32 = 1;
const BEN: u32 = 2;

/// While the bank is slow to answer one request, others are handled: of the same customer, of others, and with
/// the same key, which is not charged twice.
pub fn requests_do_not_wait<S: PaymentKeys>(_: &Context) {
    let service = Arc::new(S::start(VirtualClock::default(), DAY));
    let bank = Bank::default();
    let (asked, is_asked) = channel();
    let (answer, answered) = channel::<()>();
    let slow = thread::spawn({
        let service = Arc::clone(&service);
        move || {
            service.pay(ADA, "slow", || {
                let _ = asked.send(());
                // Ends when `answer` is dropped.
                let _ = answered.recv();
                Ok("paid slowly".to_owned())
            })
        }
    });
    is_asked.recv_timeout(DEADLINE).expect("the bank is asked");
    let (done, is_done) = channel();
    thread::spawn({
        let (service, bank) = (Arc::clone(&service), bank.clone());
        move || {
            let same = bank.request(&*service, ADA, "slow");
            bank.receipt(&*service, ADA, "quick");
            bank.receipt(&*service, BEN, "slow");
            let _ = done.send((same, service.known_keys()));
        }
    });
    let others = is_done.recv_timeout(DEADLINE);
    drop(answer);
    let (same, known) = others
        .unwrap_or_else(|_| panic!("requests waited {DEADLINE:?} for the bank to answer another"));
    assert_eq!(same, Err(NotPaid::InProgress), "a second request while the first is being paid");
    assert!(
        (2..=3).contains(&known),
        "{known} keys are known, of two that were paid and one in progress"
    );
    let slow = slow.join().expect("the slow request is paid");
    assert_eq!(slow.as_deref(), Ok("paid slowly"));
    assert_eq!(bank.request(&*service, ADA, "slow").as_deref(), Ok("paid slowly"));
    assert_eq!(bank.charges(), 2, "charges for two other payments");
}

/// Several threads request the same payments at once: each is made once, and all get its receipt.
pub fn threads_pay_at_once<S: PaymentKeys>(_: &Context) {
    let service = S::start(VirtualClock::default(), DAY);
    let bank = Bank::default();
    let requests: Vec<AtomicU32> = (0..KEYS).map(|_| AtomicU32::new(0)).collect();
    let pay_all = || -> Vec<Arc<str>> {
        (0..KEYS)
            .zip(&requests)
            .map(|(key, requests)| insist(&service, &bank, key, requests))
            .collect()
    };
    let receipts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(pay_all)).collect();
        threads.into_iter().map(|thread| thread.join().expect("every payment is made")).collect()
    });
    assert_eq!(bank.charges(), u64::from(KEYS), "charges for {KEYS} payments");
    assert!(receipts.iter().all(|all| *all == receipts[0]), "all requests get the same receipts");
    assert_eq!(service.known_keys(), KEYS as usize);
}

/// Requests a payment again and again while another request with its key is being handled. The bank answers
/// when every thread has begun to request it.
fn insist<S: PaymentKeys>(service: &S, bank: &Bank, key: u32, requests: &AtomicU32) -> Arc<str> {
    requests.fetch_add(1, Ordering::SeqCst);
    let charge = || {
        while requests.load(Ordering::SeqCst) < THREADS {
            thread::yield_now();
        }
        Ok(bank.charge())
    };
    loop {
        match service.pay(ADA, &format!("bill {key}"), charge) {
            Ok(receipt) => return receipt,
            Err(NotPaid::InProgress) => thread::yield_now(),
            Err(declined) => panic!("{declined:?}"),
        }
    }
}
