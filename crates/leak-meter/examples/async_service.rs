//! An asynchronous service on tokio, soaked while it runs. Run it with
//! `cargo run --package leak-meter --example async_service`.
//!
//! Each request starts a watcher task that should end with its connection. The watcher waits on a
//! channel, and the service keeps the sender for some connections, so those tasks stay. Nothing is
//! explicitly forgotten, yet tasks and memory grow. Two things differ from a test of synchronous
//! code:
//!
//! - the task gauge reads the runtime's own count, through its handle;
//! - `run_async` yields to the runtime before it reads, so that tasks that are ending can end.
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

use std::sync::{Arc, Mutex};

use leak_meter::{Allocator, Report, Resource, Soak, Verdict};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

#[global_allocator]
static METER: Allocator = Allocator::system();

/// The service under test.
#[derive(Debug, Clone, Default)]
struct Service {
    /// The senders of watchers that are never notified that their connection is gone.
    forgotten: Arc<Mutex<Vec<oneshot::Sender<()>>>>,
    forgets: bool,
}

impl Service {
    /// Answers one request. The watcher of every hundredth connection may be forgotten.
    async fn answer(&self, request: u64) -> String {
        let (gone, connection) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let _ = connection.await;
        });
        tokio::task::yield_now().await;
        if self.forgets && request.is_multiple_of(100) {
            self.forgotten.lock().expect("no holder panics").push(gone);
        }
        format!("answer {request}")
    }
}

async fn soak(service: Service) -> Report {
    let handle = Handle::current();
    Soak::new()
        .operations_per_round(500)
        .tasks(move || handle.metrics().num_alive_tasks() as u64)
        .run_async(async |operation| {
            let service = service.clone();
            // On the runtime's own threads, as a server would.
            let answer = tokio::spawn(async move { service.answer(operation.number()).await });
            answer.await.map(drop)
        })
        .await
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let healthy = soak(Service::default()).await;
    println!("A service that ends its watchers:\n{healthy}");
    healthy.assert_steady();

    let leaking = soak(Service { forgets: true, ..Service::default() }).await;
    println!("A service that forgets some:\n{leaking}");
    let tasks = leaking.growth_of(Resource::Tasks).expect("the handle was given");
    assert_eq!(tasks.verdict, Verdict::Growing);
}
