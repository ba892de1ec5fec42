//! The memory test.

use std::process::ExitCode;

use toy_cache::Pages;
use toy_cache_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::Cache);

impl Pages for Service {
    fn start() -> Self {
        Self(version::Cache::new())
    }

    fn page(&mut self, number: u64) -> String {
        self.0.get(number).to_owned()
    }

    fn loads(&self) -> u64 {
        self.0.loads()
    }
}

fn main() -> ExitCode {
    toy_cache::main::<Service>()
}
