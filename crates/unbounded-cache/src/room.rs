//! Which pages a cache keeps when not all of them fit.

use std::time::Duration;

use exercise_harness::Context;

use crate::TaskLists;
use crate::database::Database;

/// The room in most checks.
const MAX_ENTRIES: usize = 200;
/// Longer than any check lasts.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Pages in constant use stay, while many others come and go.
pub fn hot_pages_stay_cached<S: TaskLists>(_: &Context) {
    const HOT: u32 = 20;
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    let mut loads = 0;
    for visit in 0..200 {
        loads += database.loads_of(|| {
            for user in 0..HOT {
                database.ask(&service, user, "open", None);
            }
        });
        for page in 0..20 {
            database.ask(&service, page, "open", Some(&format!("{visit}-{page}")));
        }
    }
    assert!(
        loads <= 5 * HOT as usize,
        "{HOT} front pages were requested 200 times each, with 20 other pages after each time; with \
         room for {MAX_ENTRIES} pages, that took {loads} loads of front pages, and should take at most {}",
        5 * HOT
    );
}

/// A page that becomes popular is kept, even if the cache is full.
pub fn new_hot_page_finds_room<S: TaskLists>(_: &Context) {
    const VISITS: usize = 200;
    let service = S::start(MAX_ENTRIES, HOUR);
    let database = Database::default();
    for page in 0..2 * MAX_ENTRIES {
        database.ask(&service, 1, "open", Some(&page.to_string()));
    }
    service.cached_pages();
    let loads = database.loads_of(|| {
        for visit in 0..VISITS {
            database.ask(&service, 2, "open", None);
            database.ask(&service, 1, "open", Some(&format!("later-{visit}")));
            service.cached_pages();
        }
    });
    assert!(
        loads <= VISITS + VISITS / 4,
        "a front page was requested {VISITS} times and loaded {} times",
        loads.saturating_sub(VISITS)
    );
}

/// A cache has the room that its configuration promises.
pub fn pages_in_use_have_room<S: TaskLists>(_: &Context) {
    const ROOM: usize = 10_000;
    const USERS: u32 = 50;
    const CURSORS: u32 = 100;
    const IN_USE: usize = (USERS * CURSORS) as usize;
    let service = S::start(ROOM, HOUR);
    let database = Database::default();
    let loads = database.loads_of(|| {
        for _ in 0..3 {
            for user in 0..USERS {
                for cursor in 0..CURSORS {
                    database.ask(&service, user, "open", Some(&cursor.to_string()));
                }
            }
        }
    });
    assert!(
        loads <= IN_USE + IN_USE / 4,
        "{IN_USE} pages were requested three times in turn and loaded {loads} times; there is room for \
         {ROOM} pages"
    );
}
