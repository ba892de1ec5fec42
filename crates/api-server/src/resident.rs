//! The user who stays connected while others come and leave, and carries out the orders.

use std::future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::StreamExt;
use futures::stream::{self, TryStreamExt};
use hyper::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};

use crate::USERS;
use crate::client::{Client, DEADLINE};
use crate::live::Live;
use crate::order::Order;
use crate::visit::Visit;

/// The resident's index in [`USERS`].
const RESIDENT: usize = 0;
/// The project that the resident watches.
const LOBBY: &str = "lobby";
/// The bytes of a file that are sent before the upload is cut off.
const HALF: usize = 6000;

/// The size of a file that does not fit on the disk, in bytes.
const VIDEO: usize = 900_000;
/// How long uploads may take to be listed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A user with an HTTP and a WebSocket connection.
pub struct Resident {
    client: Client,
    live: Live,
}

impl Resident {
    /// Logs in, connects, and watches the lobby.
    pub async fn move_in(server: SocketAddr) -> anyhow::Result<Self> {
        let client = Client::log_in(server, USERS[RESIDENT]).await?;
        let mut live = Live::connect(&client).await?;
        live.subscribe(LOBBY).await?;
        Ok(Self { client, live })
    }

    /// The next order, however long it takes; `None` if there are no more. Meanwhile the resident answers
    /// the server's pings, so that it is still connected after a pause.
    pub async fn wait_for_order(
        &mut self,
        orders: &mut UnboundedReceiver<io::Result<String>>,
    ) -> Option<io::Result<String>> {
        let stay_connected = async {
            // Reading also answers pings.
            while self.live.listen().await.is_ok() {}
            // The next order reports that the connection has ended.
            future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            order = orders.recv() => order,
            () = stay_connected => None,
        }
    }

    pub async fn carry_out(&mut self, order: Order) -> anyhow::Result<()> {
        match order {
            Order::Visit { number, seed } => self.visit(number, seed).await,
            Order::Rush { first, visits, at_once } => self.rush(first, visits, at_once).await,
            Order::ReadPages { first, projects, both } => {
                self.read_pages(first, projects, both).await
            }
            Order::RenewSubscription { count } => self.renew(count).await,
            Order::FinishTasks { first, count } => self.finish_tasks(first, count).await,
            Order::ComeAndGo { first, count } => self.come_and_go(first, count).await,
            Order::InterruptUploads { count } => self.interrupt_uploads(count).await,
            Order::FillDisk { count } => self.fill_disk(count).await,
            Order::AbandonUploads { count } => self.abandon_uploads(count).await,
        }
    }

    async fn visit(&mut self, number: u64, seed: u64) -> anyhow::Result<()> {
        Visit { number, seed, user: visitor(number) }.make(self.client.address).await?;
        self.client.get("/tasks?project=lobby").await?.expect(StatusCode::OK)?;
        self.renew(1).await?;
        let cut_off = number.is_multiple_of(10);
        self.interrupt_uploads(u64::from(cut_off)).await
    }

    async fn rush(&mut self, first: u64, visits: u64, at_once: usize) -> anyhow::Result<()> {
        let server = self.client.address;
        let made = stream::iter(first..first + visits)
            .map(|number| Visit { number, seed: number, user: visitor(number) }.make(server));
        // In order, so that no user has two visits at once.
        made.buffered(at_once.min(USERS.len() - 1)).try_collect::<()>().await?;
        self.renew(visits).await?;
        self.interrupt_uploads(visits / 10).await
    }

    async fn read_pages(&mut self, first: u64, projects: u64, both: bool) -> anyhow::Result<()> {
        for number in first..first + projects {
            let all = format!("/tasks?project=archive-{number}");
            let own = format!("{all}&assignee={}", USERS[visitor(number)]);
            let is_even = number.is_multiple_of(2);
            for (page, is_read) in [(all, both || is_even), (own, both || !is_even)] {
                if is_read {
                    self.client.get(&page).await?.expect(StatusCode::OK)?;
                }
            }
        }
        Ok(())
    }

    async fn renew(&mut self, count: u64) -> anyhow::Result<()> {
        for _ in 0..count {
            self.live.subscribe(LOBBY).await?;
        }
        Ok(())
    }

