//! The memory test: measures this version of the service and checks that its changes are on record.

use std::process::ExitCode;

use audit_trail::{Refused, Services};
use audit_trail_solution as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

#[derive(Debug, Clone)]
struct Link(Services);

impl version::Backend for Link {
    async fn may_change(&self, user: u64, task: u64) -> bool {
        self.0.may_change(user, task).await
    }

    async fn append(&self, lines: &str) {
        self.0.append(lines).await;
    }
}

struct Service(version::TaskService<Link>);

impl audit_trail::AuditTrail for Service {
    fn start(services: Services) -> Self {
        Self(version::TaskService::start(Link(services)))
    }

    async fn change(&self, user: u64, task: u64, text: &str) -> Result<u64, Refused> {
        self.0.change(user, task, text).await.map_err(|error| Refused(error.to_string()))
    }

    fn task(&self, task: u64) -> (u64, String) {
        let version::Task { version, text } = self.0.task(task);
        (version, text)
    }

    async fn end(self) {
        self.0.end().await;
    }
}

fn main() -> ExitCode {
    audit_trail::main::<Service>()
}
