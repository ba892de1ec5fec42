//! The tasks as they are now.

use std::collections::HashMap;

/// A task.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// How many times it was changed.
    pub version: u64,
    pub text: String,
}

/// All tasks.
#[derive(Debug, Default)]
pub struct Board {
    tasks: HashMap<u64, Task>,
}

impl Board {
    /// The task with this number. It is empty until it is first changed.
    pub fn task(&self, number: u64) -> Task {
        self.tasks.get(&number).cloned().unwrap_or_default()
    }

    /// The version that the next change to a task makes.
    pub fn next_version(&self, number: u64) -> u64 {
        self.tasks.get(&number).map_or(0, |task| task.version) + 1
    }

    /// Changes a task.
    pub fn change(&mut self, number: u64, version: u64, text: &str) {
        let task = self.tasks.entry(number).or_default();
        task.version = version;
        task.text.clear();
        task.text.push_str(text);
    }
}