    async fn finish_tasks(&mut self, first: u64, count: u64) -> anyhow::Result<()> {
        for number in first..first + count {
            let title = format!("Item {number}");
            let new = json!({ "project": "errands", "title": title, "assignee": USERS[1] });
            let task = self.client.post("/tasks", &new).await?.expect(StatusCode::CREATED)?;
            let task = task.json()?["number"].as_u64().context("the task has no number")?;
            let comment = json!({ "text": "Done." });
            let path = format!("/tasks/{task}/comments");
            self.client.post(&path, &comment).await?.expect(StatusCode::NO_CONTENT)?;
            let path = format!("/tasks/{task}");
            self.client.delete(&path).await?.expect(StatusCode::NO_CONTENT)?;
        }
        Ok(())
    }

    async fn come_and_go(&mut self, first: u64, count: u64) -> anyhow::Result<()> {
        for number in first..first + count {
            let client = Client::log_in(self.client.address, USERS[visitor(number)]).await?;
            let mut live = Live::connect(&client).await?;
            live.subscribe(&format!("side-project-{number}")).await?;
            if number.is_multiple_of(2) {
                live.close().await?;
            }
        }
        Ok(())
    }

    async fn interrupt_uploads(&mut self, count: u64) -> anyhow::Result<()> {
        for _ in 0..count {
            let (by, size) = (self.live.number, HALF * 2);
            self.client.begin_upload("video.mp4", by, size, &[7; HALF]).await?;
        }
        Ok(())
    }

    async fn fill_disk(&mut self, count: u64) -> anyhow::Result<()> {
        let video = vec![7; VIDEO];
        for _ in 0..count {
            let (by, size) = (self.live.number, VIDEO);
            let mut stream =
                self.client.begin_upload("video.mp4", by, size, &video[..HALF]).await?;
            // The server may hang up before it has read everything.
            let _ = timeout(DEADLINE, stream.write_all(&video[HALF..])).await?;
            let mut answer = [0; 64];
            let length = timeout(DEADLINE, stream.read(&mut answer)).await?.unwrap_or(0);
            let was_stored = answer[..length].starts_with(b"HTTP/1.1 2");
            ensure!(!was_stored, "a file was stored although the disk is full");
        }
        Ok(())
    }

    async fn abandon_uploads(&mut self, count: u64) -> anyhow::Result<()> {
        let mut streams = Vec::new();
        for _ in 0..count {
            let (by, size) = (self.live.number, HALF * 2);
            streams.push(self.client.begin_upload("video.mp4", by, size, &[7; HALF]).await?);
        }
        // A server that waits for the disk before it begins an upload does not list it.
        let deadline = Instant::now() + PATIENCE;
        while self.uploads().await? < streams.len() && Instant::now() < deadline {
            sleep(Duration::from_millis(5)).await;
        }
        for mut stream in streams {
            stream.write_all(&[7; HALF]).await?;
        }
        Ok(())
    }

    /// The number of uploads that the server lists, of which the first half has arrived.
    async fn uploads(&mut self) -> anyhow::Result<usize> {
        self.live.send(&json!({ "type": "progress" })).await?;
        let progress = self.live.wait_for("progress").await?;
        let uploads = progress["uploads"].as_array().into_iter().flatten();
        Ok(uploads.filter(|upload| upload["received"] == HALF as u64).count())
    }
}

/// The user of this visit; never the resident.
fn visitor(number: u64) -> usize {
    let others = USERS.len() as u64 - 1;
    usize::try_from(number % others).unwrap_or_default() + 1
}

#[cfg(test)]
mod tests {
    use futures::SinkExt;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tokio_tungstenite::accept_async;
    use tokio_tungstenite::tungstenite::Message;

    use super::*;

    #[tokio::test]
    async fn pings_are_answered_between_two_orders() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = async {
            let _http = listener.accept().await.unwrap();
            let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
            let welcome = json!({ "type": "welcome", "connection": 1 }).to_string();
            socket.send(Message::text(welcome)).await.unwrap();
            for number in [1_u8, 2] {
                socket.send(Message::Ping(vec![number].into())).await.unwrap();
                let answer = timeout(DEADLINE, socket.next()).await.expect("a ping is answered");
                assert_eq!(answer.unwrap().unwrap(), Message::Pong(vec![number].into()));
            }
        };
        let resident = async {
            let client = Client::connect(address).await.unwrap();
            let live = Live::connect(&client).await.unwrap();
            let (_no_order, mut orders) = mpsc::unbounded_channel();
            Resident { client, live }.wait_for_order(&mut orders).await
        };
        tokio::select! {
            () = server => {}
            order = resident => panic!("an order that nobody gave: {order:?}"),
        }
    }
}
