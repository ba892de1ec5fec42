//! The way in: what happens on a search and on a change.

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
    /// A server that has found nothing yet, with room for `max_results`.
    pub fn new(max_results: NonZeroUsize) -> Self {
        Self { results: Results::new(max_results), recent: RecentPhrases::default() }
    }

    /// `GET /search`: the tasks of `project` that `phrase` finds. `search_index` is only asked when
    /// the answer is not at hand.
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

    /// `PATCH /tasks/{id}`: a task of `project` was changed, so that searches in it must find it as
    /// it is now.
    pub fn change_project(&self, project: ProjectId) {
        self.results.change_project(project);
    }

    /// `GET /search/recent`: what `user` searched for last, the latest first.
    pub fn recent_phrases(&self, user: UserId) -> Vec<String> {
        self.recent.of(user)
    }

    /// `GET /health`: how many results are kept.
    pub fn kept_results(&self) -> usize {
        self.results.count()
    }
}
