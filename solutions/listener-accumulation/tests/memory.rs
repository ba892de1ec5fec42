//! The memory test: measures this version and checks that updates still arrive.

use std::process::ExitCode;

use listener_accumulation::LiveUpdates;
use listener_accumulation_solution as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::UpdateServer);

impl LiveUpdates for Service {
    fn start(idle_limit_minutes: u32) -> Self {
        Self(version::UpdateServer::new(idle_limit_minutes))
    }

    fn sign_in(&self, user: u64) -> u64 {
        self.0.sign_in(user)
    }

    fn sign_out(&self, session: u64) {
        self.0.sign_out(session);
    }

    fn watch_project(&self, session: u64, project: u64) {
        self.0.watch_project(session, project);
    }

    fn refresh(&self, session: u64) -> Option<Vec<String>> {
        self.0.refresh(session)
    }

    fn minute_passed(&self) {
        self.0.minute_passed();
    }

    fn publish(&self, project: u64, mentions: Option<u64>, text: &str) {
        self.0.publish(project, mentions, text);
    }

    fn audit_log(&self) -> Vec<String> {
        self.0.audit_log()
    }

    fn integrate(&self, integration: impl Fn(&str) + Send + Sync + 'static) {
        self.0.integrate(integration);
    }
}

fn main() -> ExitCode {
    listener_accumulation::main::<Service>()
}
