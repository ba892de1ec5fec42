//! The example `service` under load, built for release. Those of two minutes are left out of `cargo test`:
//!
//! ```sh
//! cargo test --package leak-meter --features service --test service -- --ignored
//! ```
#![cfg(target_os = "linux")]
#![allow(clippy::print_stdout)] // The reports in the documentation come from here.

mod client;
mod limit;
mod load;
mod process;
mod prometheus;
mod survives;

use std::time::Duration;

use leak_meter::{Verdict, WatchReport};

use client::ask;
use process::Service;

const TWO_MINUTES: Duration = Duration::from_secs(120);

/// The report after two minutes of load, as JSON and as text.
async fn after_two_minutes(arguments: &[&str]) -> (WatchReport, String) {
    let service = Service::start(&[&["--interval", "1000"], arguments].concat());
    let load = tokio::spawn(load::run(service.address, TWO_MINUTES));
    let answered = load.await.expect("the load does not panic").expect("every request is answered");
    assert!(answered > 50_000, "the load reached only {answered} requests");
    let json = ask(service.address, "GET", "/debug/leaks?format=json").await.unwrap();
    let text = ask(service.address, "GET", "/debug/leaks").await.unwrap().text();
    println!("{text}"); // Shown with --nocapture.
    (serde_json::from_slice(&json.body).expect("a report"), text)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes: run with --ignored"]
async fn a_leak_of_one_request_in_a_hundred_is_named_with_its_holder() {
    let (report, text) = after_two_minutes(&["--leak"]).await;
    let growing: Vec<&str> = report.growing().map(|line| line.site.function.as_str()).collect();
    let [function] = growing[..] else { panic!("{growing:?}\n{text}") };
    assert!(function.ends_with("Audit::note"), "{text}");
    assert_eq!(report.verdict, Verdict::Growing, "{text}");
    let line = report.growing().next().unwrap();
    let rate = line.site.blocks_per_operation.unwrap();
    assert!((0.009..0.011).contains(&rate), "{rate}: {text}");
    let findings = &report.holders.as_ref().expect("holders were looked for").findings;
    let holder = findings[0].place().expect("the holder is a block");
    assert!(holder.function.contains("Audit") && holder.what.contains("hash table"), "{text}");
    assert!(text.contains("per 1,000 requests"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes two minutes: run with --ignored"]
async fn without_the_leak_nothing_is_growing() {
    let (report, text) = after_two_minutes(&[]).await;
    assert_eq!(report.no_verdict, None, "{text}");
    assert_eq!(report.growing().count(), 0, "{text}");
    let growing = report.growth.iter().filter(|growth| growth.verdict == Verdict::Growing);
    assert_eq!(growing.count(), 0, "{text}");
    assert_ne!(report.verdict, Verdict::Growing, "{text}");
}

#[tokio::test]
async fn call_sites_are_switched_off_and_on_while_it_runs() {
    let service = Service::start(&["--interval", "10"]);
    let text = async || ask(service.address, "GET", "/debug/leaks").await.unwrap().text();
    let off = ask(service.address, "PUT", "/debug/call-sites/off").await.unwrap();
    assert_eq!(off.status, 204);
    assert!(text().await.contains("the search for call sites is off"));
    // A profile does not switch it on again.
    assert_eq!(ask(service.address, "GET", "/debug/heap").await.unwrap().status, 200);
    assert!(text().await.contains("the search for call sites is off"));
    let on = ask(service.address, "PUT", "/debug/call-sites/on").await.unwrap();
    assert_eq!(on.status, 204, "{}", on.text());
    assert!(!text().await.contains("the search for call sites is off"));
}
