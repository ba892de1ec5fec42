//! The memory test: measures this version of the archive and checks what it delivers.

use std::process::ExitCode;

use growing_workers::Tracker;
use growing_workers_exercise as version;
use version::{Office, ProjectArchive, TaskRow};

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

#[derive(Clone)]
struct Link(Tracker);

impl Office for Link {
    fn read_tasks(&self, project: u32, each: &mut dyn FnMut(TaskRow<'_>)) {
        self.0.read_tasks(project, |number, due, text| each(TaskRow { number, due, text }));
    }

    fn deliver(&self, project: u32, archive: &[u8]) {
        self.0.deliver(project, archive);
    }

    fn refuse(&self, project: u32) {
        self.0.refuse(project);
    }
}

struct Service(ProjectArchive);

impl growing_workers::ProjectArchive for Service {
    fn start(workers: usize, tracker: Tracker) -> Self {
        Self(ProjectArchive::new(workers, &Link(tracker)))
    }

    fn request(&self, project: u32) -> bool {
        self.0.request(project)
    }

    fn waiting(&self) -> usize {
        self.0.waiting()
    }
}

fn main() -> ExitCode {
    growing_workers::main::<Service>()
}
