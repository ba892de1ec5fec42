//! Leak pattern: a cache that accepts an unbounded number of keys.
//!
//! A time to live says when an entry may no longer be shown. It does not say when the entry is
//! removed, or how many entries there may be: an entry that nobody requests again is never checked,
//! and stays. If keys come from outside, like cursors, search words and addresses, their number is
//! unbounded, and the cache needs a bound on its size.
//!
//! - `workload`: users look through their lists and change tasks, for the soak
//! - `behaviours`: the pages that users must see, and when the database may be queried
//! - `bounds`: how much the cache may hold after much work
//!
//! [`TaskLists`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use exercise_harness::Suite;

/// The answers to `GET /tasks`: pages of task lists, kept for a while after they were loaded.
///
/// A page is identified by its user, filter and cursor; the first page of a list has no cursor. The
/// service does not interpret its content.
pub trait TaskLists: Sized + 'static {
    /// Creates a service that keeps at most `max_entries` pages, none of them for longer than
    /// `time_to_live`.
    fn start(max_entries: usize, time_to_live: Duration) -> Self;

    /// Answers with the cached page, or else with the one that `load` renders from the database.
    ///
    /// A page in constant use is loaded once in its time to live, however many other pages are
    /// requested once in between.
    fn list_tasks(
        &self,
        user: u32,
        filter: &str,
        cursor: Option<&str>,
        load: impl FnOnce() -> String,
    ) -> Arc<str>;

    /// Handles a change to a task of `user`: the pages of that list are no longer shown. Other
    /// pages stay.
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
        .behaviour("hot_pages_stay_cached", behaviours::hot_pages_stay_cached::<S>)
        .behaviour("new_hot_page_finds_room", behaviours::new_hot_page_finds_room::<S>)
        .behaviour("change_is_seen_at_once", behaviours::change_is_seen_at_once::<S>)
        .behaviour("change_leaves_other_pages", behaviours::change_leaves_other_pages::<S>)
        .behaviour("page_ends_with_its_time", behaviours::page_ends_with_its_time::<S>)
        .behaviour("health_counts_fresh_pages", behaviours::health_counts_fresh_pages::<S>)
        .behaviour("last_filter_is_kept", behaviours::last_filter_is_kept::<S>)
        .growth(workload::growth::<S>)
        .bound("one_reader", bounds::one_reader::<S>)
        .bound("many_readers", bounds::many_readers::<S>)
        .main()
}
