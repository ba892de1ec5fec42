//! The archives of projects: packs a project's tasks into one file for download.
//!
//! - `archive`: the entry point, which passes requests to the workers
//! - `worker`: a thread that packs one project after the other
//! - `packer`: writes the archive of a project
//! - `waiting`: the projects that wait for their worker
//! - `office`: where tasks come from, and where archives go

mod archive;
mod office;
mod packer;
mod waiting;
mod worker;

pub use archive::ProjectArchive;
pub use office::{Office, TaskRow};
