//! The workload of the soak: clients come and leave in different ways, while two others stay.

use exercise_harness::Context;
use exercise_harness::runtime::{Clock, block_on};
use leak_meter::{Operation, Report};

use crate::LiveUpdates;
use crate::client::{Client, SilentLine, Trouble};
use crate::rest::{Held, Observer};

/// The project with updates, watched by the two clients that stay.
const BUSY: u64 = 1;
/// The first of the projects without updates. Each client that leaves watches another one.
const QUIET: u64 = 1000;
/// Updates in an operation.
const UPDATES: u64 = 8;
/// Updates before the first operation. They fill the connection of a client that does not read, its
/// queue, and the history for clients that come back.
const UPDATES_BEFORE: u64 = 512;
/// The length of an update's text, in bytes.
const LENGTH: usize = 1000;
/// The largest number of silent connections if none of them is closed.
const MOST_SILENT: usize = 128;
/// A client counts as gone after this many beats without a sign of life.
const BEATS: usize = 3;

/// Lets many clients come and leave, and measures what they leave behind. Every operation ends with
/// three beats, so that nothing of a client that is gone need stay.
pub fn growth<S: LiveUpdates>(context: &Context) -> Report {
    block_on(Clock::Real, async {
        let mut opened = Office::<S>::open().await.map_err(|trouble| trouble.to_string());
        let work = async |operation: Operation| match &mut opened {
            Ok(office) => office.visit(operation).await.map_err(|trouble| trouble.to_string()),
            Err(trouble) => Err(trouble.clone()),
        };
        context.async_soak().run_async(work).await
    })
}

/// A server with two clients that stay while others come and go.
struct Office<S> {
    server: S,
    /// Sends all comments, and reads all updates at once.
    speaker: Client,
    /// Is alive but too slow: its connection is full, and new updates have to wait.
    slow: Client,
    /// The connections of silent clients. Only the server can close them.
    silent: Vec<SilentLine>,
    observer: Observer,
    /// The sockets and tasks while no other client is connected.
    at_rest: Held,
    last_number: u64,
}

impl<S: LiveUpdates> Office<S> {
    async fn open() -> Result<Self, Trouble> {
        let server = S::start().await?;
        let speaker = Client::watch(server.address(), BUSY).await?;
        let slow = Client::watch(server.address(), BUSY).await?;
        let mut observer = Observer::new();
        let at_rest = observer.measure().await;
        // With room for all of a soak, so that only the server's memory grows.
        let silent = Vec::with_capacity(MOST_SILENT);
        let mut office = Self { server, speaker, slow, silent, observer, at_rest, last_number: 0 };
        for _ in 0..UPDATES_BEFORE / UPDATES {
            office.talk().await?;
        }
        Ok(office)
    }

    /// One client comes and leaves. The operation's number decides how, so that every four
    /// operations have the same mix. Meanwhile there are updates, and time passes.
    async fn visit(&mut self, operation: Operation) -> Result<(), Trouble> {
        let project = QUIET + operation.number();
        match operation.number() % 4 {
            0 => self.come(project).await?.leave().await?,
            1 => self.come(project).await?.vanish(),
            2 => {
                let line = self.come(project).await?.fall_silent();
                self.silent.push(line);
            }
            _ => self.come_back().await?,
        }
        self.talk().await?;
        self.pass_time().await?;
        self.come_to_rest().await;
        Ok(())
    }

    /// Connects a client that watches `project`. The server has added it when this returns.
    async fn come(&self, project: u64) -> Result<Client, Trouble> {
        let mut client = Client::watch(self.server.address(), project).await?;
        client.fence().await?;
        Ok(client)
    }

    /// A client comes back, catches up, and leaves.
    async fn come_back(&self) -> Result<(), Trouble> {
        let since = self.last_number - UPDATES;
        let mut client = Client::come_back(self.server.address(), BUSY, since).await?;
        for number in since + 1..=self.last_number {
            expect_update(&mut client, number).await?;
        }
        client.leave().await
    }

    /// Sends some comments. The client that reads receives all of them.
    async fn talk(&mut self) -> Result<(), Trouble> {
        let text = "x".repeat(LENGTH);
        for _ in 0..UPDATES {
            self.last_number += 1;
            self.speaker.comment(&text).await?;
            expect_update(&mut self.speaker, self.last_number).await?;
        }
        Ok(())
    }

    /// Some beats, with a sign of life of all live clients in between.
    async fn pass_time(&mut self) -> Result<(), Trouble> {
        for _ in 0..BEATS {
            self.server.beat().await;
            self.slow.show_life().await?;
            self.speaker.fence().await?;
        }
        Ok(())
    }

    /// Waits until nothing is left of clients that are gone, or until the observer gives up.
    async fn come_to_rest(&mut self) {
        let Self { silent, observer, at_rest, .. } = self;
        observer
            .wait_until(|held| {
                silent.retain(|line| !line.is_cut());
                silent.is_empty() && held.sockets <= at_rest.sockets && held.tasks <= at_rest.tasks
            })
            .await;
    }
}

/// Checks that the next message to `client` is the update with this number.
async fn expect_update(client: &mut Client, expected: u64) -> Result<(), Trouble> {
    match client.next().await?.number() {
        Some(number) if number == expected => Ok(()),
        Some(number) => Err(Trouble::new(format!("expected update {expected}, got {number}"))),
        None => Err(Trouble::new(format!("expected update {expected}, got a gap"))),
    }
}
