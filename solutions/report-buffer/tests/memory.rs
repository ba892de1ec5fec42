//! The memory test: measures this version of the export and checks the reports that it sends.

use std::process::ExitCode;

use report_buffer::{Relay, Task};
use report_buffer_solution as version;
use version::{Export, MailRelay, ReportExport, TaskRow};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Link(Relay);

impl MailRelay for Link {
    fn pin(&self, line: usize, bytes: usize) {
        self.0.pin(line, bytes);
    }

    fn send(&self, line: usize, part: &[u8]) {
        self.0.send(line, part);
    }
}

struct Service(ReportExport<Link>);

impl report_buffer::ReportExport for Service {
    fn start(lines: usize, relay: Relay) -> Self {
        Self(ReportExport::new(lines, Link(relay)))
    }

    fn export(&mut self, customer: usize, tasks: &[Task]) {
        let rows = tasks.iter().map(|task| TaskRow {
            number: task.number,
            title: &task.title,
            hours: task.hours,
        });
        self.0.export(customer, rows);
    }

    fn recent_exports(&self) -> Vec<(usize, usize)> {
        self.0.recent_exports().map(|Export { customer, size }| (customer, size)).collect()
    }
}

fn main() -> ExitCode {
    report_buffer::main::<Service>()
}
