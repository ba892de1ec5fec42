//! The recent results, kept for repeated searches.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use parking_lot::Mutex;

use crate::query::{ProjectId, SearchQuery};

/// The tasks that a search found.
pub type Found = Arc<[u64]>;

/// The results of all projects.
#[derive(Debug)]
pub struct Results {
    kept: Mutex<LruCache<SearchQuery, Found>>,
    /// How many times each project has changed.
    revisions: Mutex<HashMap<ProjectId, u64>>,
}

impl Results {
    /// An empty collection with room for `max_results`.
    pub fn new(max_results: NonZeroUsize) -> Self {
        Self { kept: Mutex::new(LruCache::new(max_results)), revisions: Mutex::default() }
    }

    /// The tasks that `phrase` finds in `project`: a kept result, or what `search_index` returns.
    pub fn get_or_search(
        &self,
        project: ProjectId,
        phrase: &str,
        search_index: impl FnOnce() -> Vec<u64>,
    ) -> Found {
        let revision = self.revision(project);
        let query = SearchQuery { project, revision, phrase: phrase.to_owned() };
        if let Some(found) = self.kept.lock().get(&query) {
            return Arc::clone(found);
        }
        // Not under the lock: the index is slow, and other searches must not wait for it.
        let found: Found = search_index().into();
        self.kept.lock().put(query, Arc::clone(&found));
        found
    }

    /// Marks `project` as changed, so that no earlier result of it is used.
    pub fn change_project(&self, project: ProjectId) {
        *self.revisions.lock().entry(project).or_default() += 1;
    }

    /// The number of results.
    pub fn count(&self) -> usize {
        self.kept.lock().len()
    }

    fn revision(&self, project: ProjectId) -> u64 {
        self.revisions.lock().get(&project).copied().unwrap_or_default()
    }
}
