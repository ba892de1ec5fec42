//! What clients must receive, however the server is implemented.

use exercise_harness::Context;
use exercise_harness::runtime::{Clock, block_on, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::LiveUpdates;
use crate::client::{Client, Heard, LIMIT, Trouble, dial};

type Outcome = Result<(), Trouble>;

/// Runs a check with a new server.
#[track_caller]
fn check<S: LiveUpdates>(check: impl AsyncFnOnce(&S) -> Outcome) {
    if let Err(trouble) = block_on(Clock::Real, async { check(&S::start().await?).await }) {
        panic!("{trouble}");
    }
}

/// Connects a client that watches a project. The server has added it when this returns.
async fn watch<S: LiveUpdates>(server: &S, project: u64) -> Result<Client, Trouble> {
    let mut client = Client::watch(server.address(), project).await?;
    client.fence().await?;
    Ok(client)
}

/// Publishes an update. Fails if that takes too long, because the server waits for a client.
async fn publish<S: LiveUpdates>(server: &S, project: u64, text: &str) -> Result<u64, Trouble> {
    Ok(within(LIMIT, "the end of `publish`", server.publish(project, text)).await?)
}

fn update(number: u64, text: &str) -> Heard {
    Heard::Update { number, text: text.to_owned() }
}

/// A text long enough to fill the buffers when a client does not read.
fn long_text() -> String {
    "x".repeat(1000)
}

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

/// A client that is behind by at most 64 updates gets each of them, again and again.
pub fn healthy_client_misses_nothing<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut client = watch(server, 1).await?;
        let text = long_text();
        let mut number = 0;
        for burst in [64, 1, 64, 64, 30, 64] {
            for _ in 0..burst {
                publish(server, 1, &text).await?;
            }
            for _ in 0..burst {
                number += 1;
                assert_eq!(client.next().await?, update(number, &text), "in a burst of {burst}");
            }
        }
        Ok(())
    });
}

/// However many updates one client leaves unread, the others get theirs.
pub fn slow_client_holds_nobody_up<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut slow = watch(server, 1).await?;
        let mut healthy = watch(server, 1).await?;
        let text = long_text();
        for number in 1..=600 {
            publish(server, 1, &text).await?;
            assert_eq!(healthy.next().await?, update(number, &text), "beside a slow client");
        }
        slow.comment("Hold on!").await?;
        assert_eq!(healthy.next().await?, update(601, "Hold on!"), "the slow client is connected");
        Ok(())
    });
}

/// When a slow client finally reads, its updates are in order, and each gap is reported.
pub fn slow_client_knows_what_it_missed<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut slow = watch(server, 1).await?;
        let text = long_text();
        let mut known = 0;
        for published in [64, 1000] {
            for _ in known..published {
                publish(server, 1, &text).await?;
            }
            // Reads all waiting updates. Then there is room for one more, which reports the gap.
            slow.fence().await?;
            let last = publish(server, 1, "the last").await?;
            while known < last {
                known = match slow.next().await? {
                    Heard::Missed { missed } => {
                        let next = slow.next().await?.number();
                        assert_eq!(next, Some(known + missed + 1), "{missed} were missed");
                        known + missed + 1
                    }
                    Heard::Update { number, text: _ } => {
                        assert_eq!(number, known + 1, "a gap must be reported");
                        number
                    }
                };
            }
        }
        Ok(())
    });
}

/// A client that only answers pings stays, however many beats pass.
pub fn idle_client_stays<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut idle = watch(server, 1).await?;
        let mut other = watch(server, 2).await?;
        for _ in 0..12 {
            server.beat().await;
            idle.answer_ping().await?;
            other.fence().await?;
            other.fence().await?;
        }
        publish(server, 1, "at last").await?;
        assert_eq!(idle.next().await?, update(1, "at last"));
        Ok(())
    });
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
            server.beat().await;
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
            server.beat().await;
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

/// A request for anything but a project, or without HTTP, is refused and harms no other client.
pub fn strangers_are_turned_away<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut client = watch(server, 1).await?;
        for path in ["/", "/projects/", "/projects/one", "/projects/1?since=x", "/projects/-1"] {
            let refused = Client::connect(server.address(), path).await;
            assert!(refused.is_err(), "{path} was not refused");
        }
        for noise in [&b"\x16\x03\x01 hello \r\n\r\n"[..], b"GET / HTTP/1.1\r\n\r\n"] {
            let mut stream = dial(server.address()).await?;
            stream.write_all(noise).await?;
            let mut answer = Vec::new();
            // It is cut off, with or without an answer.
            let cut = stream.read_to_end(&mut answer);
            let cut = within(LIMIT, "the end of the connection", cut).await?;
            drop(cut);
            assert!(!answer.starts_with(b"HTTP/1.1 101"), "{noise:?} was accepted as a request");
        }
        publish(server, 1, "still here").await?;
        assert_eq!(client.next().await?, update(1, "still here"));
        Ok(())
    });
}
