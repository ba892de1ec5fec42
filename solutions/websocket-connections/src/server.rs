//! The entry point: accepts connections, publishes updates and beats.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use crate::connection;
use crate::hub::Hub;

/// The usual number of concurrent clients.
const CLIENTS: usize = 1000;
/// The pause after a connection could not be accepted.
const RESPITE: Duration = Duration::from_millis(100);

/// The server of live updates.
#[derive(Debug)]
pub struct LiveServer {
    hub: Arc<Hub>,
    address: SocketAddr,
    _accepting: AbortOnDropHandle<()>,
}

impl LiveServer {
    /// Listens on `address`; a port of 0 lets the system choose one.
    pub async fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let hub = Arc::new(Hub::with_room_for(CLIENTS));
        let accepting = task::spawn(accept(listener, Arc::clone(&hub)));
        Ok(Self { hub, address, _accepting: AbortOnDropHandle::new(accepting) })
    }

    /// The address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Publishes an update to a project. Returns its number, counted from 1 in each project.
    pub async fn publish(&self, project: u64, text: &str) -> u64 {
        let number = self.hub.publish(project, text);
        // Many updates may come at once: let the connections run in between.
        task::yield_now().await;
        number
    }

    /// The server's clock calls this every 30 seconds.
    pub fn beat(&self) {
        self.hub.ping();
    }
}

async fn accept(listener: TcpListener, hub: Arc<Hub>) {
    loop {
        match listener.accept().await {
            // The server needs no result from a connection.
            Ok((stream, _)) => drop(task::spawn(connection::serve(stream, Arc::clone(&hub)))),
            // Most likely there are too many connections; some will end.
            Err(_) => sleep(RESPITE).await,
        }
    }
}
