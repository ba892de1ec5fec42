//! The database operations that a session needs.

/// A database, as the driver provides it.
pub trait Database {
    /// Opens a session; returns its number. Takes about 30 ms.
    fn connect(&self) -> u64;

    /// Closes a session.
    fn disconnect(&self, session: u64);

    /// Prepares a statement in a session; returns its number. Takes about 5 ms.
    ///
    /// # Errors
    /// When the database has closed the session.
    fn prepare(&self, session: u64, statement: &str) -> Result<u64, String>;

    /// Runs a prepared statement, given as its number and its text, for a user.
    ///
    /// # Errors
    /// When the database has closed the session.
    fn run(&self, session: u64, number: u64, statement: &str, user: u32) -> Result<String, String>;
}
