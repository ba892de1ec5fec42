//! A version's server, running on a separate thread in this process, which has the meter.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use exercise_harness::runtime::skip;
use leak_meter::HeapCounts;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, oneshot};

use crate::client::DEADLINE;
use crate::{ApiServer, USERS};

/// The longest wait for tasks that do not end, while nothing else changes.
const REST_TIMEOUT: Duration = Duration::from_millis(500);
/// The longest wait for a server whose counts keep changing.
const UNREST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long its counts must not change until it counts as at rest.
const REST: Duration = Duration::from_millis(10);
/// How many turns the server must have had meanwhile. On a busy machine, it may have none for longer than
/// [`REST`].
const TURNS: u32 = 10;

/// A server on a loopback port. Dropping it ends the server.
pub struct Running {
    pub address: SocketAddr,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    /// Asks the server to report a turn, on `turned`.
    turn: Arc<Notify>,
    turned: mpsc::Receiver<()>,
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
        let turn = Arc::new(Notify::new());
        let (report, turned) = mpsc::sync_channel(1);
        let asked = Arc::clone(&turn);
        let folder = folder.to_owned();
        let thread = thread::Builder::new().name("server".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    result = S::serve(listener, &folder, USERS) => report_end(result),
                    _ = stopped => {}
                    () = report_turns(&asked, &report) => {}
                }
            });
        })?;
        Ok(Self { address, runtime: handle, stop: Some(stop), turn, turned, thread: Some(thread) })
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
    /// not change. If more tasks stay alive, waits until nothing has changed for half a second.
    pub fn rest(&self, tasks: u64) {
        self.wait_for_rest(REST, tasks);
    }

    /// Waits, for a limited time, until at most `tasks` tasks are alive and neither their number nor the heap
    /// has changed for `span` and for [`TURNS`] turns of the server. Returns the number of tasks.
    fn wait_for_rest(&self, span: Duration, tasks: u64) -> u64 {
        let state = || {
            let counts = HeapCounts::now();
            (self.tasks(), counts.live_blocks(), counts.live_bytes())
        };
        let deadline = Instant::now() + UNREST_TIMEOUT;
        let (mut last, mut since, mut turns) = (state(), Instant::now(), 0);
        loop {
            if turns == 0 {
                self.wait_for_disk();
            }
            self.wait_for_turn();
            thread::sleep(span / TURNS);
            let now = state();
            if now == last {
                turns += 1;
            } else {
                (last, since, turns) = (now, Instant::now(), 0);
            }
            let wanted = if last.0 > tasks { REST_TIMEOUT } else { span };
            let is_quiet = turns >= TURNS && since.elapsed() >= wanted;
            if is_quiet || Instant::now() >= deadline {
                return last.0;
            }
        }
    }

    /// Waits until the server has handled every event that has happened so far.
    fn wait_for_turn(&self) {
        while self.turned.try_recv().is_ok() {}
        self.turn.notify_one();
        // It fails if the server has ended, which the next request shows.
        let _ = self.turned.recv_timeout(DEADLINE);
    }

    /// Waits, for a limited time, until the file operations that have been requested so far are done.
    fn wait_for_disk(&self) {
        let (done, waited) = mpsc::channel();
        drop(self.runtime.spawn_blocking(move || done.send(())));
        // It fails while the disk is slow.
        let _ = waited.recv_timeout(REST_TIMEOUT);
    }
}

/// Reports a turn whenever it is asked to. `yield_now` returns after the runtime has looked for events.
async fn report_turns(asked: &Notify, report: &mpsc::SyncSender<()>) {
    loop {
        asked.notified().await;
        for _ in 0..2 {
            tokio::task::yield_now().await;
        }
        // If the last report has not been read yet, it serves as this one.
        let _ = report.try_send(());
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

#[cfg(test)]
mod tests {
    use std::net::TcpStream;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static ACCEPTED: AtomicUsize = AtomicUsize::new(0);

    /// A server that gets no processor for a while after each connection.
    struct Starved;

    impl ApiServer for Starved {
        async fn serve(listener: TcpListener, _: &Path, _: &[&str]) -> io::Result<()> {
            loop {
                listener.accept().await?;
                thread::sleep(5 * REST);
                ACCEPTED.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a_server_that_could_not_run_meanwhile_is_not_at_rest() {
        let server = Running::start::<Starved>(Path::new(".")).unwrap();
        let tasks = server.tasks_at_rest();
        let clients = [(); 3].map(|()| TcpStream::connect(server.address).unwrap());
        server.rest(tasks);
        assert_eq!(ACCEPTED.load(Ordering::Relaxed), clients.len());
    }
}
