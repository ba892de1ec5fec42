//! The workload of the soak: users look through their task lists, and some of them change tasks.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::TaskLists;

/// All users. Each has a front page that is requested again and again.
const USERS: u32 = 50;
/// The users below this number change tasks. The others, customers and exports, only read.
const EDITORS: u32 = 25;
/// Room for every front page and for some of the pages behind them.
const MAX_ENTRIES: usize = 200;
/// So short that every page expires between two readings.
const TIME_TO_LIVE: Duration = Duration::from_millis(5);
/// How long a night may take if pages do not expire.
const LONGEST_NIGHT: Duration = Duration::from_millis(100);
/// Enough requests for the health page to finish deferred work.
const CALLS_AT_NIGHT: usize = 128;
/// The pages that each user has read before the soak. A table of one user's pages is then as large as
/// it will ever be.
const PAGES_BEFORE: u32 = 60;
/// One in this many operations begins with a change.
const OPERATIONS_PER_CHANGE: u64 = 25;
/// The list that all users look at.
const FILTER: &str = "assigned-to-me";

/// Runs many visits of users to their lists and measures what they leave behind.
///
/// A night follows each round, so that no page is fresh when memory is read.
pub fn growth<S: TaskLists>(context: &Context) -> Report {
    let service = S::start(MAX_ENTRIES, TIME_TO_LIVE);
    for user in 0..USERS {
        for step in 0..PAGES_BEFORE {
            page(&service, user, Some(&format!("before-{step:03}")));
        }
    }
    context.soak().settle(|| night(&service)).run(|operation| visit(&service, operation))
}

/// Waits until every page has expired. The dashboard requests the health page meanwhile, as in
/// production; a cache may finish deferred work then.
fn night<S: TaskLists>(service: &S) {
    let evening = Instant::now();
    while service.cached_pages() > 0 && evening.elapsed() < LONGEST_NIGHT {
        thread::sleep(Duration::from_millis(1));
    }
    for _ in 0..CALLS_AT_NIGHT {
        service.cached_pages();
    }
}

/// One user's visit: the front page and two pages behind it. Now and then an editor changes a task
/// first, and looks at the front page again.
///
/// A cursor contains the time of the visit, so that it never occurs again.
fn visit<S: TaskLists>(service: &S, operation: Operation) {
    let mut rng = Rng::with_seed(operation.seed());
    if operation.number().is_multiple_of(OPERATIONS_PER_CHANGE) {
        let editor = rng.u32(0..EDITORS);
        service.change_task(editor, FILTER);
        page(service, editor, None);
    }
    let user = rng.u32(0..USERS);
    page(service, user, None);
    for step in 1..=2 {
        let cursor = format!("{:012}-{step:03}", operation.number());
        page(service, user, Some(&cursor));
    }
}

/// Requests one page.
fn page<S: TaskLists>(service: &S, user: u32, cursor: Option<&str>) -> Arc<str> {
    service.list_tasks(user, FILTER, cursor, || render(user, cursor))
}

/// A page rendered from the database: twenty rows, with the same length for every page.
fn render(user: u32, cursor: Option<&str>) -> String {
    const ROW: &str = "<li>Publish the release notes, 3 comments, due on Friday</li>\n";
    format!("<ul user={user:04} from={:>16}>\n{}</ul>\n", cursor.unwrap_or("front"), ROW.repeat(20))
}
