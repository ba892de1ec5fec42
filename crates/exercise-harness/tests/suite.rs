//! A suite that is run by the harness: what a trial is given, and what it may use.

use std::fs::{self, File};
use std::process::ExitCode;

use exercise_harness::runtime::{Clock, alive_tasks, block_on};
use exercise_harness::{Bound, Context, Meter, Suite};
use leak_meter::{HeapCounts, Report, Resource, Verdict};

#[global_allocator]
static METER: Meter = exercise_harness::meter();

const METADATA: &str = include_str!("toy.toml");

fn main() -> ExitCode {
    Suite::new("suite", METADATA)
        .behaviour("folder_is_empty_and_writable", folder_is_empty_and_writable)
        .growth(steady_work)
        .when(cfg!(unix), |suite| {
            suite.bound("open_files_have_the_lowest_limit", open_files_have_the_lowest_limit)
        })
        .bound("nothing_else_allocates", nothing_else_allocates)
        .bound("async_soak_counts_tasks", async_soak_counts_tasks)
        .main()
}

fn folder_is_empty_and_writable(context: &Context) {
    assert_eq!(fs::read_dir(context.folder()).unwrap().count(), 0);
    fs::write(context.folder().join("upload"), "text").unwrap();
}

/// The metadata sets the operations per round, and the soak counts the files in the trial's folder.
fn steady_work(context: &Context) -> Report {
    let report = context.soak().run(|operation| {
        let path = context.folder().join(operation.number().to_string());
        fs::write(&path, "text").and_then(|()| fs::remove_file(&path))
    });
    assert!(report.rounds.iter().all(|round| round.operations == 50));
    assert!(report.growth_of(Resource::TemporaryFiles).is_some());
    report
}

fn open_files_have_the_lowest_limit(_: &Context) -> Bound {
    let opened: Vec<File> = std::iter::from_fn(|| tempfile::tempfile().ok()).collect();
    let (measured, after) =
        (opened.len() as u64, "opening as many files as the system allows".to_owned());
    assert!(measured > 200, "only {measured} files could be opened");
    Bound { resource: Resource::OpenFiles, measured, limit: 256, after }
}

/// A memory trial has a process to itself, so all counted allocations are its own.
fn nothing_else_allocates(_: &Context) -> Bound {
    let before = HeapCounts::now();
    std::thread::yield_now();
    let measured = HeapCounts::now().allocations - before.allocations;
    Bound { resource: Resource::LiveBlocks, measured, limit: 0, after: "doing nothing".to_owned() }
}

/// A task that ends is not counted at the end of a round; every task that does not end is.
fn async_soak_counts_tasks(context: &Context) -> Bound {
    let soak = |endless: bool| {
        block_on(Clock::Paused, async {
            let report = context.async_soak().run_async(async |_| {
                drop(tokio::spawn(tokio::task::yield_now()));
                if endless {
                    drop(tokio::spawn(std::future::pending::<()>()));
                }
            });
            (report.await, alive_tasks())
        })
    };
    let (endless, left) = soak(true);
    let growth = endless.growth_of(Resource::Tasks).expect("tasks are counted");
    assert_eq!((growth.verdict, growth.per_operation), (Verdict::Growing, Some(1.0)));
    assert_eq!(left, endless.operations());

    let (ending, measured) = soak(false);
    let growth = ending.growth_of(Resource::Tasks).expect("tasks are counted");
    assert_eq!(growth.verdict, Verdict::Steady, "{growth:?}");
    let after = format!("{} tasks that end", ending.operations());
    Bound { resource: Resource::Tasks, measured, limit: 0, after }
}
