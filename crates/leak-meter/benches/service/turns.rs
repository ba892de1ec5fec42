//! Loads the services in turns, and compares what they have done.

use std::env;
use std::fmt;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::client::Client;
use crate::process::{Service, program};

const TURNS: usize = 1200;
const TURN: Duration = Duration::from_millis(100);
const CONNECTIONS: u64 = 8;

/// What a service has done in one turn.
#[derive(Clone, Copy)]
struct Done {
    requests: f64,
    /// The processor time for each request, in seconds.
    time: f64,
}

/// A median with its 95 % interval.
struct Estimate {
    low: f64,
    median: f64,
    high: f64,
}

#[tokio::main(flavor = "current_thread")]
pub async fn measure() {
    let turns = env::args().find_map(|argument| argument.parse().ok()).unwrap_or(TURNS);
    let unmetered = Service::started_by(&mut Command::new(program("service_unmetered")));
    let metered = |attribution: &str| {
        let mut command = Command::new(program("service"));
        Service::started_by(
            command.args(["--interval", "1000"]).env("LEAK_METER_ATTRIBUTION", attribution),
        )
    };
    let services = [unmetered, metered("off"), metered("on")];
    let mut done = [const { Vec::new() }; 3];
    // The first turn warms up.
    for turn in 0..=turns {
        for place in 0..services.len() {
            // Each service follows every other one equally often.
            let place = if turn % 2 == 0 { place } else { services.len() - 1 - place };
            let at = (turn / 2 + place) % services.len();
            let done_now = load(&services[at]).await;
            if turn > 0 {
                done[at].push(done_now);
            }
        }
    }
    let names = ["without the meter", "call sites off", "call sites on"];
    println!("\n{:21}{:26}processor time per request", "", "requests per second");
    for (name, service) in names.iter().zip(&done).skip(1) {
        let ratio = |of: fn(&Done) -> f64| {
            let pairs = service.iter().zip(&done[0]);
            Estimate::of(pairs.map(|(metered, plain)| 100.0 * of(metered) / of(plain)).collect())
        };
        let (requests, time) = (ratio(|done| done.requests), ratio(|done| done.time));
        println!("  {name:18} {requests:25} {time}");
    }
    let plain = |of: fn(&Done) -> f64| Estimate::of(done[0].iter().map(of).collect()).median;
    println!(
        "  {}: {:.0} requests per second, {:.1} us of processor time per request, in {turns} turns.",
        names[0],
        plain(|done| done.requests) / TURN.as_secs_f64(),
        1e6 * plain(|done| done.time),
    );
}

impl Estimate {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (count, middle) = (values.len() as f64, values.len() / 2);
        // The number of values below the median is binomial.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let ranks = (1.96 * count.sqrt() / 2.0).ceil() as usize;
        let low = values[middle.saturating_sub(ranks)];
        let high = values[(middle + ranks).min(values.len() - 1)];
        Self { low, median: values[middle], high }
    }
}

/// `97.6 % (97.3 to 97.9)`.
impl fmt::Display for Estimate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, median, high } = self;
        out.pad(&format!("{median:.1} % ({low:.1} to {high:.1})"))
    }
}

/// Loads a service for one turn.
async fn load(service: &Service) -> Done {
    let before = service.processor_time();
    let requests = send(service.address).await as f64;
    let time = service.processor_time().saturating_sub(before);
    Done { requests, time: time.as_secs_f64() / requests }
}

/// Sends requests for one turn on every connection, each as soon as the one before it is answered. Returns how many
/// were answered.
async fn send(address: SocketAddr) -> u64 {
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
