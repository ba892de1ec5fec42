//! A bounded load: documents that come and go, so that the working set swings by 30 %.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::client::Client;

const CONNECTIONS: u64 = 16;
/// Requests per second on each connection.
const RATE: u32 = 100;
/// The mean number of documents of each connection.
const DOCUMENTS: f64 = 60.0;
/// The time of one swing.
const SWING: Duration = Duration::from_secs(13);

/// Sends requests for this time, and returns how many were answered.
pub async fn run(address: SocketAddr, time: Duration) -> io::Result<u64> {
    let began = Instant::now();
    let mut connections = JoinSet::new();
    for number in 0..CONNECTIONS {
        connections.spawn(connection(address, number, began, time));
    }
    let mut answered = 0;
    while let Some(done) = connections.join_next().await {
        answered += done.map_err(io::Error::other)??;
    }
    Ok(answered)
}

async fn connection(
    address: SocketAddr,
    number: u64,
    began: Instant,
    time: Duration,
) -> io::Result<u64> {
    let mut client = Client::connect(address).await?;
    let mut pace = interval(Duration::from_secs(1) / RATE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut documents = VecDeque::new();
    let mut answered = 0;
    while began.elapsed() < time {
        pace.tick().await;
        let phase = began.elapsed().as_secs_f64() / SWING.as_secs_f64() * std::f64::consts::TAU;
        let wanted = DOCUMENTS * (1.0 + 0.3 * phase.sin());
        let document = number + answered * CONNECTIONS;
        let (method, document) = match (answered % 4, documents.front()) {
            (0, Some(oldest)) => ("GET", *oldest),
            (_, Some(_)) if documents.len() as f64 >= wanted => {
                ("DELETE", documents.pop_front().unwrap_or(document))
            }
            _ => {
                documents.push_back(document);
                ("PUT", document)
            }
        };
        let body = if method == "PUT" { "a document ".repeat(20) } else { String::new() };
        let answer = client.request(method, &format!("/documents/{document}"), &body).await?;
        if !(200..300).contains(&answer.status) {
            return Err(io::Error::other(format!("{method} {document}: {}", answer.status)));
        }
        answered += 1;
    }
    Ok(answered)
}
