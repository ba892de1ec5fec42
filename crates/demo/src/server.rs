//! The page's server. It listens on loopback only and answers only the page itself.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use exercise_harness::plan::Role;
use futures::stream::{self, Stream};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;

use crate::hub::Hub;
use crate::message::Command;
use crate::request::{Question, Request};

/// The page loads nothing from elsewhere.
const POLICY: &str =
    "default-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";
/// The files of the page and of the speaker notes: path, type, text.
const FILES: [(&str, &str, &str); 19] = [
    ("/", HTML, include_str!("../assets/page.html")),
    ("/page.css", CSS, include_str!("../assets/page.css")),
    ("/page.js", SCRIPT, include_str!("../assets/page.js")),
    ("/keys.js", SCRIPT, include_str!("../assets/keys.js")),
    ("/draw.js", SCRIPT, include_str!("../assets/draw.js")),
    ("/annotate.js", SCRIPT, include_str!("../assets/annotate.js")),
    ("/curves.js", SCRIPT, include_str!("../assets/curves.js")),
    ("/dom.js", SCRIPT, include_str!("../assets/dom.js")),
    ("/history.js", SCRIPT, include_str!("../assets/history.js")),
    ("/cards.js", SCRIPT, include_str!("../assets/cards.js")),
    ("/story.js", SCRIPT, include_str!("../assets/story.js")),
    ("/words.js", SCRIPT, include_str!("../assets/words.js")),
    ("/units.js", SCRIPT, include_str!("../assets/units.js")),
    ("/chart.js", SCRIPT, charts::SCRIPT),
    ("/chart.css", CSS, charts::STYLE),
    ("/chart-licence", "text/plain", charts::LICENSE),
    ("/notes", HTML, include_str!("../assets/notes.html")),
    ("/notes.css", CSS, include_str!("../assets/notes.css")),
    ("/notes.js", SCRIPT, include_str!("../assets/notes.js")),
];
const HTML: &str = "text/html";
const CSS: &str = "text/css";
const SCRIPT: &str = "text/javascript";
const JSON: &str = "application/json";
/// The interval of keep-alive messages on an idle connection.
const ALIVE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
struct Shared {
    hub: Arc<Hub>,
    requests: Sender<Request>,
    port: u16,
}

/// Serves the page on `listener` until the program ends.
pub async fn serve(
    listener: TcpListener,
    hub: Arc<Hub>,
    requests: Sender<Request>,
) -> std::io::Result<()> {
    let port = listener.local_addr()?.port();
    let shared = Shared { hub, requests, port };
    let mut app = Router::new();
    for (path, kind, text) in FILES {
        app = app.route(path, get(move || async move { file(kind, text) }));
    }
    let app = app
        .route("/events", get(events))
        .route("/notes/text", get(notes))
        .route("/command", post(command))
        .route("/debug/leaks", get(leaks))
        .layer(middleware::from_fn_with_state(shared.clone(), only_from_here))
        .with_state(shared);
    axum::serve(listener, app).await
}

fn file(kind: &str, text: impl Into<Body>) -> Response {
    let kind = format!("{kind}; charset=utf-8");
    let headers: [(HeaderName, &str); 3] =
        [(CONTENT_TYPE, &kind), (CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, POLICY)];
    (headers, text.into()).into_response()
}

/// The speaker notes of the current exercise.
async fn notes(State(shared): State<Shared>) -> Response {
    file(HTML, shared.hub.notes())
}

/// Refuses requests from pages of other sites, which have another `Origin`, or another `Host` if the
/// site has pointed a name of its own at this address.
async fn only_from_here(
    State(shared): State<Shared>,
    headers: HeaderMap,
    request: axum::extract::Request<Body>,
    next: Next,
) -> Response {
    let hosts = ["127.0.0.1", "localhost"].map(|name| format!("{name}:{}", shared.port));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let known = |host: &str| hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
    if !host.is_some_and(known) {
        return refuse("Open this page at the address that cargo xtask demo printed.");
    }
    let origin = headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    if origin.is_some_and(|origin| !origin.strip_prefix("http://").is_some_and(known)) {
        return refuse("Requests from other sites are refused.");
    }
    next.run(request).await
}

fn refuse(sentence: &'static str) -> Response {
    (StatusCode::FORBIDDEN, sentence).into_response()
}

async fn command(State(shared): State<Shared>, Json(command): Json<Command>) -> StatusCode {
    match shared.requests.send(command.into()) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[derive(Debug, Deserialize)]
struct Asked {
    /// The version that is asked.
    version: Option<Role>,
}

/// What a version has leaked so far, as text, or as JSON for those who accept only that.
async fn leaks(
    State(shared): State<Shared>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Query(asked)) = asked else {
        let sentence = "There is no such version: ask for version=exercise, version=solution or version=mine.\n";
        return (StatusCode::BAD_REQUEST, sentence).into_response();
    };
    let (answer, answered) = oneshot::channel();
    let question = Question { version: asked.version, answer };
    let sent = shared.requests.send(Request::Leaks(question));
    let answer = match sent {
        Ok(()) => answered.await,
        Err(_) => return refuse_for_now("The page's program is ending."),
    };
    match answer {
        Ok(Ok(leaks)) if headers.get(ACCEPT).is_some_and(|kind| kind == JSON) => {
            Json(leaks.report).into_response()
        }
        Ok(Ok(leaks)) => file("text/plain", leaks.text),
        Ok(Err(reason)) => refuse_for_now(&reason),
        Err(_) => refuse_for_now("The process ended before it answered. Ask again."),
    }
}

fn refuse_for_now(sentence: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{sentence}\n")).into_response()
}

async fn events(
    State(shared): State<Shared>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (all, receiver) = shared.hub.watch();
    let stream = stream::unfold(
        Watching { first: Some(all), receiver, hub: shared.hub },
        |watching| async {
            let (text, watching) = watching.next().await?;
            Some((Ok(Event::default().data(text)), watching))
        },
    );
    Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE))
}

/// One page's connection.
struct Watching {
    first: Option<String>,
    receiver: Receiver<Arc<str>>,
    hub: Arc<Hub>,
}

impl Watching {
    async fn next(mut self) -> Option<(String, Self)> {
        if let Some(first) = self.first.take() {
            return Some((first, self));
        }
        match self.receiver.recv().await {
            Ok(text) => Some((text.to_string(), self)),
            // The page fell behind: send everything again, and continue from there.
            Err(RecvError::Lagged(_)) => {
                let (all, receiver) = self.hub.watch();
                self.receiver = receiver;
                Some((all, self))
            }
            Err(RecvError::Closed) => None,
        }
    }
}
