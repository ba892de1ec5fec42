//! The entry point: handles searches and changes.

use std::num::NonZeroUsize;

use crate::query::{ProjectId, UserId, normalised};
use crate::recent::RecentPhrases;
use crate::results::{Found, Results};

/// Answers `GET /search` and the requests that belong to it.
#[derive(Debug)]
pub struct SearchServer {
    results: Results,
    recent: RecentPhrases,
}

impl SearchServer {
    /// Creates a server without results, with room for `max_results`.
    pub fn new(max_results: NonZeroUsize) -> Self {
        Self { results: Results::new(max_results), recent: RecentPhrases::default() }
    }

    /// `GET /search`: the tasks of `project` that `phrase` finds. `search_index` is only called
    /// when no result is kept.
    pub fn search(
        &self,
        user: UserId,
        project: ProjectId,
        phrase: &str,
        search_index: impl FnOnce() -> Vec<u64>,
    ) -> Found {
        let phrase = normalised(phrase);
        self.recent.remember(user, &phrase);
        self.results.get_or_search(project, &phrase, search_index)
    }

    /// `PATCH /tasks/{id}`: handles a change to a task of `project`, which later searches must
    /// find.
    pub fn change_project(&self, project: ProjectId) {
        self.results.change_project(project);
    }

    /// `GET /search/recent`: the recent phrases of `user`, the latest first.
    pub fn recent_phrases(&self, user: UserId) -> Vec<String> {
        self.recent.of(user)
    }

    /// `GET /health`: the number of kept results.
    pub fn kept_results(&self) -> usize {
        self.results.count()
    }
}
