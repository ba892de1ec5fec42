//! Updates, and clients that come back for those that they missed.

use exercise_harness::Context;

use super::{check, publish, update, watch};
use crate::LiveUpdates;
use crate::client::{Client, Heard};

/// Every update reaches all clients that watch its project, once, in order, and no others.
pub fn updates_reach_their_watchers<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut clients = [watch(server, 1).await?, watch(server, 1).await?];
        let mut elsewhere = watch(server, 2).await?;
        for number in 1..=20 {
            let text = format!("task {number} \"done\"");
            assert_eq!(publish(server, 1, &text).await?, number, "updates are numbered");
            for client in &mut clients {
                assert_eq!(client.next().await?, update(number, &text));
            }
        }
        assert_eq!(publish(server, 2, "begun").await?, 1, "each project has its own numbers");
        assert_eq!(elsewhere.next().await?, update(1, "begun"), "it gets only its project's");
        Ok(())
    });
}

/// A client that comes back gets the missed updates that are kept, and the number of the others.
pub fn who_comes_back_catches_up<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        for number in 1..=100 {
            publish(server, 1, &number.to_string()).await?;
        }
        for (since, missed) in [(90, 0), (36, 0), (30, 6), (0, 36), (100, 0)] {
            let mut client = Client::come_back(server.address(), 1, since).await?;
            if missed > 0 {
                assert_eq!(client.next().await?, Heard::Missed { missed }, "since {since}");
            }
            for number in since + missed + 1..=100 {
                assert_eq!(client.next().await?, update(number, &number.to_string()));
            }
            client.leave().await?;
        }
        let mut new = watch(server, 1).await?;
        publish(server, 1, "101").await?;
        assert_eq!(new.next().await?, update(101, "101"), "a new client gets new updates");
        Ok(())
    });
}

/// A client's comments reach all clients that watch its project.
pub fn comments_are_updates<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut clients = [watch(server, 1).await?, watch(server, 1).await?];
        let mut elsewhere = watch(server, 2).await?;
        for number in 1..=10_u64 {
            let text = format!("I agree, {number} times");
            clients[usize::from(number % 2 == 0)].comment(&text).await?;
            for client in &mut clients {
                assert_eq!(client.next().await?, update(number, &text));
            }
        }
        publish(server, 2, "begun").await?;
        assert_eq!(elsewhere.next().await?, update(1, "begun"), "it gets only its project's");
        Ok(())
    });
}
