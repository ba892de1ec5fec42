//! What must hold while the archive is slow, and on several threads.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use exercise_harness::Context;
use exercise_harness::runtime::within;
use tokio::runtime::Builder;
use tokio::time::sleep;

use crate::requests::{ANSWERED, AT_ONCE, Answers, change_many, run};
use crate::{AuditTrail, Services};

/// The changes that are accepted at once, whatever the archive does.
const ROOM: u64 = 250;
/// As many requests as may be open at once.
const RUSH: u64 = 2_000;
/// The tasks that a rush is about.
const TASKS: u64 = 30;
/// The deadline, by the system's clock, for what takes hardly any time unless a thread is blocked.
const DEADLINE: Duration = Duration::from_secs(8);

/// A change does not wait for the archive as long as there is room, again and again.
pub fn changes_do_not_wait_for_the_archive<S: AuditTrail>(_: &Context) {
    run::<S, _>(async |service, services| {
        for round in 1..=3 {
            let down = services.take_down().await;
            let answers = change_many(&service, ROOM, TASKS, 20, AT_ONCE).await;
            let expected = Answers { accepted: ROOM, ..Answers::default() };
            assert_eq!(answers, expected, "{ROOM} changes while the archive is down");
            drop(down);
            sleep(Duration::from_secs(20)).await;
            assert_eq!(services.records(), round * ROOM, "all are stored when it works again");
        }
    });
}

/// A change whose caller leaves before the answer is made and recorded, or neither.
pub fn who_leaves<S: AuditTrail>(_: &Context) {
    for patience in [0, 1, 4, 5, 6, 20, 1_000] {
        run::<S, _>(async |service, services| {
            let patience = Duration::from_millis(patience);
            for is_down in [false, true, false] {
                let down = if is_down { Some(services.take_down().await) } else { None };
                change_many(&service, RUSH, TASKS, 20, patience).await;
                drop(down);
            }
            sleep(ANSWERED).await;
            let made: Vec<u64> = (0..TASKS).map(|task| service.task(task).0).collect();
            service.end().await;
            let recorded: Vec<u64> = (0..TASKS).map(|task| services.version(task)).collect();
            assert_eq!(
                made, recorded,
                "versions of {TASKS} tasks, made and recorded; callers left after {patience:?}"
            );
            services.assert_order();
        });
    }
}

/// The archive is down for ten minutes. Changes that wait for it are answered soon after, and it is as if
/// nothing had happened.
pub fn waiting_changes_are_answered<S: AuditTrail>(_: &Context) {
    let outage = Duration::from_secs(600);
    run::<S, _>(async |service, services| {
        let down = services.take_down().await;
        let changes = change_many(&service, RUSH, TASKS, 20, outage + ANSWERED);
        let (answers, ()) = tokio::join!(changes, async {
            sleep(outage).await;
            drop(down);
        });
        assert_eq!(answers.left, 0, "not answered within a minute after the outage: {answers:?}");
        assert!(answers.accepted >= ROOM, "there is room for {ROOM} changes: {answers:?}");
        sleep(ANSWERED).await;
        assert_eq!(services.records(), answers.accepted, "accepted changes are in the archive");
        let later = change_many(&service, ROOM, TASKS, 20, AT_ONCE).await;
        assert_eq!(later.accepted, ROOM, "after the outage there is room again");
    });
}

/// While changes wait for the archive, tasks can be read, and everything else on the same thread goes on.
pub fn others_go_on<S: AuditTrail>(_: &Context) {
    let (done, is_done) = channel();
    // The thread stays behind if it is blocked, and ends with the process.
    thread::spawn(move || {
        run::<S, _>(async |service, services| {
            let down = services.take_down().await;
            let changes = change_many(&service, RUSH, TASKS, 20, ANSWERED);
            let reading = async {
                let mut versions = 0;
                for _ in 0..10 {
                    sleep(Duration::from_secs(1)).await;
                    versions = (0..TASKS).map(|task| service.task(task).0).sum();
                }
                drop(down);
                versions
            };
            let (_, versions) = tokio::join!(changes, reading);
            let _ = done.send(versions);
        });
    });
    let versions = is_done.recv_timeout(DEADLINE).unwrap_or_else(|_| {
        panic!("a change that waits for the archive blocked its thread for {DEADLINE:?}")
    });
    assert!(versions >= ROOM, "{versions} changes could be read while the archive was down");
}

/// Changes to the same tasks on several threads: none is lost, and records are in order.
pub fn threads_change_at_once<S: AuditTrail>(_: &Context) {
    const CALLERS: u64 = 8;
    const CHANGES: u64 = 300;
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime can be created").block_on(async {
        let services = Services::quick();
        let service = Arc::new(S::start(services.clone()));
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let service = Arc::clone(&service);
                tokio::spawn(async move {
                    let mut accepted = 0;
                    for number in 0..CHANGES {
                        let change = service.change(1 + caller, number % 3, "Once more.");
                        let answer = within(ANSWERED, "the answer to a change", change).await;
                        let answer = answer.unwrap_or_else(|late| panic!("{late}"));
                        accepted += u64::from(answer.is_ok());
                    }
                    accepted
                })
            })
            .collect();
        let mut accepted = 0;
        for caller in callers {
            accepted += caller.await.expect("every change is answered");
        }
        let service = Arc::into_inner(service).expect("no request is open");
        let made: u64 = (0..3).map(|task| service.task(task).0).sum();
        assert_eq!(made, accepted, "changes that were made");
        service.end().await;
        assert_eq!(services.records(), accepted, "records of {accepted} accepted changes");
        services.assert_order();
        services.assert_well_used();
    });
}
