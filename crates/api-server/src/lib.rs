//! The capstone: the server of the bug report, with five leaks that partly hide one another.
//!
//! - `client`, `live`: a user's HTTP and WebSocket connection
//! - `visit`: one user's round trip; `resident`: the user who stays
//! - `generator`, `order`: the process that makes the load, and what it is told
//! - `running`: a version's server in this process, which has the meter
//! - `workload`: visits, for the soak
//!
//! [`ApiServer`] is the contract: whatever answers as described there may be built as it likes.

mod client;
mod generator;
mod live;
mod order;
mod resident;
mod running;
mod visit;
mod workload;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use exercise_harness::Suite;
use tokio::net::TcpListener;

/// The users of every server that is tested.
const USERS: &[&str] = &[
    "ada", "alan", "anita", "barbara", "bjarne", "claude", "dennis", "donald", "edsger", "frances",
    "grace", "guido", "hedy", "john", "katherine", "ken", "leslie", "margaret", "niklaus", "radia",
];

pub trait ApiServer: 'static {
    fn serve(
        listener: TcpListener,
        folder: &Path,
        users: &[&str],
    ) -> impl Future<Output = io::Result<()>>;
}

/// The entry of a version's memory test.
pub fn main<S: ApiServer>() -> ExitCode {
    if let Some(exit) = generator::run_if_asked() {
        return exit;
    }
    Suite::new("api-server", include_str!("../exercise.toml"))
        .growth(workload::growth::<S>)
        .main()
}
