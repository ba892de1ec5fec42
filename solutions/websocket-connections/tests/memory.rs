//! The memory test: measures this version and checks that live updates still arrive.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use websocket_connections::LiveUpdates;
use websocket_connections_solution as version;

#[global_allocator]
static METER: exercise_harness::Meter = exercise_harness::meter();

struct Service(version::LiveServer);

impl LiveUpdates for Service {
    async fn start() -> io::Result<Self> {
        version::LiveServer::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map(Self)
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
    }

    async fn publish(&self, project: u64, text: &str) -> u64 {
        self.0.publish(project, text).await
    }

    async fn beat(&self) {
        self.0.beat();
    }
}

fn main() -> ExitCode {
    websocket_connections::main::<Service>()
}
