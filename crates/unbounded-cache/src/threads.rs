//! What users must see when several threads use the service.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::{Context, deadline};

use crate::TaskLists;

/// Room for all pages of a check.
const MAX_ENTRIES: usize = 200;
/// Longer than any check lasts.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// How long a check waits before it fails.
const DEADLINE: Duration = Duration::from_secs(25);
/// How long a load waits for a call on another thread, which may itself wait for the load to end.
const GRACE: Duration = Duration::from_millis(150);

/// A page that was read from the database before a change is not shown after it.
pub fn change_during_a_load_is_seen<S: TaskLists>(_: &Context) {
    deadline::within(DEADLINE, || {
        let service = S::start(MAX_ENTRIES, HOUR);
        for user in 0..3 {
            change_during_a_load(&service, user);
        }
    });
}

fn change_during_a_load<S: TaskLists>(service: &S, user: u32) {
    let state = &AtomicUsize::new(1);
    let (begin, begun) = mpsc::channel();
    let (announce, announced) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            begun.recv().expect("the load begins");
            state.store(2, Ordering::SeqCst);
            announce.send(()).expect("the load goes on");
            service.change_task(user, "open");
            // If the change has waited for the load, nobody receives this.
            let _ = end.send(());
        });
        service.list_tasks(user, "open", None, || {
            let read = state.load(Ordering::SeqCst);
            begin.send(()).expect("the change waits for this");
            announced.recv().expect("the change begins");
            let _ = ended.recv_timeout(GRACE);
            format!("state {read}")
        });
    });
    let shown = service
        .list_tasks(user, "open", None, || format!("state {}", state.load(Ordering::SeqCst)));
    assert_eq!(
        &*shown, "state 2",
        "after a change, the list is shown in its state from before the change, which was being \
         loaded meanwhile"
    );
}

/// A page that several users' devices request at the same time is loaded once.
pub fn page_is_loaded_once_for_all<S: TaskLists>(_: &Context) {
    const DEVICES: usize = 4;
    deadline::within(DEADLINE, || {
        let service = S::start(MAX_ENTRIES, HOUR);
        let (asking, loads) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let load = || {
            loads.fetch_add(1, Ordering::SeqCst);
            while asking.load(Ordering::SeqCst) < DEVICES {
                thread::yield_now();
            }
            let others_come = Instant::now();
            while loads.load(Ordering::SeqCst) == 1 && others_come.elapsed() < GRACE {
                thread::sleep(Duration::from_millis(1));
            }
            "the open tasks".to_owned()
        };
        thread::scope(|scope| {
            for _ in 0..DEVICES {
                scope.spawn(|| {
                    asking.fetch_add(1, Ordering::SeqCst);
                    let shown = service.list_tasks(7, "open", None, load);
                    assert_eq!(&*shown, "the open tasks");
                });
            }
        });
        let loads = loads.into_inner();
        assert_eq!(
            loads, 1,
            "{DEVICES} requests for one page at the same time load it {loads} times"
        );
    });
}

/// Users on several threads read and change their lists, and each sees the own changes at once.
pub fn several_threads_are_served<S: TaskLists>(_: &Context) {
    const USERS: u64 = 4;
    let service = S::start(MAX_ENTRIES, HOUR);
    deadline::on_threads(DEADLINE, USERS, move |user| {
        read_and_change(&service, u32::try_from(user).unwrap_or_default());
    });
}

fn read_and_change<S: TaskLists>(service: &S, user: u32) {
    for change in 0..500 {
        let now = || format!("list of user {user} after {change} changes");
        for cursor in [None, Some("10")] {
            let shown = service.list_tasks(user, "open", cursor, now);
            assert_eq!(*shown, *now(), "each user sees the own list as of now");
        }
        let shared = service.list_tasks(99, "open", None, || "a shared list".to_owned());
        assert_eq!(&*shared, "a shared list");
        service.list_tasks(user, "done", Some(&change.to_string()), now);
        service.cached_pages();
        assert_eq!(service.last_filter(user).as_deref(), Some("done"));
        service.change_task(user, "open");
        if change % 10 == 0 {
            service.change_task(99, "open");
        }
    }
}
