//! Leak pattern: connections that outlive their peers.
//!
//! A connection is held by several at once: a task that reads, a task that writes, a registry that
//! knows where to send. Each is right to hold it while the peer is there. When the peer is gone, all
//! of them have to learn of it, and a network tells that in three ways: with a farewell, with an
//! error, and not at all. A fourth peer is there and slow, and what is queued for it is memory, too.
//!
//! - `workload`: clients that come and go, each in another way, for the soak
//! - `behaviours`: what clients must get
//! - `bounds`: what may be left of clients that are gone, and wait for one that is slow
//! - `client`: the other end of the line, for all of these
//! - `rest`: what the process holds, and the wait until it is as little as it should be
//!
//! [`LiveUpdates`] is the contract: whatever implements it may be built as it likes.

mod behaviours;
mod bounds;
mod client;
mod rest;
mod workload;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use exercise_harness::Suite;

/// A server of live updates: what happens in a project goes to all clients that watch it.
///
/// A client asks by WebSocket for `/projects/7`, and from then on gets the updates of project 7 as
/// texts, `{"number":12,"text":"..."}`, in the order of their numbers, each once. What it sends as a
/// text is a comment: an update of that project, for all who watch it, itself included.
///
/// **Who comes back** asks for `/projects/7?since=12` and first gets what came after 12, as far as
/// it is among the latest 64 updates of the project.
///
/// **Who is slow** stays connected and holds nobody up. At most 256 updates wait for a client; who is
/// behind by 64 or fewer misses none. Where updates are missing, whether a slow client missed them
/// or one that came back too late, the client gets `{"missed":3}` in their place, before the next
/// update that it gets.
///
/// **Who asks for something else**, or does not speak HTTP, is refused, and harms nobody.
///
/// **Who is gone** leaves nothing behind: no socket, no task, no memory. A client has gone when its
/// connection ends in whatever way: with a close frame, which is answered, or without, or because it
/// sent what is no WebSocket message or is longer than 16 KiB. It counts as gone, too, when nothing
/// is heard from it for three beats in a row, however full its line is. A sign of life is whatever
/// it sends: a comment, a ping, the answer to a ping, a pong that answers nothing. Who gives one
/// between any two beats stays, however long it says nothing else.
///
/// It runs on the current tokio runtime. Its time is counted in beats, and whoever holds it beats:
/// every 30 seconds in production, as fast as events allow in tests.
pub trait LiveUpdates: Sized + 'static {
    /// A server without clients, on a port of the loopback interface that the system chooses.
    /// Dropping it ends its listening.
    fn start() -> impl Future<Output = io::Result<Self>>;

    /// Where it listens.
    fn address(&self) -> SocketAddr;

    /// Something happened in a project. Returns the update's number: the first of a project is 1,
    /// and each is one more than the one before. It does not wait for any client.
    fn publish(&self, project: u64, text: &str) -> impl Future<Output = u64>;

    /// A beat: time to ping every client.
    fn beat(&self) -> impl Future<Output = ()>;
}

/// The entry of a version's memory test.
pub fn main<S: LiveUpdates>() -> ExitCode {
    Suite::new("websocket-connections", include_str!("../exercise.toml"))
        .behaviour("updates_reach_their_watchers", behaviours::updates_reach_their_watchers::<S>)
        .behaviour("who_comes_back_catches_up", behaviours::who_comes_back_catches_up::<S>)
        .behaviour("comments_are_updates", behaviours::comments_are_updates::<S>)
        .behaviour("farewell_is_answered", behaviours::farewell_is_answered::<S>)
        .behaviour("healthy_client_misses_nothing", behaviours::healthy_client_misses_nothing::<S>)
        .behaviour("slow_client_holds_nobody_up", behaviours::slow_client_holds_nobody_up::<S>)
        .behaviour(
            "slow_client_knows_what_it_missed",
            behaviours::slow_client_knows_what_it_missed::<S>,
        )
        .behaviour("idle_client_stays", behaviours::idle_client_stays::<S>)
        .behaviour("slow_client_stays", behaviours::slow_client_stays::<S>)
        .behaviour("who_leaves_takes_nobody_along", behaviours::who_leaves_takes_nobody_along::<S>)
        .behaviour("strangers_are_turned_away", behaviours::strangers_are_turned_away::<S>)
        .growth(workload::growth::<S>)
        .bound("vanished_clients", bounds::vanished_clients::<S>)
        .bound("silent_clients", bounds::silent_clients::<S>)
        .bound("slow_client", bounds::slow_client::<S>)
        .main()
}
