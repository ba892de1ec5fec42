//! The program behind the page. `cargo xtask demo` builds it and starts it with a plan.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use demo::cap::TO_CAP;
use demo::engine::{Course, Engine};
use demo::hub::Hub;
use demo::message::{Command, Frame, Happened};
use demo::request::Request;
use demo::{browser, server};
use exercise_harness::cleanup;
use exercise_harness::plan::Plan;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// The maximum time for the measurement before the load begins.
const SURVEY: Duration = Duration::from_secs(300);
/// How much longer than requested a run without a page may take.
const LATE: Duration = Duration::from_secs(60);
/// How long a recording goes on after the cap, in seconds: a restart and a new rise.
const AFTER_CAP: f64 = 5.0;
/// The time between two checks of the progress.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Shows the workshop's exercises on a page
#[derive(Debug, Parser)]
struct Arguments {
    /// The exercises and their versions, as the runner wrote them
    #[arg(long)]
    plan: PathBuf,
    /// Record the first exercise in this file
    #[arg(long)]
    record: Option<PathBuf>,
    /// Play this recording
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Listen on this port; 0 lets the system choose one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Do not open a browser
    #[arg(long)]
    no_browser: bool,
    /// Show no page: record a run of about this many seconds, with two swaps and the end at the cap,
    /// and exit
    #[arg(long, value_name = "SECONDS", requires = "record")]
    unattended: Option<u64>,
}

fn main() -> ExitCode {
    cleanup::install_signal_handler();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let plan = fs::read_to_string(&arguments.plan)
        .with_context(|| format!("the plan {} cannot be read", arguments.plan.display()))?;
    let plan: Plan = serde_json::from_str(&plan)
        .with_context(|| format!("{} is not a valid plan", arguments.plan.display()))?;
    let levels_off_after = plan.exercises.get(plan.first).and_then(|one| one.levels_off_after);
    let course = Course { plan, record: arguments.record, replay: arguments.replay };
    let hub = Arc::new(Hub::new());
    let engine = Engine::new(course, Arc::clone(&hub))?;
    let (requests, received) = mpsc::channel();
    // This thread lasts until the program ends: measured processes end with the thread that started them.
    let engine = thread::spawn(move || engine.run(&received));
    if let Some(seconds) = arguments.unattended {
        perform(&requests, &hub, seconds as f64, levels_off_after)?;
        drop(requests);
        return engine.join().map_err(|_| anyhow::anyhow!("the run was not recorded completely"));
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await;
        let listener = listener.with_context(|| match arguments.port {
            0 => "cannot listen on 127.0.0.1; is the loopback interface up?".to_owned(),
            port => format!("cannot listen on port {port} of 127.0.0.1"),
        })?;
        let address = format!("http://{}", listener.local_addr()?);
        println!("The page is at {address} (press Ctrl-C to stop)");
        println!("Speaker notes, for your own screen: {address}/notes");
        println!("What the version under load has leaked so far: curl {address}/debug/leaks");
        if !arguments.no_browser {
            browser::open(&address);
        }
        server::serve(listener, hub, requests).await.context("the page's server stopped")
    })
}

/// Loads both versions in step for half of `seconds`, moves the load to the solution for a quarter, and
/// back until the leaking version has reached its cap and restarted. The load is high enough for that, and
/// for an exercise that levels off to do so in the first half.
fn perform(
    requests: &mpsc::Sender<Request>,
    hub: &Hub,
    seconds: f64,
    levels_off_after: Option<u64>,
) -> anyhow::Result<()> {
    let ask = |command: Command| requests.send(command.into()).context("the run ended early");
    let first = reading_after(hub, 0.0, SURVEY)?;
    let (mut lasts, longest) = match levels_off_after {
        Some(operations) => (operations as f64 / first.per_second, 0.5 * seconds),
        None => (TO_CAP, 1.2 * seconds),
    };
    while lasts > longest {
        ask(Command::LoadUp)?;
        lasts /= 2.0;
    }
    let limit = Duration::from_secs_f64(seconds) + LATE;
    for share in [0.5, 0.75] {
        reading_after(hub, share * seconds, limit)?;
        ask(Command::Swap)?;
    }
    let mut end = seconds;
    if levels_off_after.is_none() {
        let began = Instant::now();
        while !hub.has_happened(Happened::Killed) {
            anyhow::ensure!(began.elapsed() < limit * 2, "the cap was not reached");
            thread::sleep(POLL_INTERVAL);
        }
        end = end.max(hub.last().map_or(0.0, |frame| frame.at) + AFTER_CAP);
    }
    reading_after(hub, end, limit)?;
    ask(Command::Pause)
}

/// Waits for the first reading at `at` seconds of load or later.
fn reading_after(hub: &Hub, at: f64, longest: Duration) -> anyhow::Result<Frame> {
    let began = Instant::now();
    loop {
        if let Some(frame) = hub.last().filter(|frame| frame.at >= at) {
            return Ok(frame);
        }
        anyhow::ensure!(
            began.elapsed() < longest,
            "the run did not reach {at:.0} s of load within {} s",
            longest.as_secs()
        );
        thread::sleep(POLL_INTERVAL);
    }
}
