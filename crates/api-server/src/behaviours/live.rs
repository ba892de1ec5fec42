//! Events, and the rooms in which they are watched.

use exercise_harness::Context;
use hyper::StatusCode;
use serde_json::Value;

use super::{comment, create, delete, until, with_server};
use crate::ApiServer;
use crate::client::Client;
use crate::live::Live;

fn kinds(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["type"].as_str()).collect()
}

/// Watchers get each event once and in order, however often they have subscribed.
pub fn watchers_get_each_event_once<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut once = Live::connect(&ada).await?;
        let mut often = Live::connect(&ada).await?;
        once.subscribe("garden").await?;
        for _ in 0..3 {
            often.subscribe("garden").await?;
            often.subscribe("house").await?;
        }
        once.all_so_far().await?;
        for project in ["garden", "house", "attic"] {
            let task = create(&mut ada, project, "alan").await?;
            comment(&mut ada, task).await?;
            delete(&mut ada, task).await?;
        }
        let events = ["task_created", "task_commented", "task_deleted"];
        assert_eq!(kinds(&once.all_so_far().await?), events, "subscribed once, to one project");
        let both = events.repeat(2);
        assert_eq!(kinds(&often.all_so_far().await?), both, "subscribed often, to two projects");

        // A renewed subscription continues.
        often.subscribe("garden").await?;
        create(&mut ada, "garden", "alan").await?;
        assert_eq!(kinds(&often.all_so_far().await?), ["task_created"]);
        Ok(())
    });
}

/// A client that unsubscribed gets no more events of that project, but those of its others.
pub fn unsubscribed_client_is_told_nothing<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut live = Live::connect(&ada).await?;
        for project in ["garden", "garden", "house"] {
            live.subscribe(project).await?;
        }
        live.send(&serde_json::json!({ "type": "unsubscribe", "project": "garden" })).await?;
        live.all_so_far().await?;
        create(&mut ada, "garden", "alan").await?;
        let task = create(&mut ada, "house", "alan").await?;
        let messages = live.all_so_far().await?;
        assert_eq!(kinds(&messages), ["task_created"]);
        assert_eq!(messages[0]["task"]["number"], task);

        live.subscribe("garden").await?;
        live.all_so_far().await?;
        create(&mut ada, "garden", "alan").await?;
        assert_eq!(kinds(&live.all_so_far().await?), ["task_created"], "subscribed once more");
        Ok(())
    });
}

/// A room reports who watches: new clients are announced, departed ones are no longer named.
pub fn room_tells_who_watches<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let ada = Client::log_in(server, "ada").await?;
        let alan = Client::log_in(server, "alan").await?;
        let mut resident = Live::connect(&ada).await?;
        assert_eq!(resident.subscribe("garden").await?, ["ada"]);
        for vanishes in [false, true] {
            let mut visitor = Live::connect(&alan).await?;
            assert_eq!(visitor.subscribe("garden").await?, ["ada", "alan"]);
            assert_eq!(resident.wait_for("joined").await?["user"], "alan");
            assert_eq!(visitor.subscribe("garden").await?, ["ada", "alan"], "once, if renewed");
            if vanishes {
                drop(visitor);
            } else {
                visitor.close().await?;
            }
            let gone = async || Ok(resident.subscribe("garden").await? == ["ada"]);
            until("only ada watches", gone).await?;
            let messages = resident.all_so_far().await?;
            assert!(!kinds(&messages).contains(&"joined"), "a renewal is not announced");
        }
        Ok(())
    });
}

/// A user who has two windows open and closes one continues with the other.
pub fn second_window_goes_on<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut stays = Live::connect(&ada).await?;
        stays.subscribe("garden").await?;
        let mut goes = Live::connect(&ada).await?;
        goes.subscribe("garden").await?;
        goes.close().await?;
        let alan = Client::log_in(server, "alan").await?;
        let mut observer = Live::connect(&alan).await?;
        let one = async || Ok(observer.subscribe("garden").await? == ["ada", "alan"]);
        until("one of ada's windows watches", one).await?;
        let sent = ada.upload("a.txt", stays.number, "text".into()).await?;
        sent.expect(StatusCode::CREATED)?;
        stays.all_so_far().await?;
        create(&mut ada, "garden", "alan").await?;
        assert_eq!(kinds(&stays.all_so_far().await?), ["task_created"]);
        Ok(())
    });
}

/// A client that only listens stays connected while very many others come and leave.
pub fn quiet_client_is_kept<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let mut quiet = Live::connect(&ada).await?;
        quiet.subscribe("garden").await?;
        for number in 0..150 {
            let mut other = Live::connect(&ada).await?;
            other.subscribe(&format!("house-{number}")).await?;
            other.close().await?;
        }
        create(&mut ada, "garden", "alan").await?;
        assert_eq!(quiet.wait_for("task_created").await?["by"], "ada");
        Ok(())
    });
}
