//! The entry point: handles requests and changes.

use std::sync::Arc;

use crate::cache::{CacheConfig, TaskListCache};
use crate::query::{TaskQuery, UserId};
use crate::settings::UserSettings;

/// Answers `GET /tasks` and related requests.
#[derive(Debug)]
pub struct TaskListServer {
    cache: TaskListCache,
    settings: UserSettings,
}

/// The figures on the health page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The number of pages in the cache that could be shown now.
    pub cached_pages: u64,
    /// The number of users with settings.
    pub users: usize,
}

impl TaskListServer {
    /// Creates a server with an empty cache.
    pub fn new(config: CacheConfig) -> Self {
        Self { cache: TaskListCache::new(config), settings: UserSettings::default() }
    }

    /// `GET /tasks`: the page that answers `query`. `load` renders it from the database, and is
    /// only called when the page is not cached.
    pub fn list_tasks(&self, query: &TaskQuery, load: impl FnOnce() -> String) -> Arc<str> {
        self.settings.remember_filter(query.user, &query.filter);
        self.cache.get_or_load(query, load)
    }

    /// `PATCH /tasks/{id}`: handles a change to a task in the list of `filter`, which `user` must
    /// be shown in its new state.
    pub fn change_task(&self, user: UserId, filter: &str) {
        self.cache.invalidate_user(user, filter);
    }

    /// `GET /settings`: the list with which the app opens for `user`.
    pub fn last_filter(&self, user: UserId) -> Option<String> {
        self.settings.last_filter(user)
    }

    /// `GET /health`, which the dashboard requests every minute.
    pub fn health(&self) -> Health {
        Health { cached_pages: self.cache.fresh_pages(), users: self.settings.users() }
    }
}
