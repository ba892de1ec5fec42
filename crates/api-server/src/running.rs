//! A version's server, running on a separate thread in this process, which has the meter.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use exercise_harness::runtime::skip;
use leak_meter::HeapCounts;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use crate::client::DEADLINE;
use crate::{ApiServer, USERS};

/// The longest wait for the server to come to rest.
const REST_TIMEOUT: Duration = Duration::from_millis(500);
/// How long its counts must not change until it counts as at rest.
const REST: Duration = Duration::from_millis(10);

/// A server on a loopback port. Dropping it ends the server.
pub struct Running {
    pub address: SocketAddr,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Starts version `S`, which keeps its files in `folder`.
    pub fn start<S: ApiServer>(folder: &Path) -> anyhow::Result<Self> {
        let mut runtime = Builder::new_current_thread();
        // One from beginning to end, so that the number of threads is meaningful.
        Self::start_on::<S>(runtime.enable_all().max_blocking_threads(1).build()?, folder)
    }

    /// Starts version `S` on several threads, so that requests run at once.
    pub fn start_on_threads<S: ApiServer>(folder: &Path) -> anyhow::Result<Self> {
        let mut runtime = Builder::new_multi_thread();
        Self::start_on::<S>(runtime.enable_all().worker_threads(4).build()?, folder)
    }

    fn start_on<S: ApiServer>(runtime: Runtime, folder: &Path) -> anyhow::Result<Self> {
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .context("no loopback port is available")?;
        let address = listener.local_addr()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let folder = folder.to_owned();
        let thread = thread::Builder::new().name("server".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    result = S::serve(listener, &folder, USERS) => report_end(result),
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, runtime: handle, stop: Some(stop), thread: Some(thread) })
    }

    /// The number of live asynchronous tasks.
    pub fn tasks(&self) -> u64 {
        self.runtime.metrics().num_alive_tasks() as u64
    }

    /// Lets no file operation of the server's runtime begin, until the returned value is dropped. Not
    /// for a server on several threads.
    pub fn slow_disk(&self) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        // It takes the only thread for file operations.
        drop(self.runtime.spawn_blocking(move || released.recv()));
        release
    }

    /// Lets `span` pass at once for the server. Not for a server on several threads.
    pub fn skip(&self, span: Duration) {
        let (passed, done) = mpsc::channel();
        self.runtime.spawn(async move {
            skip(span).await;
            let _ = passed.send(());
        });
        // It fails if the server has ended, which the next request shows.
        let _ = done.recv_timeout(DEADLINE);
    }

    /// The number of tasks once the server is idle. A connection's tasks may start after its first answer.
    pub fn tasks_at_rest(&self) -> u64 {
        self.wait_for_rest(10 * REST, u64::MAX)
    }

    /// Waits until the server is at rest: no more than `tasks` tasks are alive and the heap does
    /// not change. Waits at most half a second, in case the server never rests.
    pub fn rest(&self, tasks: u64) {
        self.wait_for_rest(REST, tasks);
    }

    /// Waits, for a limited time, until at most `tasks` tasks are alive and neither their number nor the heap
    /// has changed for `span`. Returns the number of tasks.
    fn wait_for_rest(&self, span: Duration, tasks: u64) -> u64 {
        let state = || (self.tasks(), HeapCounts::now());
        let deadline = Instant::now() + REST_TIMEOUT;
        let (mut last, mut since) = (state(), Instant::now());
        while (since.elapsed() < span || last.0 > tasks) && Instant::now() < deadline {
            thread::sleep(REST);
            let now = state();
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        last.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed, and its requests were not answered.
            let _ = thread.join();
        }
    }
}

fn report_end(result: io::Result<()>) {
    match result {
        Ok(()) => eprintln!("The server has ended unexpectedly."),
        Err(error) => eprintln!("The server has ended: {error}"),
    }
}
