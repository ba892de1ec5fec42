//! Logins, the task list, and unread notifications.

use anyhow::Context as _;
use exercise_harness::Context;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{comment, create, delete, with_server};
use crate::ApiServer;
use crate::client::Client;
use crate::live::Live;

/// A client that has not logged in gets nothing, and a new login ends the previous one.
pub fn only_users_get_in<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut stranger = Client::connect(server).await?;
        stranger.get("/health").await?.expect(StatusCode::OK)?;
        for path in ["/tasks?project=garden", "/notifications", "/attachments/1"] {
            stranger.get(path).await?.expect(StatusCode::UNAUTHORIZED)?;
        }
        stranger.post("/tasks", &json!({})).await?.expect(StatusCode::UNAUTHORIZED)?;
        stranger.upload("a.txt", 1, "text".into()).await?.expect(StatusCode::UNAUTHORIZED)?;
        assert!(Live::connect(&stranger).await.is_err(), "a stranger gets no live updates");
        let login = stranger.post("/login", &json!({ "user": "mallory" })).await?;
        login.expect(StatusCode::NOT_FOUND)?;

        let mut before = Client::log_in(server, "ada").await?;
        before.get("/notifications").await?.expect(StatusCode::OK)?;
        let mut now = Client::log_in(server, "ada").await?;
        before.get("/notifications").await?.expect(StatusCode::UNAUTHORIZED)?;
        now.get("/notifications").await?.expect(StatusCode::OK)?;
        Ok(())
    });
}

pub(super) fn numbers(page: &Value) -> Vec<u64> {
    let tasks = page.as_array().into_iter().flatten();
    tasks.filter_map(|task| task["number"].as_u64()).collect()
}

/// Tasks are listed twenty to a page, of one project and, if requested, of one assignee.
pub fn tasks_are_listed_in_pages<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let (mut garden, mut of_alan) = (Vec::new(), Vec::new());
        for turn in 0..25 {
            let assignee = if turn % 5 == 0 { "alan" } else { "ada" };
            let task = create(&mut ada, "garden", assignee).await?;
            create(&mut ada, "house", assignee).await?;
            garden.push(task);
            of_alan.extend((assignee == "alan").then_some(task));
        }
        let mut list = async |query: &str| {
            let page = ada.get(&format!("/tasks?project=garden{query}")).await?;
            anyhow::Ok(numbers(&page.expect(StatusCode::OK)?.json()?))
        };
        assert_eq!(list("").await?, garden[..20], "the first page");
        assert_eq!(list(&format!("&after={}", garden[19])).await?, garden[20..], "the second");
        assert_eq!(list("&assignee=alan").await?, of_alan, "one assignee's");
        Ok(())
    });
}

/// A page that was read before shows a change immediately.
pub fn readers_get_no_old_page<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let lists = ["/tasks?project=garden", "/tasks?project=garden&assignee=alan"];
        for _ in 0..3 {
            let task = create(&mut ada, "garden", "alan").await?;
            for list in lists.iter().chain(&lists) {
                assert_eq!(numbers(&ada.get(list).await?.json()?), [task], "it was created");
            }
            delete(&mut ada, task).await?;
            for list in lists.iter().chain(&lists) {
                assert!(numbers(&ada.get(list).await?.json()?).is_empty(), "it was deleted");
            }
        }
        Ok(())
    });
}

/// A popular page is always ready, whatever else is read.
pub fn popular_page_stays_ready<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let first = ada.get("/tasks?project=garden").await?;
        assert_eq!(first.cache.as_deref(), Some("miss"), "nobody has read it before");
        for number in 0..1000 {
            ada.get(&format!("/tasks?project=archive-{number}")).await?.expect(StatusCode::OK)?;
            if number % 10 == 0 {
                let again = ada.get("/tasks?project=garden").await?;
                assert_eq!(again.cache.as_deref(), Some("hit"), "after {number} other pages");
            }
        }
        Ok(())
    });
}

/// An assignee gets the newest twenty notifications of what others did to existing tasks, each with
/// the number of earlier ones.
pub fn inbox_tells_what_happened<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut alan = Client::log_in(server, "alan").await?;
        let mut unread = async || {
            let waiting = alan.get("/notifications").await?.expect(StatusCode::OK)?.json()?;
            let line = |one: &Value| {
                let kind = one["type"].as_str()?.to_owned();
                Some((kind, one["task"]["number"].as_u64()?, one["earlier"].as_u64()?))
            };
            let lines: Option<Vec<_>> =
                waiting.as_array().into_iter().flatten().map(line).collect();
            lines.with_context(|| format!("a notification lacks a field: {waiting}"))
        };
        let line = |kind: &str, task: u64, earlier: u64| (kind.to_owned(), task, earlier);

        let first = create(&mut ada, "garden", "alan").await?;
        let own = create(&mut ada, "garden", "ada").await?;
        comment(&mut ada, own).await?;
        comment(&mut ada, first).await?;
        let second = create(&mut ada, "house", "alan").await?;
        comment(&mut ada, first).await?;
        let expected = [
            line("task_created", first, 0),
            line("task_commented", first, 1),
            line("task_created", second, 0),
            line("task_commented", first, 2),
        ];
        assert_eq!(unread().await?, expected);

        delete(&mut ada, first).await?;
        assert_eq!(unread().await?, [line("task_created", second, 0)], "the first was deleted");
        for _ in 0..25 {
            comment(&mut ada, second).await?;
        }
        let newest: Vec<_> =
            (6..26).map(|earlier| line("task_commented", second, earlier)).collect();
        assert_eq!(unread().await?, newest);
        Ok(())
    });
}
