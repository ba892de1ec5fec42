//! The memory test: measures this version of the sign-in page and checks its behaviour.

use std::process::ExitCode;

use sign_in::SignIn;
use sign_in_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::Attempts);

impl SignIn for Service {
    fn start() -> Self {
        Self(version::Attempts::default())
    }

    fn may_try(&self, name: &str) -> bool {
        self.0.may_try(name)
    }

    fn fail(&mut self, name: &str) {
        self.0.fail(name);
    }

    fn succeed(&mut self, name: &str) {
        self.0.succeed(name);
    }

    fn leave(&mut self, name: &str) {
        self.0.leave(name);
    }
}

fn main() -> ExitCode {
    sign_in::main::<Service>()
}
