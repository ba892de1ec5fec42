//! The way in: what happens on a request and on a change.

use std::sync::Arc;

use crate::cache::{CacheConfig, TaskListCache};
use crate::query::{TaskQuery, UserId};
use crate::settings::UserSettings;

/// Answers `GET /tasks` and the requests that belong to it.
#[derive(Debug)]
pub struct TaskListServer {
    cache: TaskListCache,
    settings: UserSettings,
}

/// What the health page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Pages in the cache that could be shown right now.
    pub cached_pages: u64,
    /// Users whose settings are known.
    pub users: usize,
}

impl TaskListServer {
    /// A server with an empty cache.
    pub fn new(config: CacheConfig) -> Self {
        Self { cache: TaskListCache::new(config), settings: UserSettings::default() }
    }

    /// `GET /tasks`: the page that answers `query`. `load` renders it from the database, which
    /// is only asked when the page is not at hand.
    pub fn list_tasks(&self, query: &TaskQuery, load: impl FnOnce() -> String) -> Arc<str> {
        self.settings.remember_filter(query.user, &query.filter);
        self.cache.get_or_load(query, load)
    }

    /// `PATCH /tasks/{id}`: a task in the list of `filter` was changed, so that `user` must be
    /// shown it as it is now.
    pub fn change_task(&self, user: UserId, filter: &str) {
        self.cache.invalidate_user(user, filter);
    }

    /// `GET /settings`: the list in which the app opens for `user`.
    pub fn last_filter(&self, user: UserId) -> Option<String> {
        self.settings.last_filter(user)
    }

    /// `GET /health`, which the dashboard asks every minute.
    pub fn health(&self) -> Health {
        Health { cached_pages: self.cache.fresh_pages(), users: self.settings.users() }
    }
}
