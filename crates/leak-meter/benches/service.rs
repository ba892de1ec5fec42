//! What the meter costs a service: its requests per second and its processor time per request, as shares of those without
//! the meter.
//!
//! ```sh
//! cargo bench --package leak-meter --features service --bench service
//! ```
//!
//! Three services run side by side, and are loaded in short turns, in changing order, so that other activity on the machine
//! affects all alike: the example `service` with call sites on, the same with call sites off, and `service_unmetered`.
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)] // This is a command of its own; the library never prints.

#[allow(dead_code)] // The tests use more of it.
#[path = "../tests/service/client.rs"]
mod client;
#[allow(dead_code)]
#[path = "../tests/service/process.rs"]
mod process;

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use client::Client;
use process::{Service, program};
use tokio::task::JoinSet;

const TURNS: usize = 600;
const TURN: Duration = Duration::from_millis(100);
const CONNECTIONS: u64 = 8;

/// What a service has done in all turns.
#[derive(Default, Clone)]
struct Done {
    /// The requests answered in each turn.
    requests: Vec<f64>,
    /// The processor time of all turns, in ticks.
    ticks: u64,
}

impl Done {
    fn time_per_request(&self) -> f64 {
        self.ticks as f64 / self.requests.iter().sum::<f64>()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let unmetered = Service::started_by(&mut Command::new(program("service_unmetered")));
    let metered = |attribution: &str| {
        let mut command = Command::new(program("service"));
        Service::started_by(
            command.args(["--interval", "1000"]).env("LEAK_METER_ATTRIBUTION", attribution),
        )
    };
    let services = [unmetered, metered("off"), metered("on")];
    let mut done = vec![Done::default(); services.len()];
    for turn in 0..=TURNS {
        for place in 0..services.len() {
            let at = (turn + place) % services.len();
            let (service, done) = (&services[at], &mut done[at]);
            let before = service.ticks();
            let requests = load(service.address).await as f64;
            // The first turn warms up.
            if turn > 0 {
                done.requests.push(requests);
                done.ticks += service.ticks() - before;
            }
        }
    }
    let names = ["without the meter", "call sites off", "call sites on"];
    println!("\n                     requests per second    processor time per request");
    for (name, service) in names.iter().zip(&done) {
        let throughput = median(ratios(&service.requests, &done[0].requests));
        let time = service.time_per_request() / done[0].time_per_request();
        println!(
            "  {name:<18} {:>6.1} %               {:>6.1} %",
            100.0 * throughput,
            100.0 * time
        );
    }
    let per_second = median(done[0].requests.clone()) / TURN.as_secs_f64();
    println!(
        "  Requests are medians over {TURNS} turns; 100 % is {per_second:.0} requests per second."
    );
}

fn ratios(values: &[f64], of: &[f64]) -> Vec<f64> {
    values.iter().zip(of).map(|(value, of)| value / of).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Sends requests for one turn on every connection, each as soon as the one before it is answered.
async fn load(address: SocketAddr) -> u64 {
    let began = Instant::now();
    let mut connections = JoinSet::new();
    for number in 0..CONNECTIONS {
        connections.spawn(async move {
            let mut client = Client::connect(address).await.expect("the service runs");
            let mut answered = 0_u64;
            while began.elapsed() < TURN {
                let path = format!("/documents/{}", number + CONNECTIONS * (answered % 100));
                let (method, body) =
                    if answered % 200 < 100 { ("PUT", "a document") } else { ("DELETE", "") };
                client.request(method, &path, body).await.expect("an answer");
                answered += 1;
            }
            answered
        });
    }
    connections.join_all().await.into_iter().sum()
}
