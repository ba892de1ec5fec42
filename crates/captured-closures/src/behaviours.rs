//! What readers, the storage and the status page must receive, however jobs are implemented.

use exercise_harness::Context;

use crate::storage::{Files, Switch};
use crate::{BackgroundJobs, Letter};

/// A table with the same number of columns in each row.
const TABLE: &[u8] = b"task,state\nDig the pond,open\nPaint the shed,done";

/// The recipients of letters.
const READER: u32 = 7;
const OWNER: u32 = 8;
const SUPPORT: u32 = 0;

fn letter(reader: u32, text: String) -> Letter {
    Letter { reader, text }
}

/// The storage receives each file once, under its name, unaltered.
pub fn files_arrive_unaltered<S: BackgroundJobs>(_: &Context) {
    let files = Files::default();
    let mut service = S::start(files.storage());
    let bytes: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    let export = service.export("Garden", &bytes, None);
    let notified = service.export("Garden", &bytes[1..], Some(READER));
    let import = service.import("Garden", TABLE, OWNER);
    let backup = service.back_up("Garden", &bytes[2..], READER);
    assert!(files.taken().is_empty(), "jobs must wait for the next run");

    service.run();
    service.run();
    let expected = [
        (format!("export-{export}.csv"), bytes.clone()),
        (format!("export-{notified}.csv"), bytes[1..].to_vec()),
        (format!("import-{import}.csv"), TABLE.to_vec()),
        (format!("backup-{backup}.csv"), bytes[2..].to_vec()),
    ];
    assert!(files.taken() == expected, "each file arrives once, in order, unaltered");
}

/// The reader is notified of the end, with the job's kind, number and project.
pub fn reader_is_told_of_the_end<S: BackgroundJobs>(_: &Context) {
    let mut service = S::start(Switch::default().storage());
    let garden = service.export("Garden", TABLE, Some(READER));
    service.export("Kitchen", TABLE, None);
    let kitchen = service.import("Kitchen", TABLE, OWNER);
    service.run();
    let expected = [
        letter(READER, format!("export {garden} of Garden: done")),
        letter(OWNER, format!("import {kitchen} of Kitchen: done")),
    ];
    assert_eq!(service.deliver(), expected);
    service.run();
    assert_eq!(service.deliver(), [], "the end is reported once");
}

/// Nobody is notified while a job waits.
pub fn nothing_is_told_early<S: BackgroundJobs>(_: &Context) {
    let mut service = S::start(Switch::default().storage());
    let jobs = [
        service.export("Garden", TABLE, Some(READER)),
        service.import("Garden", TABLE, OWNER),
        service.back_up("Garden", TABLE, READER),
    ];
    assert!(jobs.iter().all(|job| service.is_waiting(*job)), "jobs wait for the next run");
    assert_eq!(service.deliver(), []);
    assert!(service.history().is_empty(), "nothing has ended");
    service.run();
    assert!(!jobs.iter().any(|job| service.is_waiting(*job)), "jobs that are done do not wait");
    assert_eq!(service.deliver().len(), 2);
    assert_eq!(service.history().len(), 3);
}

/// Everybody who is notified of a failed attempt is notified of the next one as well.
pub fn retry_is_told_again<S: BackgroundJobs>(_: &Context) {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    let export = service.export("Garden", TABLE, Some(READER));
    let import = service.import("Garden", TABLE, OWNER);
    switch.set_busy(true);
    service.run();
    let expected = |end: &str| {
        [
            letter(READER, format!("export {export} of Garden: {end}")),
            letter(OWNER, format!("import {import} of Garden: {end}")),
        ]
    };
    assert_eq!(service.deliver(), expected("failed, to be tried again"));
    assert!(service.is_waiting(export) && service.is_waiting(import), "failed jobs wait again");

    switch.set_busy(false);
    service.run();
    assert_eq!(service.deliver(), expected("done"));
    let history = ["failed, to be tried again", "done"]
        .map(|end| [format!("export {export}: {end}"), format!("import {import}: {end}")]);
    assert_eq!(service.history(), history.concat());
}

