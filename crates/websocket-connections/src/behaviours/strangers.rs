//! Requests that are refused, and requests that nobody expects.

use exercise_harness::Context;
use exercise_harness::runtime::{alive_tasks, eventually, within};
use leak_meter::HeapCounts;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{beat, check, publish, update, watch};
use crate::LiveUpdates;
use crate::client::{Client, LIMIT, Trouble, dial};

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

/// A connection on which no request is completed ends, even if a little of it comes with each beat.
pub fn unfinished_handshake_is_cut_off<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let mut client = watch(server, 1).await?;
        let mut callers = Vec::new();
        for noise in [&b""[..], b"GET /projects/1 HTTP/1.1\r\n", b"GET /projects/1 HTTP/1.1\r\n"] {
            let mut stream = dial(server.address()).await?;
            stream.write_all(noise).await?;
            callers.push(stream);
        }
        client.fence().await?;
        for _ in 0..4 {
            beat(server).await;
            // This fails after the connection was cut off.
            let _ = callers[2].write_all(b"x-please: wait\r\n").await;
            client.fence().await?;
        }
        for mut caller in callers {
            let mut answer = Vec::new();
            let cut = caller.read_to_end(&mut answer);
            let what = "the end of a connection without a complete request";
            drop(within(LIMIT, what, cut).await?);
        }
        publish(server, 1, "still here").await?;
        assert_eq!(client.next().await?, update(1, "still here"));
        Ok(())
    });
}

/// The number of clients of which each names another project.
const CLIENTS: u64 = 300;
/// The bytes that each may leave.
const BYTES: u64 = 16;

/// Anybody can name any number: a project without updates takes no memory after its client has left.
pub fn project_without_updates_leaves_nothing<S: LiveUpdates>(_: &Context) {
    check(async |server: &S| {
        let tasks = alive_tasks();
        let held_after = async |projects: std::ops::Range<u64>| {
            for project in projects {
                let client = match project % 2 {
                    0 => Client::watch(server.address(), project).await?,
                    _ => Client::come_back(server.address(), project, 12).await?,
                };
                client.leave().await?;
            }
            eventually(LIMIT, "the end of the server's tasks", || alive_tasks() <= tasks).await?;
            // A server may remove what is left at a beat.
            for _ in 0..4 {
                beat(server).await;
            }
            Ok::<_, Trouble>(HeapCounts::now().live_bytes())
        };
        let before = held_after(0..CLIENTS).await?;
        let after = held_after(CLIENTS..2 * CLIENTS).await?;
        let left = after.saturating_sub(before);
        assert!(
            left <= CLIENTS * BYTES,
            "{CLIENTS} clients, each of another project without updates, have left, and {left} \
             bytes stay"
        );
        Ok(())
    });
}
