//! The work of the soak: clients come, and each goes in another way, while two others stay.

use exercise_harness::Context;
use exercise_harness::runtime::{Clock, block_on};
use leak_meter::{Operation, Report};

use crate::LiveUpdates;
use crate::client::{Client, SilentLine, Trouble};
use crate::rest::{Held, Observer};

/// The project in which all happens; those who stay watch it.
const BUSY: u64 = 1;
/// A project in which nothing happens; those who go watch it.
const QUIET: u64 = 2;
/// Updates in an operation.
const UPDATES: u64 = 8;
/// Updates before the first operation: a line that nobody reads is full then, and so is what may
/// wait for its client, and what is kept for those who come back.
const UPDATES_BEFORE: u64 = 512;
/// The length of an update's text, in bytes.
const LENGTH: usize = 1000;
/// Silent lines that there can be, when none of them is closed.
const MOST_SILENT: usize = 128;
/// So many beats without a sign of life, and a client counts as gone.
const BEATS: usize = 3;

/// Has many clients come and go, and judges what stays behind. Every operation ends with three
/// beats, so that nothing need stay of a client that has gone, in whatever way.
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
    /// Says whatever is said, and reads whatever comes, at once.
    speaker: Client,
    /// Is alive, and too slow: its line is full, and all that is new has to wait.
    slow: Client,
    /// Lines whose clients have fallen silent. The server has to close them: nobody else can.
    silent: Vec<SilentLine>,
    observer: Observer,
    /// What is held while no other client is there.
    at_rest: Held,
    last_number: u64,
}

impl<S: LiveUpdates> Office<S> {
    async fn open() -> Result<Self, Trouble> {
        let server = S::start().await?;
        let speaker = Client::watch(server.address(), BUSY).await?;
        let slow = Client::watch(server.address(), BUSY).await?;
        let mut observer = Observer::new();
        let at_rest = observer.look().await;
        // With room for all that a soak can hold: what grows is the server's, then.
        let silent = Vec::with_capacity(MOST_SILENT);
        let mut office = Self { server, speaker, slow, silent, observer, at_rest, last_number: 0 };
        for _ in 0..UPDATES_BEFORE / UPDATES {
            office.talk().await?;
        }
        Ok(office)
    }

    /// One client comes and goes, in the way that is its turn: every four operations have the same
    /// mix. Meanwhile something happens, and time passes.
    async fn visit(&mut self, operation: Operation) -> Result<(), Trouble> {
        match operation.number() % 4 {
            0 => self.come().await?.leave().await?,
            1 => self.come().await?.vanish(),
            2 => {
                let line = self.come().await?.fall_silent();
                self.silent.push(line);
            }
            _ => self.come_back().await?,
        }
        self.talk().await?;
        self.pass_time().await?;
        self.come_to_rest().await;
        Ok(())
    }

    /// A client that is known to the server when this returns.
    async fn come(&self) -> Result<Client, Trouble> {
        let mut client = Client::watch(self.server.address(), QUIET).await?;
        client.fence().await?;
        Ok(client)
    }

    /// A client that was away for a while, catches up, and leaves.
    async fn come_back(&self) -> Result<(), Trouble> {
        let since = self.last_number - UPDATES;
        let mut client = Client::come_back(self.server.address(), BUSY, since).await?;
        for number in since + 1..=self.last_number {
            expect_update(&mut client, number).await?;
        }
        client.leave().await
    }

    /// A few things are said. Whoever reads hears of them all, whoever else is there.
    async fn talk(&mut self) -> Result<(), Trouble> {
        let text = "x".repeat(LENGTH);
        for _ in 0..UPDATES {
            self.last_number += 1;
            self.speaker.comment(&text).await?;
            expect_update(&mut self.speaker, self.last_number).await?;
        }
        Ok(())
    }

    /// Some beats, with a sign of life in between of all who are alive.
    async fn pass_time(&mut self) -> Result<(), Trouble> {
        for _ in 0..BEATS {
            self.server.beat().await;
            self.slow.show_life().await?;
            self.speaker.fence().await?;
        }
        Ok(())
    }

    /// Waits until of those who have gone nothing is left, if that ever comes.
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

/// The next that `client` hears is the update with this number.
async fn expect_update(client: &mut Client, expected: u64) -> Result<(), Trouble> {
    match client.next().await?.number() {
        Some(number) if number == expected => Ok(()),
        Some(number) => Err(Trouble::new(format!("update {number} came instead of {expected}"))),
        None => Err(Trouble::new(format!("a gap came instead of update {expected}"))),
    }
}
