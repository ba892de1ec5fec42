//! How much may be left of clients that are gone, and how much may wait for a slow one.

use exercise_harness::runtime::{Clock, block_on};
use exercise_harness::{Bound, Context, units};
use leak_meter::{HeapCounts, Resource};

use crate::LiveUpdates;
use crate::client::{Client, SilentLine, Trouble};
use crate::rest::Observer;

/// The number of clients in one measurement: few enough for a limit of 256 open files, with both
/// ends in this process.
const CLIENTS: u64 = 40;
/// Sockets that may still be open. No socket of a client that is gone may.
const SLACK: u64 = 4;
/// Updates that a slow client does not read.
const UPDATES: u64 = 2000;
/// The length of an update's text, in bytes.
const LENGTH: usize = 1000;
/// The bytes that may be held for a slow client: twice the updates that may wait for it and those
/// kept for clients that come back.
const FOR_A_SLOW_CLIENT: u64 = 640_000;

/// Connections of clients end without a farewell: their sockets must be closed.
pub fn vanished_clients<S: LiveUpdates>(_: &Context) -> Bound {
    let measured = block_on(Clock::Real, async {
        let server = S::start().await?;
        let mut observer = Observer::new();
        let before = observer.measure().await.sockets;
        for number in 0..CLIENTS {
            let mut client = Client::watch(server.address(), 1).await?;
            client.fence().await?;
            match number % 2 {
                0 => client.vanish(),
                _ => client.babble().await?,
            }
        }
        pass_time(&server, &mut observer).await;
        observer.wait_until(|held| held.sockets <= before).await;
        Ok::<_, Trouble>(observer.measure().await.sockets - before)
    });
    Bound {
        resource: Resource::Sockets,
        measured: measured.unwrap_or_else(|trouble| panic!("{trouble}")),
        limit: SLACK,
        after: format!("{CLIENTS} connections ended without a farewell"),
    }
}

/// Clients fall silent with open connections, some of them with many updates under way: the server
/// must close its end.
pub fn silent_clients<S: LiveUpdates>(_: &Context) -> Bound {
    let measured = block_on(Clock::Real, async {
        let server = S::start().await?;
        let mut observer = Observer::new();
        let before = observer.measure().await.sockets;
        let mut silent: Vec<SilentLine> = Vec::new();
        for number in 0..CLIENTS {
            let mut client = Client::watch(server.address(), number % 2).await?;
            client.fence().await?;
            silent.push(client.fall_silent());
        }
        for _ in 0..100 {
            server.publish(1, &"x".repeat(LENGTH)).await;
        }
        pass_time(&server, &mut observer).await;
        // The clients' ends are in this process, and still open.
        let of_clients = silent.len() as u64;
        observer.wait_until(|held| held.sockets - of_clients <= before).await;
        Ok::<_, Trouble>(observer.measure().await.sockets - of_clients - before)
    });
    Bound {
        resource: Resource::Sockets,
        measured: measured.unwrap_or_else(|trouble| panic!("{trouble}")),
        limit: SLACK,
        after: format!("{CLIENTS} clients fell silent with open connections, and time passed,"),
    }
}

/// A client is alive but does not read: the updates that wait for it must be bounded.
pub fn slow_client<S: LiveUpdates>(_: &Context) -> Bound {
    let measured = block_on(Clock::Real, async {
        let server = S::start().await?;
        let mut slow = Client::watch(server.address(), 1).await?;
        slow.fence().await?;
        let text = "x".repeat(LENGTH);
        let before = HeapCounts::now().live_bytes();
        for _ in 0..UPDATES {
            server.publish(1, &text).await;
        }
        let after = HeapCounts::now().live_bytes();
        slow.show_life().await?;
        Ok::<_, Trouble>(after.saturating_sub(before))
    });
    Bound {
        resource: Resource::LiveBytes,
        measured: measured.unwrap_or_else(|trouble| panic!("{trouble}")),
        limit: FOR_A_SLOW_CLIENT,
        after: format!("{} updates of 1 kB, which one client did not read,", units::count(UPDATES)),
    }
}

/// Lets so much time pass that silent clients count as gone.
async fn pass_time(server: &impl LiveUpdates, observer: &mut Observer) {
    for _ in 0..3 {
        server.beat().await;
        observer.measure().await;
    }
}
