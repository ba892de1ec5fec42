//! What requests may cost, and leave behind.

use std::time::Duration;

use exercise_harness::{Context, cost, retained};
use leak_meter::HeapCounts;

use crate::TaskLists;
use crate::behaviours::failed_load;
use crate::bounds::at_rest;

/// Longer than any check lasts.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The pages in the small and in the large cache.
const FEW: u32 = 4;
const MANY: u32 = 2_000;
/// The requests of one measurement.
const REQUESTS: u32 = 100;
/// How many times as much a request to the large cache may cost. If each request goes through all pages,
/// it costs more than a hundred times as much.
const MOST: f64 = 25.0;

/// A cached page is shown as quickly in a large cache as in a small one.
pub fn large_cache_is_as_quick<S: TaskLists>(_: &Context) {
    let small = filled::<S>(FEW);
    let large = filled::<S>(MANY);
    let ratio = cost::ratio(|| show(&small, FEW), || show(&large, MANY));
    assert!(
        ratio <= MOST,
        "showing a cached page takes {ratio:.0} times as long among {MANY} pages as among {FEW}"
    );
}

/// A service that keeps so many pages, with room for twice as many.
fn filled<S: TaskLists>(pages: u32) -> S {
    let service = S::start(2 * pages as usize, HOUR);
    (0..pages).for_each(|number| page(&service, number));
    service.cached_pages();
    service
}

/// Requests cached pages.
fn show<S: TaskLists>(service: &S, pages: u32) {
    for request in 0..REQUESTS {
        page(service, request * 7 % pages);
    }
}

/// Requests one page. There are few users, for a cache may keep a table for each.
fn page<S: TaskLists>(service: &S, number: u32) {
    let cursor = (number / 50).to_string();
    service.list_tasks(number % 50, "open", Some(&cursor), || format!("page {number}"));
}

/// The bytes by which tables may have grown.
const SLACK: u64 = 16 * 1024;

/// Showing cached pages again and again leaves nothing behind.
pub fn shown_pages_leave_nothing<S: TaskLists>(_: &Context) {
    let service = filled::<S>(FEW);
    assert_leaves_nothing(&service, 20_000, "requests for cached pages", |number| {
        page(&service, number % FEW);
    });
}

/// Changes leave nothing behind, whether they name a list in use or one that nobody has requested.
pub fn changes_leave_nothing<S: TaskLists>(_: &Context) {
    let service = filled::<S>(FEW);
    assert_leaves_nothing(&service, 1_000, "changes to a list and to unknown lists", |number| {
        service.change_task(number % FEW, "open");
        page(&service, number % FEW);
        service.change_task(number % FEW, &format!("label-{number}"));
    });
}

/// Failed loads leave nothing behind.
pub fn failed_loads_leave_nothing<S: TaskLists>(_: &Context) {
    let service = filled::<S>(FEW);
    assert_leaves_nothing(&service, 2_000, "failed loads", |number| {
        failed_load(&service, number % FEW, &format!("label-{number}"));
    });
}

fn assert_leaves_nothing<S: TaskLists>(service: &S, times: u32, what: &str, work: impl Fn(u32)) {
    retained::assert_at_most(SLACK, u64::from(times), what, |numbers| {
        numbers.filter_map(|number| u32::try_from(number).ok()).for_each(&work);
        at_rest(service, HeapCounts::live_bytes)
    });
}
