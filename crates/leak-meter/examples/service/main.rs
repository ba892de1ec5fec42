//! A service that watches its own heap while it runs. Start it with a leak:
//!
//! ```sh
//! cargo run --release --package leak-meter --features service --example service -- --leak
//! ```
//!
//! It prints its address, on the loopback interface. Send it requests (`PUT`, `GET` and `DELETE /documents/7`; the
//! example `service_load` does this), and query these routes:
//!
//! - `GET /debug/leaks` (`?format=json`): the verdict so far, line by line, with what holds the memory
//! - `GET /debug/heap`: the live heap for `go tool pprof`; `/debug/flamegraph`: as a picture
//! - `POST /debug/snapshots/NAME`: writes the live heap to a file for the command `leak-meter`
//! - `PUT /debug/call-sites/on` or `off`; `PUT /debug/leak/on` or `off`
//! - `GET /metrics`: the figures for Prometheus
//!
//! It stops on Ctrl-C or, on Unix, SIGTERM, after it has answered the current requests. Options: `--leak`,
//! `--port NUMBER`, `--snapshots FOLDER`, `--interval MILLISECONDS` between two readings.
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

mod debug;
mod limit;
mod shop;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{env, io, process};

use debug::Debug;
use leak_meter::{Allocator, Watch};
use metrics_exporter_prometheus::PrometheusBuilder;
use shop::Shop;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

#[global_allocator]
static METER: Allocator = Allocator::system();

struct Options {
    leaks: bool,
    port: u16,
    snapshots: PathBuf,
    interval: Duration,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = options(env::args().skip(1))?;
    let shop = Arc::new(Shop::default());
    shop.set_leak(options.leaks);

    let work = Arc::clone(&shop);
    let runtime = Handle::current().metrics();
    let watch = Watch::new()
        .work("request", move || work.requests())
        .tasks(move || runtime.num_alive_tasks() as u64);
    let watch = Arc::new(watch);
    let readings = watch.read_every(options.interval)?;

    let prometheus = PrometheusBuilder::new().install_recorder()?;
    let debug = Debug::new(Arc::clone(&shop), watch, prometheus, options.snapshots);
    let routes = shop::routes().with_state(shop).merge(debug::routes(Arc::new(debug)));
    let ends = ends()?;
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    // From here on, a reader of this line may also end the service.
    println!("process {} listens on http://{}", process::id(), listener.local_addr()?);
    axum::serve(listener, routes).with_graceful_shutdown(ends).await?;
    drop(readings);
    Ok(())
}

/// A future that completes when the service is asked to end. From now on, signals no longer end the process.
#[cfg(unix)]
fn ends() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// A future that completes when the service is asked to end. From now on, signals no longer end the process.
#[cfg(windows)]
fn ends() -> io::Result<impl Future<Output = ()>> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, Box<dyn Error>> {
    let mut options = Options {
        leaks: false,
        port: 0,
        snapshots: env::temp_dir(),
        interval: Duration::from_secs(10),
    };
    while let Some(option) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{option} needs a value"));
        match option.as_str() {
            "--leak" => options.leaks = true,
            "--port" => options.port = value()?.parse()?,
            "--snapshots" => options.snapshots = value()?.into(),
            "--interval" => options.interval = Duration::from_millis(value()?.parse()?),
            _ => return Err(format!("there is no option {option}").into()),
        }
    }
    Ok(options)
}
