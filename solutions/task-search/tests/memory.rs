//! The memory test: measures this version of the search and checks the results that users get.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Arc;

use task_search::TaskSearch;
use task_search_solution as version;
use version::SearchServer;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(SearchServer);

impl TaskSearch for Service {
    fn start(max_results: usize) -> Self {
        let max_results = NonZeroUsize::new(max_results).expect("room for a result");
        Self(SearchServer::new(max_results))
    }

    fn search(
        &self,
        user: u32,
        project: u32,
        phrase: &str,
        search_index: impl FnOnce() -> Vec<u64>,
    ) -> Arc<[u64]> {
        self.0.search(user, project, phrase, search_index)
    }

    fn change_project(&self, project: u32) {
        self.0.change_project(project);
    }

    fn recent_phrases(&self, user: u32) -> Vec<String> {
        self.0.recent_phrases(user)
    }

    fn kept_results(&self) -> usize {
        self.0.kept_results()
    }
}

fn main() -> ExitCode {
    task_search::main::<Service>()
}
