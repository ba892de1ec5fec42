//! Writes the archive of a project: its tasks in the order in which they are due, and a last line
//! with their number and a checksum.

use std::io::Write;
use std::ops::Range;

use crate::office::{Office, TaskRow};

/// The most tasks in an archive.
const MAX_TASKS: usize = 2_000;
/// The room that any project needs, in bytes.
const LEAST_ROOM: usize = 1024;

/// A task of the project, whose text is in `texts`.
#[derive(Debug)]
struct Row {
    due: u32,
    number: u64,
    text: Range<usize>,
}

/// The parts of the archive that is being written.
#[derive(Debug)]
pub struct Packer {
    rows: Vec<Row>,
    texts: String,
    archive: Vec<u8>,
}

impl Packer {
    /// Creates a packer.
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            texts: String::with_capacity(LEAST_ROOM),
            archive: Vec::with_capacity(LEAST_ROOM),
        }
    }

    /// Packs the tasks of `project` and delivers the archive, or refuses a project with too many.
    pub fn pack(&mut self, project: u32, office: &impl Office) {
        let mut tasks = 0;
        office.read_tasks(project, &mut |task| {
            tasks += 1;
            if tasks <= MAX_TASKS {
                self.add(task);
            }
        });
        if tasks > MAX_TASKS {
            office.refuse(project);
        } else {
            self.write();
            office.deliver(project, &self.archive);
        }
        self.clear();
    }

    fn add(&mut self, task: TaskRow<'_>) {
        let start = self.texts.len();
        self.texts.push_str(task.text);
        let text = start..self.texts.len();
        self.rows.push(Row { due: task.due, number: task.number, text });
    }

    fn write(&mut self) {
        self.rows.sort_unstable_by_key(|row| (row.due, row.number));
        for row in &self.rows {
            let text = &self.texts[row.text.clone()];
            // Writing to memory cannot fail.
            let _ = writeln!(self.archive, "{},{},{}:{text}", row.number, row.due, text.len());
        }
        let checksum = crc32fast::hash(&self.archive);
        let _ = writeln!(self.archive, "{} tasks, checksum {checksum:08x}", self.rows.len());
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.texts.clear();
        self.archive.clear();
    }
}
