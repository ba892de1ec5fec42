//! A paced trial: it runs the requested rounds and is otherwise idle.

use std::env;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::isolated::Ending;
use exercise_harness::paced::Paced;
use exercise_harness::runtime::{Clock, block_on};
use exercise_harness::trial::GROWTH;
use exercise_harness::{Bound, Context, Meter, SoakSettings, Suite};
use leak_meter::{Report, Resource, Round};

#[global_allocator]
static METER: Meter = exercise_harness::meter();

const METADATA: &str = include_str!("toy.toml");

/// The operation at which the work fails.
const FAILS_AT: u64 = 5_000;
const SOON: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    Suite::new("paced", METADATA)
        .behaviour("requested_rounds_run_and_the_trial_is_otherwise_idle", |_| is_otherwise_idle())
        .behaviour("a_long_stream_stays_short_on_disk", stays_short)
        .behaviour("an_error_ends_the_trial", |_| error_ends_the_trial())
        .growth(work)
        .bound("unpaced_operations", unpaced_operations)
        .main()
}

/// Asynchronous, so that the trial would hang if its input blocked the thread.
fn work(context: &Context) -> Report {
    block_on(Clock::Paused, async {
        let soak = context.async_soak().run_async(async |operation| {
            tokio::task::yield_now().await;
            match operation.number() {
                FAILS_AT => Err("the disk is full"),
                _ => Ok(()),
            }
        });
        soak.await
    })
}

/// In an ordinary trial the same work ends by itself.
fn unpaced_operations(context: &Context) -> Bound {
    let (measured, after) = (work(context).operations(), "a soak".to_owned());
    Bound { resource: Resource::Tasks, measured, limit: 96 * 50, after }
}

fn start() -> Paced {
    let binary = env::current_exe().unwrap();
    Paced::start(&binary, GROWTH, SoakSettings::default()).unwrap()
}

/// Waits until this number of rounds has ended.
fn rounds(trial: &mut Paced, wanted: usize) -> Vec<Round> {
    let (began, mut seen) = (Instant::now(), Vec::new());
    while seen.len() < wanted {
        assert!(began.elapsed() < SOON, "{seen:?}, {:?}", trial.try_wait());
        seen.extend(trial.new_rounds().unwrap());
        thread::sleep(Duration::from_millis(2));
    }
    seen
}

fn ending(trial: &mut Paced) -> Ending {
    let began = Instant::now();
    loop {
        if let Some((ending, _)) = trial.try_wait().unwrap() {
            return ending;
        }
        assert!(began.elapsed() < SOON, "the trial does not end");
        thread::sleep(Duration::from_millis(2));
    }
}

fn is_otherwise_idle() {
    let mut trial = start();
    for operations in [7, 1, 30] {
        trial.request_round(operations).unwrap();
    }
    assert_eq!(trial.pending(), 3);
    let seen = rounds(&mut trial, 3);
    assert_eq!(seen.iter().map(|round| round.operations).collect::<Vec<_>>(), [7, 1, 30]);
    assert_eq!(trial.pending(), 0);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(trial.new_rounds().unwrap(), []);
    assert_eq!(trial.try_wait().unwrap(), None);
}

fn stays_short(context: &Context) {
    let mut trial = start();
    for _ in 0..400 {
        trial.request_round(1).unwrap();
        rounds(&mut trial, 1);
        context.progress();
    }
    let bytes = trial.stream_bytes().unwrap();
    assert!((1..80_000).contains(&bytes), "{bytes} bytes of the stream are on disk");
}

fn error_ends_the_trial() {
    let mut trial = start();
    trial.request_round(FAILS_AT + 1).unwrap();
    let ending = ending(&mut trial);
    let report = ending.report().unwrap_or_else(|| panic!("{ending:?}"));
    let stopped = report.stopped.as_deref();
    assert!(stopped.is_some_and(|why| why.contains("the disk is full")), "{stopped:?}");
}
