//! The memory of the page's server after hours of load, measured by the workshop's own meter.

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use demo::history::MOST_FRAMES;
use demo::hub::Hub;
use demo::message::{Frame, Happened, Load, Note, Reading, State, Status};
use demo::server;
use leak_meter::{Allocator, HeapCounts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static METER: Allocator = Allocator::system();

/// More than an hour of readings at eight a second.
const FRAMES: u32 = 40_000;
const SOON: Duration = Duration::from_secs(20);

fn reading(at: u32) -> Reading {
    Reading {
        state: State::Working,
        bytes: Some(u64::from(at)),
        blocks: Some(7),
        files: Some(7),
        tasks: None,
        operations: u64::from(at) * 60,
        rate: 480.0,
        growth: [Some(1.5), Some(0.1), Some(0.0), None],
        seconds_left: Some(70.0),
        server_seconds_left: Some(70_000.0),
    }
}

fn show(hub: &Hub, at: u32) {
    let versions = vec![reading(at), reading(at)];
    hub.frame(Frame { at: f64::from(at) / 8.0, load: Load::All, per_second: 500.0, versions });
    if at.is_multiple_of(500) {
        let text = format!("killed after {at} operations");
        hub.note(Note { at: f64::from(at), version: None, what: Happened::Killed, text });
    }
}

/// A browser that connects, receives the current state, and is closed.
async fn visit(port: u16) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!("GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    let mut part = [0; 4096];
    while !seen.windows(12).any(|text| text == b"\"kind\":\"all\"") {
        let read = tokio::time::timeout(SOON, stream.read(&mut part)).await.unwrap().unwrap();
        assert!(read > 0, "the connection was dropped");
        seen.extend_from_slice(&part[..read]);
    }
}

/// The live bytes once the server has noticed that nobody is watching.
async fn at_rest() -> u64 {
    let mut least = u64::MAX;
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        least = least.min(HeapCounts::now().live_bytes());
    }
    least
}

#[tokio::test]
async fn an_hour_of_load_and_visitors_leaves_the_server_as_large_as_minutes_do() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hub = Arc::new(Hub::new());
    let (commands, _received) = mpsc::channel();
    tokio::spawn(server::serve(listener, Arc::clone(&hub), commands));
    hub.begin(None, Status::default(), String::new());
    let full = u32::try_from(MOST_FRAMES).unwrap();
    for at in 0..full {
        show(&hub, at);
    }
    visit(port).await;
    let minutes = at_rest().await;
    for at in full..FRAMES {
        show(&hub, at);
        if at.is_multiple_of(2000) {
            visit(port).await;
        }
    }
    let hour = at_rest().await;
    assert!(hour < minutes + minutes / 4, "{minutes} bytes with a full history, {hour} at the end");
    assert!(minutes < 2_000_000, "the history alone takes {minutes} bytes");
}
