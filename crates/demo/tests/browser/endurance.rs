//! A long run of the page: it stays smooth, and neither it nor its server grows.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fantoccini::key::Key;

use super::page::Page;
use super::processes::Demo;
use super::{PATTERN, block_on, driver};

/// Half an hour of load; `LEAK_LAB_MINUTES` sets another time.
#[test]
#[ignore = "takes half an hour"]
fn half_an_hour_stays_smooth_and_bounded() {
    let Some(driver) = driver() else { return };
    let minutes = std::env::var("LEAK_LAB_MINUTES").map_or(30, |text| text.parse().unwrap());
    let temporary = tempfile::tempdir().unwrap();
    let demo = Demo::start(&[PATTERN], temporary.path());
    block_on(async {
        let page = Page::open(&driver, &demo).await;
        page.until("the load", "leakLab.page.last").await;
        page.press_key(Key::End).await;
        page.run("leakLab.page.silence = 0").await;
        let heap = "return performance.memory.usedJSHeapSize";
        let (mut heaps, mut residents) = (Vec::new(), Vec::new());
        for minute in 0..minutes {
            tokio::time::sleep(Duration::from_secs(60)).await;
            heaps.push(page.run(heap).await.as_u64().unwrap());
            residents.extend(demo.resident_bytes());
            println!(
                "minute {minute}: the page holds {} bytes, its server takes {}",
                heaps.last().unwrap_or(&0),
                residents.last().unwrap_or(&0)
            );
        }
        let held = page.run("return leakLab.charts.history.length").await.as_u64().unwrap();
        assert!(held <= 2000, "the page keeps {held} readings");
        assert_eq!(page.run("return leakLab.page.lost").await, 0, "a connection was dropped");
        let silence = page.run("return leakLab.page.silence").await.as_f64().unwrap();
        println!("the longest silence: {silence} ms");
        assert!(silence < 5000.0, "the page stood still for {silence} ms");
        assert!(heaps.iter().all(|heap| *heap < 100_000_000), "{heaps:?}");
        assert!(residents.iter().all(|resident| *resident < 50_000_000), "{residents:?}");
        page.close().await;
    });
    let kept: u64 = streams(temporary.path());
    assert!(kept < 10_000_000, "{kept} bytes of events are on the disk");
    assert_eq!(demo.interrupt(), Some(130));
}

/// The bytes of all event streams below `folder`.
fn streams(folder: &Path) -> u64 {
    let all = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("events"));
    all.filter_map(|file| fs::metadata(file).ok()).map(|metadata| metadata.len()).sum()
}
