//! The work of the service: it stores documents. It may also keep audit entries forever.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::put;

/// One request in this many stays in the audit while the leak is on.
const ONE_IN: u64 = 100;

/// The state of the service.
#[derive(Debug, Default)]
pub struct Shop {
    documents: Mutex<HashMap<u64, Document>>,
    audit: Audit,
    requests: AtomicU64,
    leaks: AtomicBool,
}

/// A stored document.
#[derive(Debug)]
struct Document {
    title: String,
    body: Vec<u8>,
}

/// The requests that were noted; no entry is ever removed.
#[derive(Debug, Default)]
struct Audit {
    entries: Mutex<HashMap<u64, String>>,
}

impl Audit {
    fn note(&self, request: u64, what: &str) {
        lock(&self.entries).insert(request, format!("request {request}: {what}"));
    }
}

impl Shop {
    /// The requests answered so far: the work of the service.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Turns the leak on or off.
    pub fn set_leak(&self, leaks: bool) {
        self.leaks.store(leaks, Ordering::Relaxed);
    }

    fn begin(&self, what: &str) {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        if self.leaks.load(Ordering::Relaxed) && request.is_multiple_of(ONE_IN) {
            self.audit.note(request, what);
        }
    }
}

/// The routes of the service.
pub fn routes() -> Router<Arc<Shop>> {
    Router::new().route("/documents/{number}", put(store).get(read).delete(remove))
}

async fn store(State(shop): State<Arc<Shop>>, Path(number): Path<u64>, body: Bytes) -> StatusCode {
    shop.begin("store");
    let document = Document { title: format!("document {number}"), body: body.to_vec() };
    lock(&shop.documents).insert(number, document);
    StatusCode::CREATED
}

async fn read(
    State(shop): State<Arc<Shop>>,
    Path(number): Path<u64>,
) -> Result<String, StatusCode> {
    shop.begin("read");
    let documents = lock(&shop.documents);
    let document = documents.get(&number).ok_or(StatusCode::NOT_FOUND)?;
    Ok(format!("{}: {}", document.title, String::from_utf8_lossy(&document.body)))
}

async fn remove(State(shop): State<Arc<Shop>>, Path(number): Path<u64>) -> StatusCode {
    shop.begin("remove");
    match lock(&shop.documents).remove(&number) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::NOT_FOUND,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
