//! The statement of each kind of request.

use std::sync::OnceLock;

/// The tables that requests read, each in one of the two ways of [`Kind::statement`].
const TABLES: [&str; 8] = [
    "tasks",
    "projects",
    "comments",
    "labels",
    "attachments",
    "time_entries",
    "invoices",
    "archived_tasks",
];
/// How many kinds of request there are.
const KINDS: usize = 2 * TABLES.len();

/// A kind of request, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind(usize);

impl Kind {
    /// The kind with this number, counted from 0; `None` if there is no such kind.
    pub fn new(number: usize) -> Option<Self> {
        (number < KINDS).then_some(Self(number))
    }

    /// The text of its statement, which is built when it is first needed.
    pub fn statement(self) -> &'static str {
        static TEXTS: [OnceLock<String>; KINDS] = [const { OnceLock::new() }; KINDS];
        TEXTS[self.0].get_or_init(|| {
            let table = TABLES[self.0 % TABLES.len()];
            let (columns, order) = match self.0 / TABLES.len() {
                0 => ("id, title, state, due_on", "due_on NULLS LAST, id LIMIT 50"),
                _ => ("state, count(*) AS number", "state"),
            };
            format!("SELECT {columns} FROM {table} WHERE user_id = $1 ORDER BY {order}")
        })
    }
}
