//! What requests cost on a busy server.

use std::fs;
use std::time::{Duration, Instant};

use exercise_harness::Context;
use hyper::StatusCode;

use super::{create, run};
use crate::ApiServer;
use crate::client::Client;
use crate::live::Live;
use crate::running::Running;

/// The clients of a busy server, the projects that each of them watches, and its tasks and pages.
const CLIENTS: usize = 40;
const PROJECTS: usize = 25;
const TASKS: usize = 200;
/// The number of comparisons, of which the fastest of each kind counts.
const TURNS: usize = 24;
/// How many times longer the requests of a client may take on the busy server.
const MOST: f64 = 20.0;

/// A client's requests take about as long on a busy server as on one without other clients.
pub fn busy_server_is_not_slow<S: ApiServer>(context: &Context) {
    let [busy, idle] = ["busy", "idle"].map(|name| {
        let folder = context.folder().join(name);
        fs::create_dir(&folder).expect("a folder can be created");
        Running::start::<S>(&folder).expect("the server starts")
    });
    run(async {
        let mut ada = Client::log_in(busy.address, "ada").await?;
        let mut others = Vec::new();
        for client in 0..CLIENTS {
            let mut live = Live::connect(&ada).await?;
            for project in 0..PROJECTS {
                live.subscribe(&format!("project-{client}-{project}")).await?;
            }
            others.push(live);
        }
        for number in 0..TASKS {
            create(&mut ada, &format!("archive-{number}"), "alan").await?;
            ada.get(&format!("/tasks?project=archive-{number}")).await?;
        }
        let (mut on_busy, mut on_idle) = (Duration::MAX, Duration::MAX);
        let mut alone = Client::log_in(idle.address, "ada").await?;
        for _ in 0..TURNS {
            on_busy = on_busy.min(turn(&mut ada).await?);
            on_idle = on_idle.min(turn(&mut alone).await?);
        }
        let ratio = on_busy.as_secs_f64() / on_idle.as_secs_f64();
        assert!(
            ratio <= MOST,
            "a client's requests take {ratio:.0} times as long on a busy server; at most {MOST} \
             times are allowed"
        );
        Ok(())
    });
}

/// The time in which a client comes, watches a project, changes it, reads it, and leaves.
async fn turn(client: &mut Client) -> anyhow::Result<Duration> {
    let began = Instant::now();
    let mut live = Live::connect(client).await?;
    live.subscribe("garden").await?;
    let task = create(client, "garden", "alan").await?;
    for _ in 0..4 {
        client.get("/tasks?project=garden").await?.expect(StatusCode::OK)?;
    }
    client.delete(&format!("/tasks/{task}")).await?.expect(StatusCode::NO_CONTENT)?;
    live.close().await?;
    Ok(began.elapsed())
}
