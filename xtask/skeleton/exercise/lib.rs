//! TO WRITE: your own service, in more than one file. The notes of a task tracker's API server.

mod notes;

pub use notes::Notes;
