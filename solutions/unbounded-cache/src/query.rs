//! What a request asks for.

/// A user of the task tracker, by number.
pub type UserId = u32;

/// One page of a user's task list: `GET /tasks?filter=open&cursor=17f3`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskQuery {
    /// Whose list it is.
    pub user: UserId,
    /// Which tasks: `open`, `done`, `assigned-to-me` or a label.
    pub filter: String,
    /// Where the page begins, as the page before it said; the front page has none. A cursor
    /// names a moment as well as a place, so that paging is not confused by new tasks.
    pub cursor: Option<String>,
}

impl TaskQuery {
    /// The page of `user`'s list that begins at `cursor`.
    pub fn new(user: UserId, filter: &str, cursor: Option<&str>) -> Self {
        Self { user, filter: filter.to_owned(), cursor: cursor.map(str::to_owned) }
    }
}
