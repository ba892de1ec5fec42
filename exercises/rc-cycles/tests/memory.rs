//! The memory test: measures this version and checks that notifications still arrive.

use std::process::ExitCode;

use rc_cycles::{Letter, TaskNotifications};
use rc_cycles_exercise as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::NotificationCenter);

impl TaskNotifications for Service {
    fn start(stale_after_days: u32) -> Self {
        Self(version::NotificationCenter::new(stale_after_days))
    }

    fn open_task(&mut self, task: u64, title: &str) {
        self.0.open_task(task, title);
    }

    fn close_task(&mut self, task: u64) {
        self.0.close_task(task);
    }

    fn open_page(&mut self, task: u64) -> Option<u64> {
        self.0.open_page(task)
    }

    fn refresh_page(&mut self, page: u64) -> Vec<String> {
        self.0.refresh_page(page)
    }

    fn close_page(&mut self, page: u64) {
        self.0.close_page(page);
    }

    fn request_digest(&mut self, task: u64, reader: u32) {
        self.0.request_digest(task, reader);
    }

    fn comment(&mut self, task: u64, author: u32, text: &str) -> Option<usize> {
        self.0.comment(task, author, text)
    }

    fn reply(&mut self, task: u64, thread: usize, author: u32, text: &str) {
        self.0.reply(task, thread, author, text);
    }

    fn messages(&self, task: u64, thread: usize) -> Vec<String> {
        self.0.messages(task, thread)
    }

    fn mark_read(&mut self, task: u64, reader: u32) {
        self.0.mark_read(task, reader);
    }

    fn end_day(&mut self) {
        self.0.end_day();
    }

    fn deliver(&mut self) -> Vec<Letter> {
        self.0
            .deliver()
            .into_iter()
            .map(|letter| Letter {
                reader: letter.reader,
                subject: letter.subject,
                lines: letter.lines,
                unread: letter.unread,
            })
            .collect()
    }
}

fn main() -> ExitCode {
    rc_cycles::main::<Service>()
}
