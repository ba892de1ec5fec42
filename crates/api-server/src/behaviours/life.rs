//! Clients while time passes.

use std::time::Duration;

use anyhow::Context as _;
use exercise_harness::Context;
use tokio::sync::mpsc;

use super::{create, run};
use crate::ApiServer;
use crate::client::{Client, DEADLINE};
use crate::live::Live;
use crate::running::Running;

/// A step of the server's time, in which clients may answer.
const STEP: Duration = Duration::from_secs(30);
/// The steps of two hours.
const STEPS: u32 = 240;

/// A client that only answers pings stays connected, however much time passes.
pub fn listening_client_stays<S: ApiServer>(context: &Context) {
    let server = Running::start::<S>(context.folder()).expect("the server starts");
    run(async {
        let mut ada = Client::log_in(server.address, "ada").await?;
        let mut quiet = Live::connect(&ada).await?;
        quiet.subscribe("garden").await?;
        let (heard, mut messages) = mpsc::unbounded_channel();
        let listening = tokio::spawn(async move {
            // Reading also answers pings.
            while let Ok(message) = quiet.listen().await {
                let _ = heard.send(message);
            }
        });
        for _ in 0..STEPS {
            pass(&server, &mut ada).await?;
        }
        assert!(!listening.is_finished(), "a client that answers pings was cut off");
        create(&mut ada, "garden", "alan").await?;
        let message = tokio::time::timeout(DEADLINE, messages.recv()).await;
        let message = message.context("no event came")?.context("the connection has ended")?;
        assert_eq!(message["type"], "task_created");
        Ok(())
    });
}

/// A client that answers no ping for some minutes is cut off.
pub fn silent_client_is_cut_off<S: ApiServer>(context: &Context) {
    let server = Running::start::<S>(context.folder()).expect("the server starts");
    run(async {
        let mut ada = Client::log_in(server.address, "ada").await?;
        let mut silent = Live::connect(&ada).await?;
        silent.subscribe("garden").await?;
        for _ in 0..6 {
            pass(&server, &mut ada).await?;
        }
        super::strangers::assert_ended(&mut silent).await.context("after three minutes of silence")
    });
}

/// Lets the server's time pass, and then lets all clients answer.
async fn pass(server: &Running, client: &mut Client) -> anyhow::Result<()> {
    server.skip(STEP);
    for _ in 0..4 {
        client.get("/health").await?;
    }
    Ok(())
}
