//! The task lists of the API server: `GET /tasks`, answered from a cache.
//!
//! - `workload`: users look through their lists and change tasks, for the soak
//! - `behaviours`: the pages that users must see, and when the database may be queried
//! - `room`: which pages are kept when not all of them fit
//! - `threads`: the same for several threads
//! - `cost`: what requests may cost, and leave behind
//! - `bounds`: how much the service may hold after much work
//! - `database`: the database of the checks
//!
//! [`TaskLists`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod cost;
mod database;
mod room;
mod threads;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use exercise_harness::Suite;

/// The answers to `GET /tasks`: pages of task lists, kept for a while after they were loaded.
///
/// A page is identified by its user, filter and cursor; the first page of a list has no cursor. Users
/// are known; filters and cursors are whatever a request contains. The service does not interpret the
/// content of a page. All threads of the server share it.
pub trait TaskLists: Sized + Send + Sync + 'static {
    /// Creates a service that keeps at most `max_entries` pages (a few more if it divides its room),
    /// and shows none of them for longer than `time_to_live`. It has room for at least half as many
    /// pages in constant use, whatever else is requested.
    fn start(max_entries: usize, time_to_live: Duration) -> Self;

    /// Answers with the cached page, or else with the one that `load` renders from the database.
    ///
    /// A page in constant use is loaded once in its time to live, however many other pages are
    /// requested once in between, and however many threads request it at the same time. Showing a
    /// cached page takes no longer if there are many others. A panic of `load` fails this request and
    /// affects no other.
    fn list_tasks(
        &self,
        user: u32,
        filter: &str,
        cursor: Option<&str>,
        load: impl FnOnce() -> String,
    ) -> Arc<str>;

    /// Handles a change to a task of `user`, which is in the database: the pages of that list that
    /// were read before it are no longer shown once this returns. Other pages stay.
    fn change_task(&self, user: u32, filter: &str);

    /// The filter of the list that `user` requested last, with which the app opens next time.
    fn last_filter(&self, user: u32) -> Option<String>;

    /// The number of kept pages that could be shown now, for the health page.
    fn cached_pages(&self) -> u64;
}

/// The entry point of a version's memory test.
pub fn main<S: TaskLists>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("page_is_loaded_once", behaviours::page_is_loaded_once::<S>)
        .behaviour("pages_are_not_mixed_up", behaviours::pages_are_not_mixed_up::<S>)
        .behaviour("hot_pages_stay_cached", room::hot_pages_stay_cached::<S>)
        .behaviour("new_hot_page_finds_room", room::new_hot_page_finds_room::<S>)
        .behaviour("pages_in_use_have_room", room::pages_in_use_have_room::<S>)
        .behaviour("failed_load_is_forgotten", behaviours::failed_load_is_forgotten::<S>)
        .behaviour("change_is_seen_at_once", behaviours::change_is_seen_at_once::<S>)
        .behaviour("change_leaves_other_pages", behaviours::change_leaves_other_pages::<S>)
        .behaviour("page_ends_with_its_time", behaviours::page_ends_with_its_time::<S>)
        .behaviour("health_counts_fresh_pages", behaviours::health_counts_fresh_pages::<S>)
        .behaviour("last_filter_is_kept", behaviours::last_filter_is_kept::<S>)
        .behaviour("change_during_a_load_is_seen", threads::change_during_a_load_is_seen::<S>)
        .behaviour("page_is_loaded_once_for_all", threads::page_is_loaded_once_for_all::<S>)
        .behaviour("several_threads_are_served", threads::several_threads_are_served::<S>)
        .behaviour("large_cache_is_as_quick", cost::large_cache_is_as_quick::<S>)
        .behaviour("shown_pages_leave_nothing", cost::shown_pages_leave_nothing::<S>)
        .behaviour("changes_leave_nothing", cost::changes_leave_nothing::<S>)
        .behaviour("failed_loads_leave_nothing", cost::failed_loads_leave_nothing::<S>)
        .growth(workload::growth::<S>)
        .bound("one_reader", bounds::one_reader::<S>)
        .bound("many_readers", bounds::many_readers::<S>)
        .bound("old_queries", bounds::old_queries::<S>)
        .main()
}
