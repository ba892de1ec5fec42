//! The results of task searches, kept for repeated searches.
//!
//! - `workload`: users search while projects change, for the soak
//! - `behaviours`: the results that a search must find, and when the index may be queried
//! - `scale`: what the configured number of results promises, and what a search costs
//! - `threads`: what searches on several threads must not do to each other
//! - `bounds`: how much may be kept after much work
//!
//! [`TaskSearch`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod scale;
mod threads;
mod workload;

use std::process::ExitCode;
use std::sync::Arc;

use exercise_harness::Suite;

/// The answers to `GET /search`: the tasks that a phrase finds in a project.
///
/// Results are kept, since the index is slow. They are valid until the project changes, and stay
/// until then as long as there is room. Requests are handled on several threads; none of them waits
/// for the index because of another.
pub trait TaskSearch: Send + Sync + Sized + 'static {
    /// Creates a service that keeps at most `max_results` results. In use are up to 600,000.
    fn start(max_results: usize) -> Self;

    /// Answers `user` with a kept result, or else with the tasks that `search_index` returns.
    ///
    /// As many results as configured are kept (one in twenty may have to go while a tenth of the room
    /// is free), and those that nobody requests are removed first. A search costs about as much,
    /// however many results are kept.
    fn search(
        &self,
        user: u32,
        project: u32,
        phrase: &str,
        search_index: impl FnOnce() -> Vec<u64>,
    ) -> Arc<[u64]>;

    /// Handles a change to a task of `project`: its earlier results are no longer shown. The
    /// results of other projects stay.
    fn change_project(&self, project: u32);

    /// The last ten different phrases that `user` searched for, the latest first.
    fn recent_phrases(&self, user: u32) -> Vec<String>;

    /// The number of kept results, for the health page. It may be a little behind.
    fn kept_results(&self) -> usize;
}

/// The entry point of a version's memory test.
pub fn main<S: TaskSearch>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("index_is_asked_once", behaviours::index_is_asked_once::<S>)
        .behaviour("every_result_is_kept", behaviours::every_result_is_kept::<S>)
        .behaviour("results_are_not_mixed_up", behaviours::results_are_not_mixed_up::<S>)
        .behaviour("change_is_found_at_once", behaviours::change_is_found_at_once::<S>)
        .behaviour("change_leaves_other_projects", behaviours::change_leaves_other_projects::<S>)
        .behaviour("popular_results_stay", behaviours::popular_results_stay::<S>)
        .behaviour("as_many_are_kept_as_configured", scale::as_many_as_configured::<S>)
        .behaviour("full_service_costs_no_more", scale::full_service_costs_no_more::<S>)
        .behaviour("searches_do_not_wait", threads::searches_do_not_wait_for_the_index::<S>)
        .behaviour("threads_search_and_change", threads::threads_search_and_change::<S>)
        .behaviour("change_during_a_search", threads::change_during_a_search::<S>)
        .behaviour("recent_phrases_are_known", behaviours::recent_phrases_are_known::<S>)
        .growth(workload::growth::<S>)
        .bound("many_phrases", bounds::many_phrases::<S>)
        .bound("many_changes", bounds::many_changes::<S>)
        .bound("many_repetitions", bounds::many_repetitions::<S>)
        .main()
}
