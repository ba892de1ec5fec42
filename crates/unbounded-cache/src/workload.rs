//! The workload of the soak: users look through their task lists, and some of them change tasks.

use std::sync::Arc;
use std::time::Duration;

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
/// Longer than any soak.
const TIME_TO_LIVE: Duration = Duration::from_secs(24 * 60 * 60);
/// One in this many operations begins with a change.
const OPERATIONS_PER_CHANGE: u64 = 25;
/// The list that all users look at.
const FILTER: &str = "assigned-to-me";

/// Runs many visits of users to their lists and measures what they leave behind.
pub fn growth<S: TaskLists>(context: &Context) -> Report {
    let service = S::start(MAX_ENTRIES, TIME_TO_LIVE);
    for user in 0..USERS {
        page(&service, user, None);
    }
    // A cache with deferred work does it when the health page is requested, as in production.
    let settle = || {
        service.cached_pages();
    };
    context.soak().settle(settle).run(|operation| visit(&service, operation))
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
