//! A database that counts its loads, for the checks.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::TaskLists;

/// Renders pages.
#[derive(Default)]
pub struct Database {
    loads: AtomicUsize,
}

impl Database {
    /// Requests a page. Its text names the request and the number of earlier loads.
    pub fn ask<S: TaskLists>(
        &self,
        service: &S,
        user: u32,
        filter: &str,
        cursor: Option<&str>,
    ) -> String {
        let load = || {
            let load = self.loads.fetch_add(1, Ordering::SeqCst);
            format!("{} as of load {load}", name(user, filter, cursor))
        };
        service.list_tasks(user, filter, cursor, load).as_ref().to_owned()
    }

    /// The number of loads that `work` causes.
    pub fn loads_of(&self, work: impl FnOnce()) -> usize {
        let before = self.loads.load(Ordering::SeqCst);
        work();
        self.loads.load(Ordering::SeqCst) - before
    }
}

/// The beginning of the database's page.
pub fn name(user: u32, filter: &str, cursor: Option<&str>) -> String {
    format!("{filter} tasks of user {user} from {}", cursor.unwrap_or("the front"))
}
