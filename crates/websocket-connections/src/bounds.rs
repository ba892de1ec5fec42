//! How much may be left of clients that are gone, and how much may wait for a slow one.

use std::net::SocketAddr;

use exercise_harness::runtime::{Clock, alive_tasks, block_on, eventually};
use exercise_harness::{Bound, Context, units};
use leak_meter::{HeapCounts, Resource};

use crate::LiveUpdates;
use crate::client::{Client, LIMIT, SilentLine, Trouble};
use crate::rest::Observer;
use crate::threads::{all, on_threads};

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
/// Clients that do not read, so that an update takes a while to publish.
const SLOW: usize = 80;
/// Clients that come and leave meanwhile, how often each of them does so, and how often such a crowd
/// comes after the first one.
const VISITORS: usize = 4;
const VISITS: usize = 50;
const CROWDS: usize = 6;
/// The most updates beside such a crowd, so that a version that keeps them all has room for them.
const UPDATES_BESIDE: u64 = 3000;
/// The bytes that may stay of such crowds: less than the entries of one client in a hundred.
const BESIDE_UPDATES: u64 = 16_000;

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

/// Clients come and leave while updates are published, on a server with several threads: nothing of
/// them may stay.
pub fn clients_beside_updates<S: LiveUpdates>(_: &Context) -> Bound {
    let measured = on_threads(async {
        let server = S::start().await?;
        let address = server.address();
        let text = "x".repeat(LENGTH);
        let mut slow = Vec::new();
        for _ in 0..SLOW {
            let mut client = Client::watch(address, 1).await?;
            client.fence().await?;
            slow.push(client);
        }
        // Fills their connections and all that may wait for them.
        for _ in 0..512 {
            server.publish(1, &text).await;
        }
        let tasks = alive_tasks();
        let held_after_visits = async || {
            let visits = tokio::spawn(all((0..VISITORS).map(move |_| visit(address))));
            for _ in 0..UPDATES_BESIDE {
                if visits.is_finished() {
                    break;
                }
                server.publish(1, &text).await;
            }
            visits.await.map_err(|error| Trouble::new(error.to_string()))??;
            eventually(LIMIT, "the end of the server's tasks", || alive_tasks() <= tasks).await?;
            Ok::<_, Trouble>(HeapCounts::now().live_bytes())
        };
        let before = held_after_visits().await?;
        let mut after = before;
        for _ in 0..CROWDS {
            after = held_after_visits().await?;
        }
        Ok::<_, Trouble>(after.saturating_sub(before))
    });
    let clients = units::count((CROWDS * VISITORS * VISITS) as u64);
    Bound {
        resource: Resource::LiveBytes,
        measured: measured.unwrap_or_else(|trouble| panic!("{trouble}")),
        limit: BESIDE_UPDATES,
        after: format!("{clients} clients left beside updates that {SLOW} others did not read"),
    }
}

/// Comes and leaves with a close frame, again and again.
async fn visit(address: SocketAddr) -> Result<(), Trouble> {
    for _ in 0..VISITS {
        let mut client = Client::watch(address, 0).await?;
        client.fence().await?;
        client.leave().await?;
    }
    Ok(())
}

/// Lets so much time pass that silent clients count as gone.
async fn pass_time(server: &impl LiveUpdates, observer: &mut Observer) {
    for _ in 0..3 {
        server.beat().await;
        observer.measure().await;
    }
}
