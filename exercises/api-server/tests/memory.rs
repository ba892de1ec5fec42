//! The memory test: measures this version and checks that the server still works.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use api_server::ApiServer;
use api_server_exercise as version;
use tokio::net::TcpListener;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Server;

impl ApiServer for Server {
    async fn serve(listener: TcpListener, folder: &Path, users: &[&str]) -> io::Result<()> {
        version::serve(listener, folder, users).await
    }
}

fn main() -> ExitCode {
    api_server::main::<Server>()
}
