//! The tasks. It stands in for the database.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// Tasks on one page of the list.
const PAGE: usize = 20;

/// A task of a project.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    pub number: u64,
    pub project: String,
    pub title: String,
    pub assignee: String,
}

/// A client's query of the task list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct PageQuery {
    pub project: String,
    /// Only tasks of this user.
    pub assignee: Option<String>,
    /// Only tasks after this number, the last one on the previous page.
    #[serde(default)]
    pub after: u64,
}

/// All tasks, by number.
#[derive(Default)]
pub struct Tasks(Mutex<Table>);

#[derive(Default)]
struct Table {
    tasks: BTreeMap<u64, Task>,
    last_number: u64,
}

impl Tasks {
    pub fn create(&self, project: &str, title: &str, assignee: &str) -> Task {
        let mut table = self.0.lock();
        table.last_number += 1;
        let task = Task {
            number: table.last_number,
            project: project.to_owned(),
            title: title.to_owned(),
            assignee: assignee.to_owned(),
        };
        table.tasks.insert(task.number, task.clone());
        task
    }

    pub fn get(&self, number: u64) -> Option<Task> {
        self.0.lock().tasks.get(&number).cloned()
    }

    pub fn delete(&self, number: u64) -> Option<Task> {
        self.0.lock().tasks.remove(&number)
    }

    /// The page for `query`.
    pub fn page(&self, query: &PageQuery) -> Vec<Task> {
        let asked = |task: &&Task| {
            task.project == query.project
                && query.assignee.as_ref().is_none_or(|assignee| *assignee == task.assignee)
        };
        let table = self.0.lock();
        let after = table.tasks.range(query.after.saturating_add(1)..).map(|(_, task)| task);
        after.filter(asked).take(PAGE).cloned().collect()
    }
}
