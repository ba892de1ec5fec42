//! Recently rendered pages, kept for repeated requests.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use parking_lot::RwLock;

use crate::query::{TaskQuery, UserId};

/// How much the cache keeps, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct CacheConfig {
    /// The number of pages that the cache has room for.
    pub max_entries: usize,
    /// How long a page may be shown after it was loaded.
    pub time_to_live: Duration,
}

/// The rendered pages of all users.
#[derive(Debug)]
pub struct TaskListCache {
    pages: Cache<TaskQuery, Arc<str>>,
    /// Shared by loads, and exclusive for a change: a page that is being loaded may be out of date.
    loads: RwLock<()>,
}

impl TaskListCache {
    /// An empty cache.
    pub fn new(config: CacheConfig) -> Self {
        let pages = Cache::builder()
            .max_capacity(config.max_entries as u64)
            .time_to_live(config.time_to_live)
            .build();
        Self { pages, loads: RwLock::default() }
    }

    /// The page that answers `query`: the cached one if it is fresh, or else a new one.
    pub fn get_or_load(&self, query: &TaskQuery, load: impl FnOnce() -> String) -> Arc<str> {
        let _loading = self.loads.read();
        self.pages.get_with_by_ref(query, || load().into())
    }

    /// Drops the pages of one of `user`'s lists, because it changed.
    pub fn invalidate_user(&self, user: UserId, filter: &str) {
        let _no_loads = self.loads.write();
        for (query, _) in &self.pages {
            if query.user == user && query.filter == filter {
                self.pages.invalidate(&*query);
            }
        }
    }

    /// The number of pages that could be shown now.
    pub fn fresh_pages(&self) -> u64 {
        // Evictions are deferred; without this the count would include evicted pages.
        self.pages.run_pending_tasks();
        self.pages.entry_count()
    }
}
