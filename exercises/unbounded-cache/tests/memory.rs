//! The memory test: measures this version of the task lists and checks the pages that users see.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use unbounded_cache::TaskLists;
use unbounded_cache_exercise as version;
use version::{CacheConfig, TaskListServer, TaskQuery};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(TaskListServer);

impl TaskLists for Service {
    fn start(max_entries: usize, time_to_live: Duration) -> Self {
        Self(TaskListServer::new(CacheConfig { max_entries, time_to_live }))
    }

    fn list_tasks(
        &self,
        user: u32,
        filter: &str,
        cursor: Option<&str>,
        load: impl FnOnce() -> String,
    ) -> Arc<str> {
        self.0.list_tasks(&TaskQuery::new(user, filter, cursor), load)
    }

    fn change_task(&self, user: u32, filter: &str) {
        self.0.change_task(user, filter);
    }

    fn last_filter(&self, user: u32) -> Option<String> {
        self.0.last_filter(user)
    }

    fn cached_pages(&self) -> u64 {
        self.0.health().cached_pages
    }
}

fn main() -> ExitCode {
    unbounded_cache::main::<Service>()
}
