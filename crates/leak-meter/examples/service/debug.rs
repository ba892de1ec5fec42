//! The routes for those who operate the service. They run on threads where blocking is allowed, so that no client's
//! request waits for them.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use leak_meter::profile::{Profile, Resolver, Weight};
use leak_meter::watch::{WatchEvents, WatchMetrics};
use leak_meter::{Watch, switch};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;

use crate::limit::Limit;
use crate::shop::Shop;

/// The maximum number of these requests at once; each may take seconds of processor time.
const MOST_AT_ONCE: usize = 4;

/// What the routes need.
#[derive(Debug)]
pub struct Debug {
    shop: Arc<Shop>,
    watch: Arc<Watch>,
    metrics: WatchMetrics,
    events: WatchEvents,
    prometheus: PrometheusHandle,
    /// The folder for snapshots.
    folder: PathBuf,
    limit: Limit,
}

type Shared = State<Arc<Debug>>;

impl Debug {
    pub fn new(
        shop: Arc<Shop>,
        watch: Arc<Watch>,
        prometheus: PrometheusHandle,
        folder: PathBuf,
    ) -> Self {
        let limit = Limit::new(MOST_AT_ONCE);
        let (metrics, events) = (WatchMetrics::new(), WatchEvents::new());
        Self { shop, watch, metrics, events, prometheus, folder, limit }
    }

    /// Runs `work` on a thread where blocking is allowed, unless too many requests already do so.
    async fn run(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> Response + Send + 'static,
    ) -> Response {
        let debug = Arc::clone(&self);
        let Some(done) = self.limit.run(move || work(&debug)).await else {
            return (StatusCode::SERVICE_UNAVAILABLE, "too many of these requests at once\n")
                .into_response();
        };
        done.unwrap_or_else(|error| failed(&error))
    }
}

/// The routes.
pub fn routes(debug: Arc<Debug>) -> Router {
    Router::new()
        .route("/debug/leaks", get(leaks))
        .route("/debug/heap", get(heap))
        .route("/debug/flamegraph", get(flamegraph))
        .route("/debug/snapshots/{name}", post(snapshot))
        .route("/debug/call-sites/{state}", put(call_sites))
        .route("/debug/leak/{state}", put(leak))
        .route("/metrics", get(metrics))
        .with_state(debug)
}

#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    format: String,
}

/// The verdict, as text or, with `?format=json`, as JSON.
async fn leaks(State(debug): Shared, Query(Form { format }): Query<Form>) -> Response {
    debug
        .run(move |debug| {
            let report = debug.watch.report();
            if format == "json" {
                axum::Json(report).into_response()
            } else {
                report.to_string().into_response()
            }
        })
        .await
}

/// The live heap in the format of pprof.
async fn heap(State(debug): Shared) -> Response {
    debug
        .run(|debug| {
            let named = profile(debug).named(&mut Resolver::of_this_program());
            let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
            (kind, Bytes::from(named.to_pprof())).into_response()
        })
        .await
}

/// The live heap as a picture.
async fn flamegraph(State(debug): Shared) -> Response {
    debug
        .run(|debug| {
            let named = profile(debug).named(&mut Resolver::of_this_program());
            match named.to_flamegraph(Weight::Bytes) {
                Ok(picture) => ([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response(),
                Err(error) => failed(&error),
            }
        })
        .await
}

/// Writes the live heap to a file that the command `leak-meter` reads.
async fn snapshot(State(debug): Shared, Path(name): Path<String>) -> Response {
    if !name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-') {
        return (StatusCode::BAD_REQUEST, "a name may contain only letters, digits and dashes\n")
            .into_response();
    }
    debug
        .run(move |debug| {
            let path = debug.folder.join(name + ".json");
            match profile(debug).write(&path) {
                Ok(()) => (StatusCode::CREATED, format!("{}\n", path.display())).into_response(),
                Err(error) => failed(&error),
            }
        })
        .await
}

/// Turns the search for call sites on or off.
async fn call_sites(State(debug): Shared, Path(state): Path<String>) -> Response {
    debug
        .run(move |_| match state.as_str() {
            "on" => match switch::on() {
                Ok(()) => StatusCode::NO_CONTENT.into_response(),
                Err(error) => (StatusCode::CONFLICT, format!("{error}\n")).into_response(),
            },
            "off" => {
                switch::off();
                StatusCode::NO_CONTENT.into_response()
            }
            _ => StatusCode::NOT_FOUND.into_response(),
        })
        .await
}

/// Turns the planted leak on or off.
async fn leak(State(debug): Shared, Path(state): Path<String>) -> StatusCode {
    match state.as_str() {
        "on" => debug.shop.set_leak(true),
        "off" => debug.shop.set_leak(false),
        _ => return StatusCode::NOT_FOUND,
    }
    StatusCode::NO_CONTENT
}

/// The metrics, for Prometheus.
async fn metrics(State(debug): Shared) -> Response {
    debug
        .run(|debug| {
            let report = debug.watch.report_without_holders();
            debug.metrics.record(&report);
            debug.events.emit(&report);
            debug.prometheus.render().into_response()
        })
        .await
}

fn profile(debug: &Debug) -> Profile {
    Profile::take().with_work(debug.shop.requests())
}

fn failed(error: &dyn std::fmt::Display) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response()
}
