//! How a trial ends is told apart on every system, and what it leaves behind is ended.

use std::env;
use std::hint::black_box;
use std::io::{ErrorKind, Read};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use exercise_harness::event::Event;
use exercise_harness::isolated::{self, Ending, TrialRun};
use exercise_harness::trial::LOAD;
use exercise_harness::{Context, Meter, SoakSettings, Suite, explain};
use leak_meter::Report;

#[global_allocator]
static METER: Meter = exercise_harness::meter();

const METADATA: &str = include_str!("toy.toml");

/// The argument with which this program connects to the port that follows, and waits.
const WAIT: &str = "wait";
const SOON: Duration = Duration::from_secs(20);

// What the load does in its second round, whose first operation has this number. Any other number is a port: a process
// that is connected to it stays behind.
const EXITS: u64 = 1;
const ABORTS: u64 = 2;
const RECURSES: u64 = 3;
const FILLS_MEMORY: u64 = 4;
const REPORTS_PROGRESS: u64 = 5;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    if arguments.next().as_deref() == Some(WAIT) {
        wait(arguments.next().unwrap().parse().unwrap());
    }
    let suite = Suite::new("endings", METADATA);
    // Wine, where the tests for Windows run, ends only the thread.
    let suite = if cfg!(unix) {
        suite.behaviour("a_stack_overflow_is_named", |_| overflow_is_named())
    } else {
        suite
    };
    suite
        .behaviour("an_exit_is_not_the_end_of_a_trial", |_| exit_is_not_the_end())
        .behaviour("an_abort_is_named", |_| abort_is_named())
        .behaviour("memory_has_a_limit", |_| memory_has_a_limit())
        .behaviour("a_process_that_stays_is_named_and_ended", |_| process_is_ended())
        .behaviour("progress_is_an_event", |_| progress_is_an_event())
        .load(misbehave)
        .main()
}

#[expect(clippy::zombie_processes, reason = "a process stays on purpose")]
fn misbehave(context: &Context) -> Report {
    let mut is_done = false;
    context.soak().run(|operation| {
        if operation.round() != 1 || mem::replace(&mut is_done, true) {
            return;
        }
        match operation.number() {
            EXITS => process::exit(0),
            ABORTS => process::abort(),
            RECURSES => assert_ne!(deep(), 0),
            FILLS_MEMORY => {
                let mut kept = Vec::new();
                loop {
                    kept.push(black_box(vec![1_u8; 1 << 20]));
                }
            }
            REPORTS_PROGRESS => context.progress(),
            port => {
                let mut command = Command::new(env::current_exe().unwrap());
                let mut child =
                    command.args([WAIT, &port.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
                // It prints something once it is connected.
                child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
            }
        }
    })
}

#[expect(unconditional_recursion, reason = "its stack overflows")]
fn deep() -> u64 {
    black_box(deep()) + 1
}

fn wait(port: u16) -> ! {
    let _connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    println!("connected");
    loop {
        thread::park();
    }
}

/// A run of the load whose second round begins with the operation `number`.
fn run(number: u64) -> TrialRun {
    isolated::run(&env::current_exe().unwrap(), LOAD, settings(number), |_| {}).unwrap()
}

fn settings(number: u64) -> SoakSettings {
    SoakSettings { operations: Some(number), rounds: Some(3), ..SoakSettings::default() }
}

fn exit_is_not_the_end() {
    let run = run(EXITS);
    assert_eq!(run.ending, Ending::Exited { code: 0 });
    let text = explain::failure_text(&run.ending, run.rounds.len(), &run.output);
    assert!(text.contains("std::process::exit. It had measured 1 round"), "{text}");
}

fn abort_is_named() {
    let run = run(ABORTS);
    assert!(matches!(run.ending, Ending::Aborted { .. }), "{run:?}");
    let text = explain::failure_text(&run.ending, 0, &run.output);
    assert!(text.contains("(abort)") && text.contains("std::process::abort"), "{text}");
}

fn overflow_is_named() {
    let run = run(RECURSES);
    assert_eq!(run.ending, Ending::StackOverflowed, "{}", run.output);
}

fn memory_has_a_limit() {
    let run = run(FILLS_MEMORY);
    assert_eq!(run.ending, Ending::OutOfMemory, "{}", run.output);
}

fn progress_is_an_event() {
    let mut reports = 0;
    let settings = settings(REPORTS_PROGRESS);
    let run = isolated::run(&env::current_exe().unwrap(), LOAD, settings, |event| {
        reports += usize::from(*event == Event::Progress);
    });
    assert!(run.unwrap().report().is_some());
    assert_eq!(reports, 1);
}

fn process_is_ended() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let run = run(u64::from(listener.local_addr().unwrap().port()));
    assert!(run.report().is_some(), "{run:?}");
    let [left] = &run.left_behind.left_running[..] else { panic!("{run:?}") };
    // The system may shorten the name.
    let own = env::current_exe().unwrap();
    assert!(own.file_name().unwrap().to_string_lossy().starts_with(left.as_str()), "{left}");

    let (mut connection, _) = listener.accept().unwrap();
    connection.set_read_timeout(Some(SOON)).unwrap();
    match connection.read(&mut [0]) {
        Ok(0) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        still_open => panic!("the process is still connected: {still_open:?}"),
    }
}