/// With a storage that stays busy, a job is given up after three attempts. Support is notified too.
pub fn third_failure_is_the_last<S: BackgroundJobs>(_: &Context) {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    let export = service.export("Garden", TABLE, Some(READER));
    let import = service.import("Garden", TABLE, OWNER);
    switch.set_busy(true);
    service.run();
    service.run();
    assert_eq!(service.deliver().len(), 4, "two attempts at two jobs were reported");

    service.run();
    let expected = [
        letter(READER, format!("export {export} of Garden: given up")),
        letter(OWNER, format!("import {import} of Garden: given up")),
        letter(SUPPORT, format!("import {import} of Garden: given up")),
    ];
    assert_eq!(service.deliver(), expected);
    assert!(!service.is_waiting(export) && !service.is_waiting(import), "both jobs have ended");
    switch.set_busy(false);
    service.run();
    assert_eq!(service.deliver(), [], "a job that was given up is not tried again");
}

/// A malformed table is given up at once and not stored.
pub fn malformed_table_is_given_up<S: BackgroundJobs>(_: &Context) {
    let files = Files::default();
    let mut service = S::start(files.storage());
    let import = service.import("Garden", b"task,state\nDig, and fill, the pond,open", OWNER);
    service.run();
    let expected =
        [OWNER, SUPPORT].map(|to| letter(to, format!("import {import} of Garden: given up")));
    assert_eq!(service.deliver(), expected);
    assert!(files.taken().is_empty(), "a malformed table is not stored");
    assert!(!service.is_waiting(import), "the import has ended");
}

/// The reader of a backup is notified of each failure, with the project's name.
pub fn backup_tells_of_failures_only<S: BackgroundJobs>(_: &Context) {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    service.back_up("Garden", TABLE, READER);
    service.run();
    assert_eq!(service.deliver(), [], "a successful backup sends no letter");

    service.back_up("Kitchen", TABLE, READER);
    switch.set_busy(true);
    for end in ["failed, to be tried again", "failed, to be tried again", "given up"] {
        service.run();
        assert_eq!(service.deliver(), [letter(READER, format!("Kitchen: {end}"))]);
    }
}

/// A waiting job can be cancelled, before its first attempt or after it.
pub fn cancelled_job_is_told<S: BackgroundJobs>(_: &Context) {
    let switch = Switch::default();
    let mut service = S::start(switch.storage());
    switch.set_busy(true);
    let tried = service.import("Garden", TABLE, OWNER);
    service.run();
    let fresh = service.export("Garden", TABLE, Some(READER));
    let stays = service.export("Garden", TABLE, Some(READER));
    service.deliver();

    assert!(service.cancel(tried) && service.cancel(fresh), "both wait");
    let expected = [
        letter(OWNER, format!("import {tried} of Garden: cancelled")),
        letter(READER, format!("export {fresh} of Garden: cancelled")),
    ];
    assert_eq!(service.deliver(), expected);
    assert!(!service.cancel(tried), "a cancelled job cannot be cancelled again");
    assert!(!service.is_waiting(tried) && service.is_waiting(stays), "only one of them waits");

    switch.set_busy(false);
    service.run();
    assert_eq!(service.deliver(), [letter(READER, format!("export {stays} of Garden: done"))]);
}

/// The status page shows the last 50 attempts.
pub fn history_shows_the_most_recent<S: BackgroundJobs>(_: &Context) {
    let mut service = S::start(Switch::default().storage());
    let backup = service.back_up("Garden", TABLE, READER);
    let jobs: Vec<u64> = (0..50).map(|_| service.export("Garden", TABLE, None)).collect();
    service.run();
    let lines = jobs.iter().map(|job| format!("export {job}: done"));
    assert_eq!(service.history(), lines.collect::<Vec<_>>(), "backup {backup} is the 51st");
}
