//! Requests that meet, on a server with several threads.

use exercise_harness::Context;
use futures::future::{try_join, try_join4};
use hyper::StatusCode;
use serde_json::json;

use super::tasks::numbers;
use super::{create, delete, with_threads};
use crate::ApiServer;
use crate::client::Client;
use crate::live::Live;

/// The tasks that are already on a page, with long titles, so that it takes a while to make the page.
const BEFORE: usize = 19;
/// The number of pages that are read beside a change.
const PAGES: usize = 500;

/// A page that is read while a task is created shows the task afterwards.
pub fn page_read_beside_a_change_is_not_old<S: ApiServer>(context: &Context) {
    with_threads::<S>(context, async |server| {
        let mut writer = Client::log_in(server, "ada").await?;
        let mut readers = Vec::new();
        for user in ["alan", "anita", "barbara"] {
            readers.push(Client::log_in(server, user).await?);
        }
        for _ in 0..PAGES {
            create(&mut writer, "attic", "ada").await?;
        }
        let title = "a".repeat(1000);
        let new = json!({ "project": "garden", "title": title, "assignee": "ada" });
        for _ in 0..BEFORE {
            writer.post("/tasks", &new).await?.expect(StatusCode::CREATED)?;
        }
        for after in 0..PAGES {
            // The number of a task in the attic, so that this is another page of the same tasks.
            let path = format!("/tasks?project=garden&after={after}");
            let [first, second, third] = &mut readers[..] else { unreachable!("there are three") };
            let (task, ..) = try_join4(
                create(&mut writer, "garden", "ada"),
                first.get(&path),
                second.get(&path),
                third.get(&path),
            )
            .await?;
            let page = writer.get(&path).await?.expect(StatusCode::OK)?.json()?;
            let last = numbers(&page).last().copied();
            assert_eq!(last, Some(task), "the page was read while the task was created");
            delete(&mut writer, task).await?;
        }
        Ok(())
    });
}

/// Clients that watch the project, so that an event takes a while to reach all of them.
const WATCHERS: usize = 30;
/// The number of tasks that are deleted beside comments.
const TASKS: u64 = 80;
/// Comments of each of two users on each of them.
const COMMENTS: usize = 6;

/// Nothing of a task stays that is commented on while it is deleted.
pub fn comment_beside_a_deletion_leaves_nothing<S: ApiServer>(context: &Context) {
    with_threads::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut alan = Client::log_in(server, "alan").await?;
        let mut anita = Client::log_in(server, "anita").await?;
        let mut barbara = Client::log_in(server, "barbara").await?;
        let mut watchers = Vec::new();
        for _ in 0..WATCHERS {
            let mut live = Live::connect(&ada).await?;
            live.subscribe("garden").await?;
            watchers.push(live);
        }
        for round in 0..TASKS {
            let task = create(&mut ada, "garden", "alan").await?;
            let path = format!("/tasks/{task}");
            let comments =
                try_join(comment_often(&mut anita, task), comment_often(&mut barbara, task));
            let deletion = async {
                for _ in 0..round % 4 {
                    ada.get("/health").await?;
                }
                ada.delete(&path).await?.expect(StatusCode::NO_CONTENT)
            };
            try_join(comments, deletion).await?;
            let unread = alan.get("/notifications").await?.expect(StatusCode::OK)?.json()?;
            let of_task = |one: &&serde_json::Value| one["task"]["number"] == task;
            let left = unread.as_array().into_iter().flatten().filter(of_task).count();
            assert_eq!(left, 0, "task {task} was deleted, but {left} notifications of it stay");
            let refused =
                ada.post(&format!("{path}/comments"), &json!({ "text": "Done." })).await?;
            refused.expect(StatusCode::NOT_FOUND)?;
        }
        Ok(())
    });
}

/// Comments until the task is gone.
async fn comment_often(client: &mut Client, task: u64) -> anyhow::Result<()> {
    let path = format!("/tasks/{task}/comments");
    for _ in 0..COMMENTS {
        let answer = client.post(&path, &json!({ "text": "Done." })).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(());
        }
        answer.expect(StatusCode::NO_CONTENT)?;
    }
    Ok(())
}
