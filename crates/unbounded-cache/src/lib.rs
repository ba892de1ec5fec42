//! Leak pattern: a cache that takes in new keys without end.
//!
//! A time to live says when an entry may no longer be shown. It says nothing about when the entry
//! is removed, nor about how many there may be: an entry that nobody asks for again is never looked
//! at, and stays. Where keys come from outside, as cursors, search words and addresses do, their
//! number has no end, and then a cache needs a bound on its size.
//!
//! - `workload`: users look through their lists and change tasks, for the soak
//! - `behaviours`: what a user must be shown, and when the database may be asked
//! - `bounds`: what the cache may hold after much work
//!
//! [`TaskLists`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use exercise_harness::Suite;

/// The answers to `GET /tasks`: pages of task lists, kept for a while after they were loaded.
///
/// A page is known by its user, its filter and its cursor; the first page of a list has none. Its
/// content is a text that the service does not look into.
pub trait TaskLists: Sized + 'static {
    /// A service that keeps at most `max_entries` pages, none of them for longer than
    /// `time_to_live`.
    fn start(max_entries: usize, time_to_live: Duration) -> Self;

    /// Answers with the page that is kept, or else with what `load` renders from the database.
    ///
    /// A page that is asked for all the time is loaded once in its time to live, however many
    /// others are asked for once in between.
    fn list_tasks(
        &self,
        user: u32,
        filter: &str,
        cursor: Option<&str>,
        load: impl FnOnce() -> String,
    ) -> Arc<str>;

    /// A task of `user` changed: the pages of that list are not shown any more. Other pages stay.
    fn change_task(&self, user: u32, filter: &str);

    /// The filter of the list that `user` asked for last, where the app opens next time.
    fn last_filter(&self, user: u32) -> Option<String>;

    /// The health page: how many pages are kept that could be shown right now.
    fn cached_pages(&self) -> u64;
}

/// The entry of a version's memory test.
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
