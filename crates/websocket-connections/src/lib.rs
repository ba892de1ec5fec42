//! A server that sends live updates to clients over WebSocket.
//!
//! - `workload`: clients that come and leave in different ways, for the soak
//! - `behaviours`: what clients must receive
//! - `bounds`: how much may be left of clients, and how much may wait for one
//! - `client`: the client end of a connection, for all of these
//! - `rest`: the sockets and tasks of the process, and waiting until they have fallen enough
//!
//! [`LiveUpdates`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod client;
mod rest;
mod workload;

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use behaviours::{crowd, life, slow, strangers, updates};
use exercise_harness::Suite;

/// A server of live updates: updates to a project go to all clients that watch it.
///
/// A client requests `/projects/7` by WebSocket, and from then on gets the updates of project 7 as
/// texts, `{"number":12,"text":"..."}`, in the order of their numbers, each once. A text that it
/// sends is a comment: an update to that project, for all clients that watch it, including itself.
///
/// **A client that comes back** requests `/projects/7?since=12` and first gets the updates after
/// 12 that are among the latest 64 updates of the project.
///
/// **A slow client** stays connected and delays nobody else. At most 256 updates wait for a client;
/// one that is behind by 64 or fewer misses none. Where a slow client, or one that came back too
/// late, has missed updates, it gets `{"missed":3}` in their place, before the next update that it
/// gets.
///
/// **A client that requests something else**, or does not speak HTTP, is refused and harms nobody.
/// One whose request is not complete after three beats is gone, even if a part of it came in between.
///
/// **A project** can be named by anybody, so one without updates takes no memory unless a client
/// watches it. Updates and beats take about as long with many projects as with one.
///
/// **A client that is gone** leaves nothing behind: no socket, no task, no memory. A client is gone
/// when its connection ends for whatever reason: with a close frame, which is answered, without
/// one, or because it sent an invalid WebSocket message or one longer than 16 KiB. It also counts
/// as gone after it was silent for three beats in a row, however full its connection is. A sign of
/// life is any message: a comment, a ping, the answer to a ping, an unsolicited pong. A client that
/// gives one between any two beats stays, however long it sends nothing else.
///
/// The server runs on the current tokio runtime. Its time is counted in beats, and its owner calls
/// them: every 30 seconds in production, as fast as events allow in tests.
pub trait LiveUpdates: Sized + 'static {
    /// Starts a server without clients, on a port of the loopback interface that the system
    /// chooses. Dropping it stops listening.
    fn start() -> impl Future<Output = io::Result<Self>>;

    /// The address on which it listens.
    fn address(&self) -> SocketAddr;

    /// Publishes an update to a project. Returns its number: the first update of a project is 1,
    /// and each is one more than the previous one. It does not wait for any client.
    fn publish(&self, project: u64, text: &str) -> impl Future<Output = u64>;

    /// A beat: pings every client.
    fn beat(&self) -> impl Future<Output = ()>;
}

/// The entry point of a version's memory test.
pub fn main<S: LiveUpdates>() -> ExitCode {
    Suite::new("websocket-connections", include_str!("../exercise.toml"))
        .behaviour("updates_reach_their_watchers", updates::updates_reach_their_watchers::<S>)
        .behaviour("who_comes_back_catches_up", updates::who_comes_back_catches_up::<S>)
        .behaviour("comments_are_updates", updates::comments_are_updates::<S>)
        .behaviour("farewell_is_answered", life::farewell_is_answered::<S>)
        .behaviour("healthy_client_misses_nothing", slow::healthy_client_misses_nothing::<S>)
        .behaviour("slow_client_holds_nobody_up", slow::slow_client_holds_nobody_up::<S>)
        .behaviour("slow_client_knows_what_it_missed", slow::slow_client_knows_what_it_missed::<S>)
        .behaviour("idle_client_stays", life::idle_client_stays::<S>)
        .behaviour("any_message_is_a_sign_of_life", life::any_message_is_a_sign_of_life::<S>)
        .behaviour("slow_client_stays", life::slow_client_stays::<S>)
        .behaviour("who_leaves_takes_nobody_along", life::who_leaves_takes_nobody_along::<S>)
        .behaviour("strangers_are_turned_away", strangers::strangers_are_turned_away::<S>)
        .behaviour(
            "unfinished_handshake_is_cut_off",
            strangers::unfinished_handshake_is_cut_off::<S>,
        )
        .behaviour(
            "project_without_updates_leaves_nothing",
            strangers::project_without_updates_leaves_nothing::<S>,
        )
        .behaviour("updates_at_once_are_in_order", crowd::updates_at_once_are_in_order::<S>)
        .behaviour("other_projects_cost_nothing", crowd::other_projects_cost_nothing::<S>)
        .growth(workload::growth::<S>)
        .bound("vanished_clients", bounds::vanished_clients::<S>)
        .bound("silent_clients", bounds::silent_clients::<S>)
        .bound("slow_client", bounds::slow_client::<S>)
        .main()
}
