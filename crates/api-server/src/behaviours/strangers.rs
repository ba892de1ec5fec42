//! Invalid input is refused and does no harm.

use std::net::SocketAddr;

use anyhow::Context as _;
use exercise_harness::Context;
use hyper::StatusCode;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{create, with_server};
use crate::ApiServer;
use crate::client::{Client, DEADLINE};
use crate::live::Live;

/// Sends raw bytes. Returns the first line of the answer; empty if the server hangs up.
async fn shout(server: SocketAddr, bytes: &[u8]) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(bytes).await?;
    let mut answer = Vec::new();
    let mut end = stream.take(64 * 1024);
    // A server that hangs up on unread bytes resets the connection; its answer came before that.
    let _ = timeout(DEADLINE, end.read_to_end(&mut answer)).await.context("no answer")?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

/// Checks that the server still works.
async fn assert_well(server: SocketAddr) -> anyhow::Result<()> {
    let mut ada = Client::log_in(server, "ada").await?;
    let mut live = Live::connect(&ada).await?;
    live.subscribe("garden").await?;
    create(&mut ada, "garden", "alan").await?;
    live.wait_for("task_created").await?;
    live.close().await
}

/// Invalid HTTP gets status 400 or 431, and an unknown or incomplete request gets its own status.
pub fn malformed_requests_are_refused<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let endless = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(1_000_000));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: a\r\n".repeat(500));
        for (bytes, statuses) in [
            (&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n"[..], "400"),
            (b"GET /tasks HTTP/9.9\r\n\r\n", "400"),
            (b"GET /tasks\0 HTTP/1.1\r\n\r\n", "400"),
            (b"POST /login HTTP/1.1\r\ncontent-length: -5\r\n\r\n", "400"),
            (b"POST /login HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "400"),
            (endless.as_bytes(), "431"),
            (many.as_bytes(), "431"),
        ] {
            let answer = shout(server, bytes).await?;
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]);
            assert!(answer.starts_with(&format!("HTTP/1.1 {statuses}")), "{shown:?}: {answer:?}");
        }
        let mut ada = Client::log_in(server, "ada").await?;
        for (path, status) in [
            ("/", StatusCode::NOT_FOUND),
            ("/tasks", StatusCode::BAD_REQUEST),
            ("/tasks?project=", StatusCode::BAD_REQUEST),
            ("/tasks?project=a&after=soon", StatusCode::BAD_REQUEST),
            ("/attachments/first", StatusCode::BAD_REQUEST),
            ("/attachments/18446744073709551616", StatusCode::BAD_REQUEST),
            ("/live", StatusCode::BAD_REQUEST),
        ] {
            ada.get(path).await?.expect(status).with_context(|| path.to_owned())?;
        }
        ada.delete("/tasks/77").await?.expect(StatusCode::NOT_FOUND)?;
        ada.delete("/health").await?.expect(StatusCode::METHOD_NOT_ALLOWED)?;
        assert_well(server).await
    });
}

/// A body that is not JSON, has the wrong form, or is too large is refused.
pub fn bad_bodies_are_refused<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let deep = "[".repeat(8000);
        let cut = shout(server, &post("/login", "{\"user\":")).await?;
        assert!(cut.starts_with("HTTP/1.1 400"), "the body is cut off: {cut:?}");
        let deep = shout(server, &post("/login", &deep)).await?;
        assert!(deep.starts_with("HTTP/1.1 4"), "the body is nested too deeply: {deep:?}");
        let large = "a".repeat(64 * 1024);
        for (body, status) in [
            (json!({ "project": "garden" }), StatusCode::UNPROCESSABLE_ENTITY),
            (json!(["garden", "title", 5]), StatusCode::UNPROCESSABLE_ENTITY),
            (new_task("", "title", "alan"), StatusCode::BAD_REQUEST),
            (new_task("garden", &large[..1001], "alan"), StatusCode::BAD_REQUEST),
            (new_task("garden", "title", "mallory"), StatusCode::BAD_REQUEST),
            (new_task("garden", &large, "alan"), StatusCode::PAYLOAD_TOO_LARGE),
        ] {
            ada.post("/tasks", &body).await?.expect(status)?;
        }
        assert_well(server).await
    });
}

