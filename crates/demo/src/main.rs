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
use demo::engine::{Course, Engine};
use demo::hub::Hub;
use demo::message::{Command, Frame};
use demo::{browser, server};
use exercise_harness::cleanup;
use exercise_harness::plan::Plan;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// The maximum time for the measurement before the load begins.
const SURVEY: Duration = Duration::from_secs(300);
/// How much longer than requested a run without a page may take.
const LATE: Duration = Duration::from_secs(60);
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
    /// Do not open a browser
    #[arg(long)]
    no_browser: bool,
    /// Show no page: record a run of this many seconds, with two swaps, and exit
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
    let (commands, received) = mpsc::channel();
    // This thread lasts until the program ends: measured processes end with the thread that started them.
    let engine = thread::spawn(move || engine.run(&received));
    if let Some(seconds) = arguments.unattended {
        perform(&commands, &hub, seconds as f64, levels_off_after)?;
        drop(commands);
        return engine.join().map_err(|_| anyhow::anyhow!("the run was not recorded completely"));
    }
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .context("cannot listen on 127.0.0.1; is the loopback interface up?")?;
        let address = format!("http://{}", listener.local_addr()?);
        println!("The page is at {address} (press Ctrl-C to stop)");
        if !arguments.no_browser {
            browser::open(&address);
        }
        server::serve(listener, hub, commands).await.context("the page's server stopped")
    })
}

/// Loads both versions in step for half of `seconds`, then moves the load to the solution and back. An
/// exercise that levels off gets enough load to do so in the first half.
fn perform(
    commands: &mpsc::Sender<Command>,
    hub: &Hub,
    seconds: f64,
    levels_off_after: Option<u64>,
) -> anyhow::Result<()> {
    let ask = |command| commands.send(command).context("the run ended early");
    let first = reading_after(hub, 0.0, SURVEY)?;
    let mut level_after =
        levels_off_after.map_or(0.0, |operations| operations as f64 / first.per_second);
    while level_after > 0.4 * seconds {
        ask(Command::LoadUp)?;
        level_after /= 2.0;
    }
    let longest = Duration::from_secs_f64(seconds) + LATE;
    for (share, command) in [(0.5, Command::Swap), (0.75, Command::Swap), (1.0, Command::Pause)] {
        reading_after(hub, share * seconds, longest)?;
        ask(command)?;
    }
    Ok(())
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
