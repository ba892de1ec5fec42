//! One user's round trip, which should leave the server as it found it.

use std::net::SocketAddr;

use anyhow::Context as _;
use bytes::Bytes;
use fastrand::Rng;
use hyper::StatusCode;
use serde_json::json;

use crate::USERS;
use crate::client::Client;
use crate::live::Live;

/// The size of an uploaded file, in bytes.
const FILE: usize = 6000;

/// A visit.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// Counted through the whole load; every visit has its own project.
    pub number: u64,
    /// The seed of the visit's random choices.
    pub seed: u64,
    /// The user's index in [`USERS`]; no other visit may use the same user meanwhile.
    pub user: usize,
}

impl Visit {
    /// Logs in, opens a project, works on a task, sends a file, and leaves.
    pub async fn make(self, server: SocketAddr) -> anyhow::Result<()> {
        let mut rng = Rng::with_seed(self.seed);
        let project = format!("project-{}", self.number);
        let all = format!("/tasks?project={project}");
        let own = format!("{all}&assignee={}", USERS[self.user]);
        let mut client = Client::log_in(server, USERS[self.user]).await?;
        client.get(&all).await?.expect(StatusCode::OK)?;

        let mut live = Live::connect(&client).await?;
        live.subscribe(&project).await?;
        let task = self.work(&mut client, &mut live, &project, &mut rng).await?;
        client.get(&own).await?.expect(StatusCode::OK)?;
        // Clients renew now and then, because a proxy may have dropped the subscription.
        live.subscribe(&project).await?;
        self.send_files(&mut client, &live, &mut rng).await?;
        client.delete(&format!("/tasks/{task}")).await?.expect(StatusCode::NO_CONTENT)?;
        live.wait_for("task_deleted").await?;
        for list in [&all, &own] {
            client.get(list).await?.expect(StatusCode::OK)?;
        }

        // Every second one closes the laptop instead.
        if self.number.is_multiple_of(2) { live.close().await } else { Ok(()) }
    }

    /// Creates a task for a colleague and comments on it. Returns its number.
    async fn work(
        self,
        client: &mut Client,
        live: &mut Live,
        project: &str,
        rng: &mut Rng,
    ) -> anyhow::Result<u64> {
        let colleague = USERS[(self.user + 1) % USERS.len()];
        let title = format!("Look after item {} of the list", rng.u32(1000..10_000));
        let new = json!({ "project": project, "title": title, "assignee": colleague });
        let created = client.post("/tasks", &new).await?.expect(StatusCode::CREATED)?.json()?;
        live.wait_for("task_created").await?;
        let task = created["number"].as_u64().context("the task has no number")?;
        let comment = json!({ "text": format!("See page {}.", rng.u32(100..1000)) });
        let path = format!("/tasks/{task}/comments");
        client.post(&path, &comment).await?.expect(StatusCode::NO_CONTENT)?;
        live.wait_for("task_commented").await?;
        Ok(task)
    }

    /// Sends a file and deletes it. Every fifth visit then begins another one, which is cut off.
    async fn send_files(
        self,
        client: &mut Client,
        live: &Live,
        rng: &mut Rng,
    ) -> anyhow::Result<()> {
        let file: Bytes = (0..FILE).map(|_| rng.u8(..)).collect::<Vec<_>>().into();
        let sent = client.upload("notes.pdf", live.number, file.clone()).await?;
        let attachment = &sent.expect(StatusCode::CREATED)?.json()?["attachment"];
        let path = format!("/attachments/{attachment}");
        client.delete(&path).await?.expect(StatusCode::NO_CONTENT)?;
        if self.number.is_multiple_of(5) {
            client.begin_upload("holiday.jpg", live.number, FILE * 2, &file).await?;
        }
        Ok(())
    }
}