fn new_task(project: &str, title: &str, assignee: &str) -> serde_json::Value {
    json!({ "project": project, "title": title, "assignee": assignee })
}

fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: tasks\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The name of an upload is not a path, and nothing is written outside the server's folders.
pub fn paths_in_names_are_refused<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let mut ada = Client::log_in(server, "ada").await?;
        let live = Live::connect(&ada).await?;
        let long = "a".repeat(101);
        for name in [
            "..%2F..%2Fescaped",
            "%2e%2e",
            ".",
            "..%5Cescaped",
            "%2Ftmp%2Fescaped",
            "C:escaped",
            "a%00b",
            "a%0Ab",
            &long,
        ] {
            let sent = ada.upload(name, live.number, "text".into()).await?;
            sent.expect(StatusCode::BAD_REQUEST).with_context(|| name.to_owned())?;
        }
        let sent = ada.upload("..%FF", live.number, "text".into()).await?;
        sent.expect(StatusCode::BAD_REQUEST)?;
        for name in ["..", "../escaped", "a/b"] {
            let sent = ada.upload(name, live.number, "text".into()).await?;
            assert!(sent.status.is_client_error(), "{name}: {}", sent.status);
        }
        let accented = ada.upload("r%C3%A9sum%C3%A9%20(2).pdf", live.number, "text".into());
        accented.await?.expect(StatusCode::CREATED)?;
        let inside: Vec<_> = std::fs::read_dir(context.folder())?.flatten().collect();
        assert_eq!(inside.len(), 2, "only the server's own folders: {inside:?}");
        assert_well(server).await
    });
}

/// A frame that violates the protocol, or is too large, ends its connection; an unknown message is
/// answered with an error, and the connection continues.
pub fn malformed_frames_are_refused<S: ApiServer>(context: &Context) {
    with_server::<S>(context, async |server| {
        let ada = Client::log_in(server, "ada").await?;
        let unmasked = [0x81, 0x02, b'h', b'i'];
        let reserved_opcode = [0x83, 0x80, 0, 0, 0, 0];
        let reserved_bits = [0xF1, 0x80, 0, 0, 0, 0];
        let long_ping = [&[0x89, 0xFE, 0x01, 0x00], &[0; 260][..]].concat();
        let no_text = [0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28];
        // Announces more bytes than any memory has.
        let huge = [0x82, 0xFF, 0x7F, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0];
        for frame in [&unmasked[..], &reserved_opcode, &reserved_bits, &long_ping, &no_text, &huge]
        {
            let mut live = Live::connect(&ada).await?;
            live.stream().write_all(frame).await?;
            assert_ended(&mut live).await.with_context(|| format!("after the frame {frame:x?}"))?;
        }
        let mut live = Live::connect(&ada).await?;
        live.send_raw(Message::text("a".repeat(64 * 1024))).await?;
        assert_ended(&mut live).await.context("after too large a message")?;

        let mut live = Live::connect(&ada).await?;
        for text in ["", "hello", "{}", r#"{"type":"shutdown"}"#, r#"{"type":"subscribe"}"#] {
            live.send_raw(Message::text(text)).await?;
            live.wait_for("error").await.with_context(|| format!("after {text:?}"))?;
        }
        live.send_raw(Message::binary(vec![0, 1, 2])).await?;
        live.subscribe("garden").await?;
        assert_well(server).await
    });
}

/// Checks that the server sends a close frame or hangs up.
pub(super) async fn assert_ended(live: &mut Live) -> anyhow::Result<()> {
    loop {
        match live.next_raw().await {
            Ok(Message::Close(_)) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.to_string().starts_with("nothing came") => return Err(error),
            Err(_) => return Ok(()),
        }
    }
}
