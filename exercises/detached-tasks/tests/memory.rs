//! The memory test: measures this version of the drafts and checks that no typed text is lost.

use std::process::ExitCode;

use detached_tasks::{CommentDrafts, Ended};
use detached_tasks_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::DraftService);

impl CommentDrafts for Service {
    type Session = version::Session;

    fn start() -> Self {
        Self(version::DraftService::default())
    }

    fn open(&self, author: u64, task: u64) -> version::Session {
        self.0.open(author, task)
    }

    async fn write(session: &mut version::Session, text: &str) -> Result<(), Ended> {
        session.write(text).await.map_err(|version::Ended| Ended)
    }

    async fn submit(session: version::Session) -> Result<(), Ended> {
        session.submit().await.map_err(|version::Ended| Ended)
    }

    fn draft(&self, author: u64, task: u64) -> Option<String> {
        self.0.draft(author, task)
    }

    fn saves(&self) -> u64 {
        self.0.saves()
    }

    fn comments(&self, task: u64) -> Vec<String> {
        self.0.comments(task)
    }

    fn follow(&self, reader: u64, task: u64) {
        self.0.follow(reader, task);
    }

    fn letters(&self, reader: u64) -> Vec<String> {
        self.0.letters(reader)
    }

    fn close_task(&self, task: u64) {
        self.0.close_task(task);
    }
}

fn main() -> ExitCode {
    detached_tasks::main::<Service>()
}
