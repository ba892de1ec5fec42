//! Where batches come from, and where tasks go.

/// The result of an import: the number of tasks, or that of the first line that is not valid.
pub type Outcome = Result<usize, usize>;

/// The user who sends a batch, and the database.
pub trait Office: Clone + Send + 'static {
    /// Receives the lines of a batch.
    fn receive(&self, batch: u64, each_line: &mut dyn FnMut(&str));

    /// Connects to the database, which takes 30 ms; returns the connection's number.
    fn connect(&self) -> u64;

    /// Runs a statement for one task.
    fn insert(&self, connection: u64, statement: &str, title: &str, hours: u32, notes: &str);

    /// Makes what was inserted visible to everybody.
    fn commit(&self, connection: u64);

    /// Tells the user what came of a batch.
    fn answer(&self, batch: u64, outcome: Outcome);
}
