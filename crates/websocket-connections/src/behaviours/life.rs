//! Clients that are alive, and clients that leave.

use exercise_harness::Context;

use super::{beat, check, long_text, publish, update, watch};
use crate::LiveUpdates;
use crate::client::{Client, Trouble};

/// The beats of two hours.
const BEATS: usize = 240;

/// A client that only answers pings stays, however much time passes.
pub fn idle_client_stays<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut idle = watch(server, 1).await?;
        let mut other = watch(server, 2).await?;
        for _ in 0..BEATS {
            beat(server).await;
            idle.answer_ping().await?;
            other.fence().await?;
            other.fence().await?;
        }
        publish(server, 1, "at last").await?;
        assert_eq!(idle.next().await?, update(1, "at last"));
        Ok(())
    });
}

/// Clients that do not read, and so answer no ping, stay because of what they send.
pub fn any_message_is_a_sign_of_life<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut comments = watch(server, 1).await?;
        let mut pings = watch(server, 2).await?;
        let mut pongs = watch(server, 3).await?;
        let mut other = watch(server, 4).await?;
        for _ in 0..12 {
            beat(server).await;
            comments.comment("I am here").await.map_err(who("comments"))?;
            pings.ping().await.map_err(who("pings"))?;
            pongs.show_life().await.map_err(who("pongs"))?;
            other.fence().await?;
            other.fence().await?;
        }
        comments.fence().await.map_err(who("comments"))?;
        pings.fence().await.map_err(who("pings"))?;
        pongs.fence().await.map_err(who("pongs"))?;
        Ok(())
    });
}

/// Names the client in an error.
fn who(sends: &str) -> impl Fn(Trouble) -> Trouble {
    move |trouble| Trouble::new(format!("a client that sent {sends} between all beats: {trouble}"))
}

/// A client that does not read but shows that it is alive stays connected.
pub fn slow_client_stays<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut slow = watch(server, 1).await?;
        let mut other = watch(server, 2).await?;
        let text = long_text();
        for _ in 0..12 {
            for _ in 0..40 {
                publish(server, 1, &text).await?;
            }
            beat(server).await;
            slow.show_life().await?;
            other.fence().await?;
            other.fence().await?;
        }
        slow.fence().await?;
        let last = publish(server, 1, "at last").await?;
        while slow.next().await?.number() != Some(last) {}
        Ok(())
    });
}

/// A close frame is answered, and the connection closed.
pub fn farewell_is_answered<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        for _ in 0..3 {
            let client = watch(server, 1).await?;
            publish(server, 1, "on its way").await?;
            client.leave().await?;
        }
        Ok(())
    });
}

/// Clients leave in all ways; a client that stays receives everything.
pub fn who_leaves_takes_nobody_along<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut stays = watch(server, 1).await?;
        let mut number = 0;
        let mut silent = Vec::new();
        for round in 0..6 {
            let mut guests = Vec::new();
            for _ in 0..5 {
                guests.push(watch(server, 1).await?);
            }
            number = publish(server, 1, "come in").await?;
            assert_eq!(stays.next().await?, update(number, "come in"));
            let [leaving, vanishing, mute, babbling, late] =
                <[Client; 5]>::try_from(guests).expect("there are five");
            leaving.leave().await?;
            vanishing.vanish();
            silent.push(mute.fall_silent());
            babbling.babble().await?;
            beat(server).await;
            stays.fence().await?;
            number = publish(server, 1, "go on").await?;
            assert_eq!(stays.next().await?, update(number, "go on"), "round {round}");
            late.vanish();
        }
        let last = publish(server, 1, "good night").await?;
        assert_eq!(last, number + 1);
        assert_eq!(stays.next().await?, update(last, "good night"));
        Ok(())
    });
}
