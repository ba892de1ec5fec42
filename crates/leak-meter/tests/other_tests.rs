//! Another test in the same process keeps memory during a soak: this is detected and reported, and
//! not attributed to the test that runs the soak.
#![cfg(all(feature = "holders", feature = "soak"))]
#![allow(clippy::print_stdout)] // The child's report is read from its output.

use std::env;
use std::hint::black_box;
use std::process::Command;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use leak_meter::{Allocator, Resource, Soak, Verdict};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// Connects the two children: one requests that a block be kept, and the other confirms it.
struct Meeting {
    ask: Mutex<Option<SyncSender<()>>>,
    asked: Mutex<Option<Receiver<()>>>,
    done: Mutex<Option<SyncSender<()>>>,
    is_done: Mutex<Option<Receiver<()>>>,
}

static MEETING: LazyLock<Meeting> = LazyLock::new(|| {
    let (ask, asked) = mpsc::sync_channel(1);
    let (done, is_done) = mpsc::sync_channel(1);
    Meeting {
        ask: Mutex::new(Some(ask)),
        asked: Mutex::new(Some(asked)),
        done: Mutex::new(Some(done)),
        is_done: Mutex::new(Some(is_done)),
    }
});

/// After this time, the other test is assumed not to be running.
const DEADLINE: Duration = Duration::from_secs(60);

fn take<T>(place: &Mutex<Option<T>>) -> T {
    place.lock().expect("the lock").take().expect("each end is taken once")
}

#[test]
fn memory_of_another_test_is_reported_and_not_attributed_to_the_soak() {
    let output = Command::new(env::current_exe().expect("this test's program"))
        .args(["--ignored", "--test-threads", "2", "--nocapture", "child_"])
        .output()
        .expect("this program can be run");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let note = "Note: other tests in this process allocated memory during the soak (";
    assert!(text.contains(note), "{text}");
    assert!(text.contains("2 passed"), "{text}");
}

#[test]
#[ignore = "a child of the test above"]
fn child_that_soaks() {
    let (ask, is_done) = (take(&MEETING.ask), take(&MEETING.is_done));
    let report = Soak::new().operations_per_round(10).run(|operation| {
        drop(black_box(vec![operation.number(); 10]));
        ask.send(()).expect("the other child runs");
        is_done.recv_timeout(DEADLINE).expect("the other child keeps a block");
    });
    assert_eq!(report.verdict, Verdict::Steady, "{report}");
    assert!(report.sites.is_empty(), "{report}");
    let kept = report.operations() * 100;
    assert!(report.other_tests_bytes >= kept, "{report}");
    // The readings include the whole process; the verdict covers only the rest.
    let (first, last) = (report.rounds[0].live_bytes, report.rounds[11].live_bytes);
    assert!(last - first >= 11 * 10 * 100, "the other child did keep its blocks");
    let bytes = report.growth_of(Resource::LiveBytes).expect("bytes are measured");
    assert_eq!(bytes.verdict, Verdict::Steady, "{report}");
    println!("{report}");
}

#[inline(never)]
fn keep(kept: &mut Vec<Box<[u8]>>) {
    kept.push(vec![1; 100].into_boxed_slice());
}

#[test]
#[ignore = "a child of the test above"]
fn child_that_keeps() {
    let (asked, done) = (take(&MEETING.asked), take(&MEETING.done));
    let mut kept = Vec::with_capacity(10_000);
    // Ends when the soaking child has dropped its end.
    while asked.recv_timeout(DEADLINE).is_ok() {
        keep(&mut kept);
        if done.send(()).is_err() {
            break;
        }
    }
    assert!(kept.len() >= 120, "{} blocks were asked for", kept.len());
}
