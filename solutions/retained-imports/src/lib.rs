//! The import of tasks: teams send them in batches, as text.
//!
//! - `import`: the entry point, which passes batches to the handlers
//! - `handler`: a thread that imports one batch after the other
//! - `batch`: the rows of a batch, which are valid together or not at all
//! - `recent`: the latest imports
//! - `office`: where batches come from, and where tasks go

mod batch;
mod handler;
mod import;
mod office;
mod recent;

pub use import::TaskImport;
pub use office::{Office, Outcome};
