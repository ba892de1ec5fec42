//! Descriptors that stay, up to the limits that a Unix system sets.

use std::fs::File;
use std::io;

use leak_meter::probe::FileKind;
use leak_meter::{Report, Resource, Soak, Verdict};
use rustix::process::{self, Rlimit};

const NULL: &str = "/dev/null";

/// How a request handles an error.
#[derive(Debug, Clone, Copy)]
enum Errors {
    Returned,
    Swallowed,
}

/// Opens files and keeps them. The capacity for them is reserved, so that only descriptors grow.
fn soak(soak: Soak<'_>, errors: Errors) -> Report {
    let mut open = Vec::with_capacity(20_000);
    soak.run(|_| -> io::Result<()> {
        match (File::open(NULL), errors) {
            (Ok(file), _) => open.push(file),
            (Err(error), Errors::Returned) => return Err(error),
            (Err(_), Errors::Swallowed) => {}
        }
        Ok(())
    })
}

/// Limits the descriptors of this process; `None` keeps the inherited limit.
fn limit_open_files(limit: Option<u64>) {
    let Some(limit) = limit else { return };
    let inherited = process::getrlimit(process::Resource::Nofile);
    let limited = Rlimit { current: Some(limit), maximum: inherited.maximum };
    process::setrlimit(process::Resource::Nofile, limited).expect("the limit can be lowered");
}

#[track_caller]
fn null_is_growing(report: &Report, scene: &str) {
    let growth = report.growth_of(Resource::OpenFiles).expect("open files were measured");
    assert_eq!(growth.verdict, Verdict::Growing, "{scene}:\n{report}");
    let (low, high) = (growth.low.expect("a rate"), growth.high.expect("a rate"));
    assert!(low <= 1.0 && 1.0 <= high, "{scene}: {growth:?}");
    let files = report.open_files.first().unwrap_or_else(|| panic!("{scene}:\n{report}"));
    assert_eq!((files.group.kind, &*files.group.place), (FileKind::Device, NULL), "{scene}");
    let line = format!("{NULL}: {} -> {}", files.first, files.last);
    assert!(report.to_string().contains(&line), "{scene}: no {line}\n{report}");
}

pub fn open_files_that_stay_are_growing_at_every_limit() {
    // From the highest to the lowest, because a lowered limit cannot be raised again.
    for limit in [None, Some(1024), Some(128), Some(64)] {
        limit_open_files(limit);
        for errors in [Errors::Returned, Errors::Swallowed] {
            let scene = format!("limit {limit:?}, errors {errors:?}");
            let report = soak(Soak::new(), errors);
            null_is_growing(&report, &scene);
            // The load ends before the workload fails.
            assert_eq!(report.stopped, None, "{scene}");
            let end = report.ended_early.as_ref().unwrap_or_else(|| panic!("{scene}:\n{report}"));
            assert!(end.contains("open files had risen from"), "{scene}: {end}");
        }
        // A soak with fixed work continues up to the limit: with a low limit it ends after too few
        // rounds.
        if limit.is_none_or(|limit| limit >= 1024) {
            for errors in [Errors::Returned, Errors::Swallowed] {
                let scene = format!("limit {limit:?}, errors {errors:?}, 20 in each round");
                null_is_growing(&soak(Soak::new().operations_per_round(20), errors), &scene);
            }
        }
    }
}

pub fn an_error_at_the_limit_of_open_files_never_makes_them_steady() {
    for limit in [1024, 128, 64] {
        limit_open_files(Some(limit));
        for operations in [20, 40] {
            let scene = format!("limit {limit}, {operations} in each round");
            let soak_with = |errors| soak(Soak::new().operations_per_round(operations), errors);
            let report = soak_with(Errors::Swallowed);
            assert_eq!(report.rounds.len(), 96, "{scene}:\n{report}");
            let growth = report.growth_of(Resource::OpenFiles).expect("they were measured");
            assert_ne!(growth.verdict, Verdict::Steady, "{scene}:\n{report}");
            assert_ne!(report.verdict, Verdict::Steady, "{scene}:\n{report}");
            if growth.verdict == Verdict::Undecided {
                let sentence =
                    format!("close to its limit of {}", leak_meter::internals::units::count(limit));
                assert!(growth.reason.to_string().contains(&sentence), "{scene}:\n{report}");
            }
            let report = soak_with(Errors::Returned);
            assert_ne!(report.verdict, Verdict::Steady, "{scene}:\n{report}");
            let why = report.stopped.as_ref().unwrap_or_else(|| panic!("{scene}:\n{report}"));
            assert!(why.contains("Too many open files"), "{scene}: {why}");
            assert!(why.contains("open files had risen from"), "{scene}: {why}");
            assert_eq!(report.open_files[0].group.place, NULL, "{scene}:\n{report}");
        }
    }
}

pub fn files_that_stay_open_are_grouped_by_their_folder() {
    limit_open_files(Some(128));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let attachment = folder.path().join("attachment");
    std::fs::write(&attachment, "text").expect("a file in it");
    let report = Soak::new().run(|_| -> io::Result<()> {
        std::mem::forget(File::open(&attachment)?);
        Ok(())
    });
    super::growing(&report, Resource::OpenFiles);
    let group = &report.open_files.first().expect("what is open").group;
    let place = folder.path().canonicalize().expect("it is there");
    assert_eq!((group.kind, &*group.place), (FileKind::File, &*place.to_string_lossy()));
}
