//! Where tasks come from, and where archives go.

/// A task, as the database returns it.
#[derive(Debug, Clone, Copy)]
pub struct TaskRow<'a> {
    /// The task's number.
    pub number: u64,
    /// The day on which it is due, counted from the first.
    pub due: u32,
    /// Its title and notes, at most 2,000 bytes.
    pub text: &'a str,
}

/// The database and the store for downloads.
pub trait Office: Clone + Send + 'static {
    /// Reads the tasks of a project, in no order.
    fn read_tasks(&self, project: u32, each: &mut dyn FnMut(TaskRow<'_>));

    /// Stores a project's archive, which takes as long as the user's link is slow.
    fn deliver(&self, project: u32, archive: &[u8]);

    /// Tells the user that the project is too large.
    fn refuse(&self, project: u32);
}
