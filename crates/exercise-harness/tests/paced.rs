//! A paced trial: works when it is told to, rests otherwise, and ends with whoever paces it.

use std::env;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::alone::Ending;
use exercise_harness::context::SoakSettings;
use exercise_harness::event::TrialOutcome;
use exercise_harness::paced::Paced;
use exercise_harness::runtime::{Clock, block_on};
use exercise_harness::{Bound, Context, Meter, Suite};
use leak_meter::{Report, Resource, Round};

#[global_allocator]
static METER: Meter = exercise_harness::meter();

const METADATA: &str = r#"
order = 1
title = "A service that is paced"
service = "nothing"
summary = "How a trial is paced"
difficulty = "Easy"
minutes = 10
operations_per_round = 50
requests_per_second = 10.0
leak = { resources = ["live_blocks"], file = "src/lib.rs", function = "work" }
fix = { files = ["src/lib.rs"] }
"#;

/// The operation at which the work fails.
const FAILS_AT: u64 = 5_000;
const SOON: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    Suite::new("paced", METADATA)
        .behaviour("it_works_when_told_to_and_rests_otherwise", |_| rests_otherwise())
        .behaviour("a_long_stream_stays_short_on_the_disk", |_| stays_short())
        .behaviour("an_error_is_its_end", |_| error_is_its_end())
        .growth(work)
        .bound("paced_by_nobody", paced_by_nobody)
        .main()
}

/// Asynchronous, so that a wait which blocks would show.
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

/// Outside of a paced trial the same work ends by itself.
fn paced_by_nobody(context: &Context) -> Bound {
    let (measured, after) = (work(context).operations(), "a soak".to_owned());
    Bound { resource: Resource::Tasks, measured, limit: 96 * 50, after }
}

fn start() -> Paced {
    let binary = env::current_exe().unwrap();
    Paced::start(&binary, "memory::growth", SoakSettings::default()).unwrap()
}

/// Waits until as many rounds have ended.
fn rounds(trial: &mut Paced, wanted: usize) -> Vec<Round> {
    let (began, mut seen) = (Instant::now(), Vec::new());
    while seen.len() < wanted {
        assert!(began.elapsed() < SOON, "{seen:?}, {:?}", trial.ended());
        seen.extend(trial.rounds().unwrap());
        thread::sleep(Duration::from_millis(2));
    }
    seen
}

fn ending(trial: &mut Paced) -> Ending {
    let began = Instant::now();
    loop {
        if let Some((ending, _)) = trial.ended().unwrap() {
            return ending;
        }
        assert!(began.elapsed() < SOON, "it does not end");
        thread::sleep(Duration::from_millis(2));
    }
}

fn rests_otherwise() {
    let mut trial = start();
    for operations in [7, 1, 30] {
        trial.hand_out(operations).unwrap();
    }
    assert_eq!(trial.open(), 3);
    let seen = rounds(&mut trial, 3);
    assert_eq!(seen.iter().map(|round| round.operations).collect::<Vec<_>>(), [7, 1, 30]);
    assert_eq!(trial.open(), 0);
    thread::sleep(Duration::from_millis(200));
    assert_eq!(trial.rounds().unwrap(), []);
    assert_eq!(trial.ended().unwrap(), None);
}

fn stays_short() {
    let mut trial = start();
    for _ in 0..400 {
        trial.hand_out(1).unwrap();
        rounds(&mut trial, 1);
    }
    let kept = trial.streamed().unwrap();
    assert!((1..80_000).contains(&kept), "{kept} bytes of the stream are kept");
}

fn error_is_its_end() {
    let mut trial = start();
    trial.hand_out(FAILS_AT + 1).unwrap();
    match ending(&mut trial) {
        Ending::Told(TrialOutcome::Soaked { report }) => {
            let stopped = report.stopped.unwrap();
            assert!(stopped.contains("the disk is full"), "{stopped}");
        }
        other => panic!("{other:?}"),
    }
}
