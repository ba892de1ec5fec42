//! The page's server: which requests it accepts, and what it sends to the pages that watch.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use demo::hub::Hub;
use demo::message::{Command, Frame, Load, Status};
use demo::request::Request as Asked;
use demo::server;
use exercise_harness::plan::Role;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

const SOON: Duration = Duration::from_secs(20);

struct Server {
    port: u16,
    hub: Arc<Hub>,
    requests: Receiver<Asked>,
}

async fn start() -> Server {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hub = Arc::new(Hub::new());
    let (send, requests) = mpsc::channel();
    tokio::spawn(server::serve(listener, Arc::clone(&hub), send));
    Server { port, hub, requests }
}

impl Server {
    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        tokio::time::timeout(SOON, sender.send_request(request)).await.unwrap().unwrap()
    }

    async fn get(&self, path: &str, host: &str, origin: Option<&str>) -> StatusCode {
        let mut request = Request::get(path).header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        self.send(request.body(Full::default()).unwrap()).await.status()
    }

    async fn command(&self, origin: &str, body: &'static str) -> StatusCode {
        let request = Request::post("/command")
            .header("host", self.host())
            .header("origin", origin)
            .header("content-type", "application/json");
        self.send(request.body(Full::from(body)).unwrap()).await.status()
    }
}

#[tokio::test]
async fn other_sites_are_refused_by_host_and_by_origin() {
    let server = start().await;
    let (port, own) = (server.port, server.host());
    for path in ["/", "/events", "/page.js", "/chart.js"] {
        for host in
            ["evil.example".to_owned(), format!("evil.example:{port}"), "127.0.0.1".to_owned()]
        {
            assert_eq!(server.get(path, &host, None).await, StatusCode::FORBIDDEN, "{path} {host}");
        }
        for origin in ["http://evil.example", "null", "http://127.0.0.1", "https://localhost"] {
            let status = server.get(path, &own, Some(origin)).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path} {origin}");
        }
        assert_eq!(server.get(path, &own, None).await, StatusCode::OK, "{path}");
    }
    let localhost = format!("localhost:{port}");
    let origin = format!("http://{localhost}");
    assert_eq!(server.get("/", &localhost, Some(&origin)).await, StatusCode::OK);
}

#[tokio::test]
async fn commands_come_from_the_page_only() {
    let server = start().await;
    let own = format!("http://{}", server.host());
    assert_eq!(server.command("http://evil.example", "\"swap\"").await, StatusCode::FORBIDDEN);
    assert!(server.requests.try_recv().is_err(), "a foreign command was accepted");
    assert_eq!(server.command(&own, "\"swap\"").await, StatusCode::NO_CONTENT);
    let asked = server.requests.recv_timeout(SOON).unwrap();
    assert!(matches!(asked, Asked::Follow(Command::Swap)), "{asked:?}");
    for wrong in ["\"explode\"", "{", ""] {
        assert!(server.command(&own, wrong).await.is_client_error(), "{wrong:?} was accepted");
    }
    // A form on another site can be sent without a preflight request, but not as JSON.
    let plain = Request::post("/command").header("host", server.host());
    let plain = plain.header("content-type", "text/plain").body(Full::from("\"swap\"")).unwrap();
    assert!(server.send(plain).await.status().is_client_error());
}

#[tokio::test]
async fn leaks_are_asked_of_the_engine_and_refused_in_sentences() {
    let server = start().await;
    let get = async |query: &str| {
        let request = Request::get(format!("/debug/leaks{query}")).header("host", server.host());
        let response = server.send(request.body(Full::default()).unwrap()).await;
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    let (status, text) = get("?version=newest").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(text.contains("version=solution"), "{text}");
    let engine = async {
        loop {
            match server.requests.try_recv() {
                Ok(Asked::Leaks(question)) => {
                    let version = question.version;
                    question.refuse("It is being measured.".to_owned());
                    return version;
                }
                Ok(other) => panic!("{other:?}"),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let ((status, text), version) = tokio::join!(get("?version=solution"), engine);
    assert_eq!(
        (status, text.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "It is being measured.\n")
    );
    assert_eq!(version, Some(Role::Solution));
    drop(server.requests);
}

#[tokio::test]
async fn a_page_that_fell_behind_is_sent_everything_again() {
    let server = start().await;
    server.hub.begin(None, Status::default(), String::new());
    let request = Request::get("/events").header("host", server.host());
    let mut events = server.send(request.body(Full::default()).unwrap()).await.into_body();
    let first = events.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(String::from_utf8_lossy(&first).contains(r#""kind":"all""#));
    // Far more than a connection buffers, while nobody reads.
    for at in 0..20_000_u32 {
        server.hub.frame(Frame {
            at: f64::from(at),
            load: Load::All,
            per_second: 1.0,
            versions: Vec::new(),
        });
    }
    let everything = tokio::time::timeout(SOON, async {
        let mut text = String::new();
        // One message may arrive in several parts.
        while !text.contains("\"at\":19999.0") {
            let part = events.frame().await.unwrap().unwrap().into_data().unwrap();
            text.push_str(&String::from_utf8_lossy(&part));
        }
        text
    });
    let text = everything.await.expect("the last reading never arrived");
    assert!(text.contains(r#""kind":"all""#), "the last reading arrived, but not the missed ones");
}
