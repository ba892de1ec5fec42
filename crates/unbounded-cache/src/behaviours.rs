//! The pages that users must see, and when the database may be queried for them.

use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::{Context, deadline};

use crate::TaskLists;
use crate::database::{Database, name};

/// Room for pages, enough for all of most checks.
const MAX_ENTRIES: usize = 200;
/// Longer than any check lasts.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Short enough to wait for.
const MOMENT: Duration = Duration::from_millis(50);
/// The tolerance for a page's expiry, since clocks may be coarse.
const TOLERANCE: Duration = Duration::from_millis(20);
/// How long a check waits before it fails.
const DEADLINE: Duration = Duration::from_secs(20);

/// A page is loaded once until it expires.
pub fn page_is_loaded_once<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    for cursor in [None, Some("10")] {
        let first = database.ask(&service, 7, "open", cursor);
        let loads = database.loads_of(|| {
            for _ in 0..100 {
                assert_eq!(database.ask(&service, 7, "open", cursor), first);
            }
        });
        assert_eq!(loads, 0, "a recently loaded page is shown again without the database");
    }
}

/// Every user gets the requested page, however many there are.
pub fn pages_are_not_mixed_up<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    for round in 0..2 {
        for user in 0..50 {
            for filter in ["open", "done"] {
                for cursor in [None, Some("10"), Some("20"), Some("30"), Some("40")] {
                    let shown = database.ask(&service, user, filter, cursor);
                    let requested = name(user, filter, cursor);
                    assert!(
                        shown.starts_with(&format!("{requested} as of")),
                        "round {round}: requested {requested:?}, got {shown:?}"
                    );
                }
            }
        }
    }
}

/// A load that fails affects no other request.
pub fn failed_load_is_forgotten<S: TaskLists>(_: &Context) {
    // A request must not wait for a load that has failed.
    deadline::within(DEADLINE, || {
        let service = S::start(MAX_ENTRIES, HOUR);
        let database = Database::default();
        let kept = database.ask(&service, 7, "open", Some("10"));
        for _ in 0..3 {
            failed_load(&service, 7, "open");
        }
        let shown = database.ask(&service, 7, "open", Some("10"));
        assert_eq!(shown, kept, "the user's other pages stay");
        let loads = database.loads_of(|| {
            database.ask(&service, 7, "open", None);
            database.ask(&service, 7, "open", None);
        });
        assert_eq!(loads, 1, "a page whose load failed is loaded at the next request");
        service.change_task(7, "open");
        assert_eq!(service.cached_pages(), 0, "changes are handled after a failed load");
    });
}

/// Requests the first page of a list while the database fails.
pub fn failed_load<S: TaskLists>(service: &S, user: u32, filter: &str) {
    // Without the panic hook, which would print each failure.
    let failure = || panic::resume_unwind(Box::new("the database does not answer"));
    let request = AssertUnwindSafe(|| service.list_tasks(user, filter, None, failure));
    assert!(panic::catch_unwind(request).is_err(), "the request fails with its load");
}

/// After a change, every page of that list is loaded again.
pub fn change_is_seen_at_once<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    for _ in 0..3 {
        for cursor in [None, Some("10"), Some("20")] {
            database.ask(&service, 7, "open", cursor);
        }
        service.change_task(7, "open");
        for cursor in [None, Some("10"), Some("20")] {
            let loads = database.loads_of(|| {
                database.ask(&service, 7, "open", cursor);
            });
            assert_eq!(loads, 1, "the page from {cursor:?} is from before the change");
        }
    }
    service.change_task(8, "open"); // A user without pages.
}

/// A change leaves the user's other lists, and all other users' lists.
pub fn change_leaves_other_pages<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    let others = [(7, "done", None), (8, "open", None), (8, "open", Some("10"))];
    let ask_others = || {
        for (user, filter, cursor) in others {
            database.ask(&service, user, filter, cursor);
        }
    };
    database.ask(&service, 7, "open", None);
    ask_others();
    service.change_task(7, "open");
    assert_eq!(database.loads_of(ask_others), 0, "unchanged pages were dropped");
}

/// A page is not shown after it has expired, even if it is in constant use.
pub fn page_ends_with_its_time<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, MOMENT);
    let database = Database::default();
    for filter in ["open", "done"] {
        let loaded = database.ask(&service, 7, filter, None);
        let end = Instant::now() + MOMENT + TOLERANCE;
        loop {
            let is_late = Instant::now() > end;
            if database.ask(&service, 7, filter, None) != loaded {
                break;
            }
            assert!(!is_late, "a page was shown after its time to live of {MOMENT:?}");
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The health page counts the pages that could be shown.
pub fn health_counts_fresh_pages<S: TaskLists>(_: &Context) {
    let database = Database::default();
    let ask_three = |service: &S| {
        for cursor in [None, Some("10"), Some("20")] {
            database.ask(service, 7, "open", cursor);
        }
    };

    let service = S::start(MAX_ENTRIES, HOUR);
    assert_eq!(service.cached_pages(), 0);
    ask_three(&service);
    database.ask(&service, 8, "open", None);
    assert_eq!(service.cached_pages(), 4);
    service.change_task(7, "open");
    assert_eq!(service.cached_pages(), 1, "pages from before a change are no longer shown");

    let service = S::start(MAX_ENTRIES, MOMENT);
    ask_three(&service);
    let asked_at = Instant::now();
    while service.cached_pages() > 0 {
        assert!(asked_at.elapsed() < DEADLINE, "expired pages are counted");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The list that a user looked at last is known even after its pages are gone.
pub fn last_filter_is_kept<S: TaskLists>(_: &Context) {
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    database.ask(&service, 7, "open", None);
    database.ask(&service, 8, "open", None);
    database.ask(&service, 7, "done", Some("10"));
    service.change_task(7, "done");
    for page in 0..10 * MAX_ENTRIES {
        database.ask(&service, 9, "open", Some(&page.to_string()));
    }
    assert_eq!(service.last_filter(7).as_deref(), Some("done"));
    assert_eq!(service.last_filter(8).as_deref(), Some("open"));
    assert_eq!(service.last_filter(6), None, "this user has requested nothing");
}
