//! The metrics of the service, as text and through a real Prometheus server.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::ask;
use crate::load;
use crate::process::Service;

#[tokio::test]
async fn metrics_show_the_resources() {
    let service = Service::start(&["--interval", "10"]);
    let deadline = Instant::now() + Duration::from_secs(30);
    let text = loop {
        // A reading is taken only after more work.
        assert_eq!(ask(service.address, "PUT", "/documents/1").await.unwrap().status, 201);
        let text = ask(service.address, "GET", "/metrics").await.unwrap().text();
        // A connection's task is among the tasks only if a reading is taken while it is open.
        if text.contains("leak_meter_live_bytes ") && !text.contains("leak_meter_tasks 0") {
            break text;
        }
        assert!(Instant::now() < deadline, "{text}");
    };
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert!(value("leak_meter_live_bytes") > 10_000.0);
    assert!(value("leak_meter_resident_bytes") > value("leak_meter_live_bytes"));
    for name in ["live_blocks", "open_files", "threads", "tasks"] {
        assert!(value(&format!("leak_meter_{name}")) > 0.0, "{name}");
    }
    assert_eq!(value("leak_meter_growing_lines"), 0.0);
}

/// A Prometheus server, which is killed when this is dropped.
struct Prometheus {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

impl Prometheus {
    fn start(service: SocketAddr) -> Self {
        let folder = TempDir::new().unwrap();
        let scraped = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: service\n    static_configs:\n      - \
             targets: ['{service}']\n"
        );
        let file = folder.path().join("prometheus.yml");
        fs::write(&file, scraped).unwrap();
        // The server takes no port of the system's choice, so one is chosen here and released.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus is installed: bash .ci/prometheus installs it");
        Self { child, address, _folder: folder }
    }

    /// The values of a query, by the function in their labels.
    async fn query(&self, query: &str) -> Vec<(String, f64)> {
        let Ok(answer) = ask(self.address, "GET", &format!("/api/v1/query?query={query}")).await
        else {
            return Vec::new();
        };
        let Ok(json) = serde_json::from_slice::<Value>(&answer.body) else { return Vec::new() };
        let results = json["data"]["result"].as_array().cloned().unwrap_or_default();
        let value = |result: &Value| {
            let value = result["value"][1].as_str().and_then(|value| value.parse().ok());
            (
                result["metric"]["function"].as_str().unwrap_or_default().to_owned(),
                value.unwrap_or(f64::NAN),
            )
        };
        results.iter().map(value).collect()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs prometheus: bash .ci/prometheus"]
async fn a_prometheus_server_shows_the_growth() {
    let service = Service::start(&["--interval", "500", "--leak"]);
    let prometheus = Prometheus::start(service.address);
    let load = tokio::spawn(load::run(service.address, Duration::from_secs(120)));
    let mut growing = Vec::new();
    while !load.is_finished() {
        growing = prometheus.query("leak_meter_growth_bytes_per_hour%3E0").await;
        if !growing.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let [(function, bytes)] = &growing[..] else { panic!("one line grows: {growing:?}") };
    assert_eq!(function, "Audit::note");
    // 16 requests a second, each hundredth of 1,600, keep a text and its share of the table.
    assert!(*bytes > 500_000.0, "{bytes}");
    for query in queries_of_the_dashboard() {
        let values = prometheus.query(&query).await;
        assert!(!values.is_empty(), "{query} of the dashboard has no result");
    }
    let live = prometheus.query("leak_meter_live_bytes").await;
    assert!(live.first().is_some_and(|(_, bytes)| *bytes > 100_000.0), "{live:?}");
    load.abort();
}

/// The queries of the dashboard for Grafana.
fn queries_of_the_dashboard() -> Vec<String> {
    let text = include_str!("../../examples/service/monitoring/dashboard.json");
    let dashboard: Value = serde_json::from_str(text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets"));
    let queries = targets.map(|target| target["expr"].as_str().expect("a query"));
    queries.map(|query| query.replace(' ', "").replace('>', "%3E")).collect()
}
