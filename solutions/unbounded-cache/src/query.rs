//! The query of a request.

/// A user of the task tracker, by number.
pub type UserId = u32;

/// One page of a user's task list: `GET /tasks?filter=open&cursor=17f3`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskQuery {
    /// The user whose list it is.
    pub user: UserId,
    /// Which tasks: `open`, `done`, `assigned-to-me` or a label.
    pub filter: String,
    /// The beginning of the page, given by the previous page; the front page has none. A cursor
    /// contains a time as well as a position, so that new tasks do not disturb paging.
    pub cursor: Option<String>,
}

impl TaskQuery {
    /// The page of `user`'s list that begins at `cursor`.
    pub fn new(user: UserId, filter: &str, cursor: Option<&str>) -> Self {
        Self { user, filter: filter.to_owned(), cursor: cursor.map(str::to_owned) }
    }
}
