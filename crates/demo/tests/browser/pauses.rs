//! Pauses and stops on every exercise: a facilitator talks, a laptop is closed.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::page::Page;
use crate::processes::Demo;

/// The load is paused for three minutes, then every measured process is stopped for one.
#[test]
#[ignore = "takes about an hour; LEAK_LAB_SECONDS sets another time for a pause"]
fn a_pause_and_a_stop_harm_no_exercise() {
    let Some(driver) = crate::driver() else { return };
    let pause = std::env::var("LEAK_LAB_SECONDS").map_or(180, |text| text.parse().unwrap());
    let temporary = tempfile::tempdir().unwrap();
    let demo = Demo::start(&[], temporary.path());
    super::block_on(async {
        let page = Page::open(&driver, &demo).await;
        let of = page.until("the first", "leakLab.page.shown?.of").await.as_u64().unwrap();
        for number in 1..=of {
            page.until("its turn", &format!("leakLab.page.shown.number === {number}")).await;
            works_again(&page, 5).await;
            page.press(" ").await;
            page.until("it is paused", "leakLab.page.status.paused").await;
            tokio::time::sleep(Duration::from_secs(pause)).await;
            page.press(" ").await;
            page.until("it goes on", "!leakLab.page.status.paused").await;
            works_again(&page, 20).await;
            let restarts =
                "return leakLab.charts.notes.filter((one) => one.what === 'restarted').length";
            assert_eq!(page.run(restarts).await, 0, "{number}: a pause restarted a process");

            demo.signal_versions(Signal::STOP);
            page.until(
                "the stop",
                "leakLab.page.last.versions.every((one) => one.state === 'stopped')",
            )
            .await;
            tokio::time::sleep(Duration::from_secs(pause / 3)).await;
            demo.signal_versions(Signal::CONT);
            works_again(&page, 20).await;
            let told = page
                .run("return leakLab.charts.notes.map((one) => `${one.version}: ${one.text}`)")
                .await;
            println!("{number}: {told}");
            page.press("N").await;
        }
        page.close().await;
    });
    assert_eq!(demo.interrupt(), Some(130));
}

/// Waits until each version has done more operations than now, and checks that none has failed.
async fn works_again(page: &Page, more: u64) {
    page.until("readings", "leakLab.page.last?.versions.every((one) => one.bytes !== null)").await;
    page.run("window.before = leakLab.page.last.versions.map((one) => [one.operations, 0])").await;
    // An operation counts even if its process was restarted or killed at its cap in between.
    page.until(
        "more work",
        &format!(
            "leakLab.page.last.versions.every((one, at) => {{
               const seen = window.before[at];
               seen[1] += Math.max(0, one.operations - seen[0]);
               seen[0] = one.operations;
               return seen[1] >= {more} && one.state === 'working';
             }})"
        ),
    )
    .await;
    let failed =
        page.run("return leakLab.charts.notes.filter((one) => one.what === 'failed')").await;
    assert_eq!(failed, Value::Array(Vec::new()), "a process failed");
    assert_eq!(page.run("return leakLab.page.status.trouble").await, Value::Null);
}
