//! The memory test: measures this version and checks that the jobs still get done.

use std::process::ExitCode;

use captured_closures::{BackgroundJobs, Letter, Storage};
use captured_closures_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::JobRunner);

impl BackgroundJobs for Service {
    fn start(storage: Storage) -> Self {
        Self(version::JobRunner::new(storage))
    }

    fn export(&mut self, project: &str, table: &[u8], notify: Option<u32>) -> u64 {
        self.0.export(project, table, notify)
    }

    fn import(&mut self, project: &str, table: &[u8], owner: u32) -> u64 {
        self.0.import(project, table, owner)
    }

    fn back_up(&mut self, project: &str, content: &[u8], reader: u32) -> u64 {
        self.0.back_up(project, content, reader)
    }

    fn run(&mut self) {
        self.0.run();
    }

    fn cancel(&mut self, job: u64) -> bool {
        self.0.cancel(job)
    }

    fn is_waiting(&self, job: u64) -> bool {
        self.0.is_waiting(job)
    }

    fn history(&self) -> Vec<String> {
        self.0.history()
    }

    fn deliver(&mut self) -> Vec<Letter> {
        self.0
            .deliver()
            .into_iter()
            .map(|letter| Letter { reader: letter.reader, text: letter.text })
            .collect()
    }
}

fn main() -> ExitCode {
    captured_closures::main::<Service>()
}
