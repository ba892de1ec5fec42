//! What requests must be answered, and what must be in the archive.

use std::time::Duration;

use exercise_harness::Context;
use tokio::time::sleep;

use crate::AuditTrail;
use crate::requests::{ANSWERED, Answers, change_many, run};
use crate::services::{BATCH, STRANGER, Stored};

/// The users and tasks in most checks.
const ADA: u64 = 1;
const BEN: u64 = 2;
const SHED: u64 = 10;
const FENCE: u64 = 11;
/// The time after which a record is in the archive if nothing else happens.
const SOON: Duration = Duration::from_secs(3);
/// More changes at once than may be on their way.
const MANY: u64 = 1_500;

/// Every change is made at once, and its record has all that belongs to it, whatever the text.
pub fn changes_are_on_record<S: AuditTrail>(_: &Context) {
    let changes = [
        (ADA, SHED, "The door is to be painted."),
        (BEN, SHED, "The door is to be painted,\nand the \"roof\" as well.\n"),
        (ADA, FENCE, ""),
        (BEN, FENCE, "Grün, {\"not\": \"blue\"} \\ \u{1f33f}"),
        (ADA, SHED, "Done."),
    ];
    run::<S, _>(async |service, services| {
        assert_eq!(service.task(SHED), (0, String::new()), "nobody has changed it yet");
        let mut expected = Vec::new();
        for (user, task, text) in changes {
            let version = service.change(user, task, text).await.expect("hardly anything waits");
            assert_eq!(service.task(task), (version, text.to_owned()), "the change is made");
            expected.push(Stored { task, version, user, text: text.to_owned() });
        }
        let versions: Vec<u64> = expected.iter().map(|record| record.version).collect();
        assert_eq!(versions, [1, 2, 1, 2, 3], "versions are counted in each task");
        service.end().await;
        assert_eq!(services.latest(), expected);
    });
}

/// Who may not change a task changes nothing, and nothing is recorded.
pub fn strangers_are_refused<S: AuditTrail>(_: &Context) {
    run::<S, _>(async |service, services| {
        service.change(ADA, SHED, "Open.").await.expect("hardly anything waits");
        let refused = service.change(STRANGER, SHED, "Closed.").await;
        assert!(refused.is_err(), "the accounts do not allow it");
        assert_eq!(service.task(SHED), (1, "Open.".to_owned()));
        service.end().await;
        assert_eq!(services.records(), 1);
    });
}

/// In quiet hours a record is in the archive after three seconds, although its batch is not full.
pub fn records_come_soon<S: AuditTrail>(_: &Context) {
    run::<S, _>(async |service, services| {
        for (count, total) in [(1, 1), (3, 4), (BATCH as u64 + 1, 55)] {
            let answers = change_many(&service, count, 3, 20, ANSWERED).await;
            assert_eq!(answers.accepted, count, "hardly anything waits");
            sleep(SOON).await;
            assert_eq!(services.records(), total, "records in the archive after {SOON:?}");
        }
    });
}

/// As many changes are in the archive as were accepted, even if the server is ended at once.
pub fn accepted_changes_are_stored<S: AuditTrail>(_: &Context) {
    for count in [1, 49, 50, 51, 101, 700, MANY, 2_000] {
        run::<S, _>(async |service, services| {
            let Answers { accepted, refused, left } =
                change_many(&service, count, 30, 20, ANSWERED).await;
            assert_eq!(left, 0, "of {count} changes, {refused} refused: not answered in a minute");
            let versions: u64 = (0..30).map(|task| service.task(task).0).sum();
            assert_eq!(versions, accepted, "changes that were made, of {count}");
            service.end().await;
            assert_eq!(services.records(), accepted, "records of {accepted} accepted changes");
            services.assert_order();
        });
    }
}

/// The records of a task are in the archive in the order of its changes, however many come at once.
pub fn order_of_a_task_is_kept<S: AuditTrail>(_: &Context) {
    run::<S, _>(async |service, services| {
        for tasks in [1, 5, 30] {
            change_many(&service, MANY, tasks, 20, ANSWERED).await;
        }
        for number in 0..100 {
            // It may be refused for want of room.
            let _ = service.change(ADA, number % 3, "Once more.").await;
        }
        service.end().await;
        services.assert_order();
        services.assert_well_used();
    });
}

/// The archive is given one full batch after the other, as long as there is enough to store.
pub fn archive_is_used_well<S: AuditTrail>(_: &Context) {
    const MOMENTS: u32 = 40;
    const PER_MOMENT: u64 = 80;
    run::<S, _>(async |service, services| {
        let moment = Duration::from_millis(500);
        let all = tokio::time::sleep(moment * MOMENTS);
        let changes = async {
            loop {
                let next = sleep(moment);
                change_many(&service, PER_MOMENT, 30, 20, ANSWERED).await;
                next.await;
            }
        };
        tokio::select! {
            () = all => {}
            () = changes => {}
        }
        services.assert_well_used();
        let (records, batches) = (services.records(), services.batches());
        let most = u64::from(MOMENTS) * BATCH as u64;
        assert!(
            records * 10 >= most * 9,
            "{records} records were stored in {:?} of many changes; the archive could have stored {most}",
            moment * MOMENTS
        );
        let full = records.div_ceil(BATCH as u64);
        assert!(batches <= full + 3, "{records} records came in {batches} batches, not in {full}");
    });
}
