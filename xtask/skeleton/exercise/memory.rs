//! The memory test: measures this version of the notes and checks their behaviour.

use std::process::ExitCode;

use {{crate}}::TaskNotes;
use {{crate}}_{{version}} as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::Notes);

impl TaskNotes for Service {
    fn start() -> Self {
        Self(version::Notes::default())
    }

    fn open(&mut self, task: u64, note: &str) {
        self.0.open(task, note);
    }

    fn note(&self, task: u64) -> Option<String> {
        self.0.note(task).map(str::to_owned)
    }

    fn close(&mut self, task: u64) {
        self.0.close(task);
    }

    fn cancel(&mut self, task: u64) {
        self.0.cancel(task);
    }
}

fn main() -> ExitCode {
    {{crate}}::main::<Service>()
}
