//! Pages of the task list, ready for the next reader.

use std::num::NonZeroUsize;
use std::sync::Arc;

use bytes::Bytes;
use lru::LruCache;
use parking_lot::Mutex;

use super::notification::{Notifications, Subscription};
use crate::tasks::PageQuery;

/// The number of pages that are kept. A new page replaces the least recently used one.
const PAGES: NonZeroUsize = NonZeroUsize::new(200).unwrap();

/// Pages of the task list, as they were last sent.
///
/// A page listens to its project and empties itself when a task there changes, so that no reader
/// gets an outdated page. The next request fills it again.
pub struct PageCache {
    notifications: Arc<Notifications>,
    pages: Mutex<LruCache<PageQuery, Page>>,
}

struct Page {
    /// `None` from a change until the next request.
    body: Arc<Mutex<Option<Bytes>>>,
    _changes: Subscription,
}

impl PageCache {
    pub fn new(notifications: Arc<Notifications>) -> Self {
        Self { notifications, pages: Mutex::new(LruCache::new(PAGES)) }
    }

    /// The page for `query`, and whether it was ready; otherwise `load` creates it.
    pub fn get_or_load(&self, query: &PageQuery, load: impl FnOnce() -> Bytes) -> (Bytes, bool) {
        let mut pages = self.pages.lock();
        let page = pages.get_or_insert_mut(query.clone(), || self.watched_page(&query.project));
        let mut body = page.body.lock();
        if let Some(body) = &*body {
            return (body.clone(), true);
        }
        (body.insert(load()).clone(), false)
    }

    /// An empty page that listens to `project`.
    fn watched_page(&self, project: &str) -> Page {
        let body = Arc::new(Mutex::new(None));
        let outdated = Arc::clone(&body);
        let changes = self.notifications.on(project, move |_| *outdated.lock() = None);
        Page { body, _changes: changes }
    }

    /// The number of pages that are ready.
    pub fn ready(&self) -> usize {
        self.pages.lock().iter().filter(|(_, page)| page.body.lock().is_some()).count()
    }
}
