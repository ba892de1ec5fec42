//! Recently rendered pages, kept for repeated requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

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
    time_to_live: Duration,
    /// A user's pages are together, so that a change finds them without searching all others.
    shelves: Mutex<HashMap<UserId, Shelf>>,
}

impl TaskListCache {
    /// An empty cache.
    pub fn new(config: CacheConfig) -> Self {
        // Room for a shelf per page, in case every page belongs to another user.
        let shelves = HashMap::with_capacity(config.max_entries);
        Self { time_to_live: config.time_to_live, shelves: Mutex::new(shelves) }
    }

    /// The page that answers `query`: the cached one if it is fresh, or else a new one.
    pub fn get_or_load(&self, query: &TaskQuery, load: impl FnOnce() -> String) -> Arc<str> {
        let mut shelves = self.shelves.lock();
        let shelf = shelves.entry(query.user).or_default();
        if let Some(page) = shelf.fresh(query, Instant::now()) {
            return Arc::clone(&page.body);
        }
        let body: Arc<str> = load().into();
        let expires_at = Instant::now() + self.time_to_live;
        shelf.pages.insert(query.clone(), Page { body: Arc::clone(&body), expires_at });
        body
    }

    /// Drops the pages of one of `user`'s lists, because it changed.
    pub fn invalidate_user(&self, user: UserId, filter: &str) {
        let mut shelves = self.shelves.lock();
        if let Some(shelf) = shelves.get_mut(&user) {
            shelf.pages.retain(|query, _| query.filter != filter);
            shelf.evict_expired(Instant::now());
        }
    }

    /// The number of pages that could be shown now.
    pub fn fresh_pages(&self) -> u64 {
        let now = Instant::now();
        self.shelves.lock().values().map(|shelf| shelf.count_fresh(now)).sum()
    }
}

/// The pages of one user.
#[derive(Debug, Default)]
struct Shelf {
    pages: HashMap<TaskQuery, Page>,
}

impl Shelf {
    /// The page that answers `query`, unless it has expired.
    fn fresh(&self, query: &TaskQuery, now: Instant) -> Option<&Page> {
        self.pages.get(query).filter(|page| page.is_fresh(now))
    }

    /// Drops every expired page.
    fn evict_expired(&mut self, now: Instant) {
        self.pages.retain(|_, page| page.is_fresh(now));
    }

    /// The number of pages that have not expired.
    fn count_fresh(&self, now: Instant) -> u64 {
        self.pages.values().filter(|page| page.is_fresh(now)).count() as u64
    }
}

/// A rendered page.
#[derive(Debug)]
struct Page {
    body: Arc<str>,
    expires_at: Instant,
}

impl Page {
    fn is_fresh(&self, now: Instant) -> bool {
        now < self.expires_at
    }
}
