//! The workers that pack projects into archives for download.
//!
//! - `tracker`: the database and the store for downloads, which record what they are asked
//! - `workload`: downloads of small and of large projects, for the soak
//! - `behaviours`: what an archive contains, and when a project is packed
//! - `workers`: how many projects are packed at once, and at what cost
//! - `bounds`: how much may be kept after many large projects
//!
//! [`ProjectArchive`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod tracker;
mod workers;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use tracker::Tracker;

/// The most tasks that a project may have to be packed.
pub const MAX_TASKS: usize = 2_000;
/// The most bytes in the text of a task; the tracker accepts no longer one.
pub const MAX_TEXT: usize = 2_000;

/// The archives of projects: workers read a project's tasks and pack them into one file, which the
/// tracker sends to the user.
///
/// An archive has a line for each task, `number,due,bytes:text`, in the order of the due dates and then of
/// the numbers. A last line follows: `3 tasks, checksum 0a1b2c3d`, with the CRC-32 of what is above it.
pub trait ProjectArchive: Send + Sync + Sized + 'static {
    /// Starts a service with this many workers, which end with it. In use are up to 32.
    ///
    /// Each of them packs a project at the same time as all others, and delivers it, even if another
    /// user's link is slow. A worker whose projects are small needs little room, whatever the others pack.
    fn start(workers: usize, tracker: Tracker) -> Self;

    /// Has `project` packed as it is when its worker begins; does not wait for that. A project that
    /// waits already is not packed twice: `false`. The archives of a project are delivered in order, each
    /// in one piece. A project with more than [`MAX_TASKS`] tasks is refused.
    ///
    /// To pack a project that is no larger than one which the same worker, `project % workers`, has packed
    /// since the start, no memory is requested from the system, however long ago that was: in busy
    /// hours each request of megabytes delays every other one by milliseconds.
    fn request(&self, project: u32) -> bool;

    /// The health page: how many projects wait for their worker.
    fn waiting(&self) -> usize;
}

/// The entry point of a version's memory test.
pub fn main<S: ProjectArchive>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("archive_is_whole", behaviours::archive_is_whole::<S>)
        .behaviour("largest_project_is_packed", behaviours::largest_project_is_packed::<S>)
        .behaviour("archives_arrive_in_order", behaviours::archives_arrive_in_order::<S>)
        .behaviour("waiting_project_is_packed_once", behaviours::waiting_is_packed_once::<S>)
        .behaviour("all_workers_pack_at_once", workers::all_pack_at_once::<S>)
        .behaviour("memory_is_requested_once", workers::memory_is_requested_once::<S>)
        .behaviour("small_projects_need_little", workers::small_projects_need_little::<S>)
        .growth(workload::growth::<S>)
        .bound("large_projects", bounds::large_projects::<S>)
        .bound("many_restarts", bounds::many_restarts::<S>)
        .main()
}
