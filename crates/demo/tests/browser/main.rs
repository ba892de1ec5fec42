//! The page as a person sees it, in a headless browser with real processes behind it.
//!
//! The tests need `chromium` and `chromedriver` on the path; without them they print SKIPPED and pass.
//! They print the folder of the pictures that they take.

// The browser's driver and the page end by a signal.
#![cfg(unix)]

mod course;
mod endurance;
mod figures;
mod legible;
mod page;
mod pauses;
mod processes;
mod readme;

use std::fs;
use std::future::Future;
use std::time::Duration;

use fantoccini::key::Key;
use page::Page;
use processes::{Demo, Driver};

/// The pattern whose name must not be on the page before its step.
const PATTERN: &str = "rc-cycles";

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_facilitator_shows_a_leak_and_its_fix() {
    let Some(driver) = driver() else { return };
    let temporary = tempfile::tempdir().unwrap();
    let demo = Demo::start(&[PATTERN], temporary.path());
    block_on(show(&driver, &demo));
    println!("Pictures: {}", page::folder().display());

    assert_eq!(demo.interrupt(), Some(130));
    let left: Vec<_> = fs::read_dir(temporary.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with("leak-lab-"))
        .collect();
    assert!(left.is_empty(), "Ctrl-C left {left:?} behind");
}

fn block_on(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work);
}

/// The browser's driver; prints SKIPPED if there is none.
fn driver() -> Option<Driver> {
    let driver = Driver::start();
    if driver.is_none() {
        println!(
            "SKIPPED: no browser was found; install chromium and chromium-driver to run this test"
        );
    }
    driver
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_report_shows_every_chart_from_the_disk_without_a_network() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    let mut command = processes::xtask(&["report", PATTERN, "leaked-handles", "--reveal", "--out"]);
    assert!(command.arg(&file).status().unwrap().success());
    block_on(async {
        let page = Page::offline(&driver, &file).await;
        // How much of its chart each curve of the exercise crosses, in pixels.
        let drawn = page
            .run(
                "return [...document.querySelectorAll('polyline.exercise')].map((line) => {
                   const box = line.getBoundingClientRect();
                   return [box.width, box.height];
                 })",
            )
            .await;
        let drawn = drawn.as_array().unwrap();
        assert!(drawn.len() >= 5, "charts are missing: {drawn:?}");
        let is_wide = |size: &serde_json::Value| size[0].as_f64() > Some(150.0);
        assert!(drawn.iter().all(is_wide), "a curve is short: {drawn:?}");
        assert!(
            drawn.iter().any(|size| size[1].as_f64() > Some(100.0)),
            "no curve rises: {drawn:?}"
        );
        let text = page.text().await;
        assert!(text.contains("Thread::say") && text.contains("Growing"), "{text}");
        assert!(text.contains("date: ") && text.contains("killed for lack of memory"), "{text}");
        assert!(page.run("return performance.getEntriesByType('resource').length").await == 0);
        assert_eq!(page.run("return document.scripts.length").await, 0);
        page.screenshot("report").await;
        page.close().await;
    });
    assert!(
        fs::read_to_string(folder.path().join("report.md"))
            .unwrap()
            .contains("| verdict | Growing |")
    );
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn every_handout_is_printed_on_one_sheet() {
    let Some(driver) = driver() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("handouts.html");
    let mut command = processes::xtask(&["handout", "--out"]);
    assert!(command.arg(&file).status().unwrap().success());
    block_on(async {
        let page = Page::offline(&driver, &file).await;
        let sides = page.run("return document.querySelectorAll('section').length").await;
        assert!(sides.as_u64() >= Some(22), "{sides}");
        assert_eq!(page.printed_pages().await, sides.as_u64().unwrap());
        page.close().await;
    });
}

async fn show(driver: &Driver, demo: &Demo) {
    let page = Page::open(driver, demo).await;
    page.size(1280, 720).await;
    the_story_reveals_nothing_early(&page).await;
    both_curves_move_in_step(&page).await;
    the_swap_bends_the_curve(&page).await;
    a_process_ends_at_its_cap_and_starts_again(&page).await;
    a_second_browser_sees_the_same(driver, demo, &page).await;
    legible::keys_that_end_something_need_shift(&page).await;
    legible::everything_is_large_and_nothing_overlaps(&page).await;
    legible::charts_are_described(&page).await;
    legible::speaker_notes_follow(driver, demo).await;
    pictures(&page).await;
    page.close().await;
}

/// Walks through the steps: each reveals its part, and nothing is revealed before its step.
async fn the_story_reveals_nothing_early(page: &Page) {
    let forward = |step: usize| async move {
        page.press_key(Key::Right).await;
        page.until("the next step", &format!("document.body.dataset.step === '{step}'")).await;
    };
    page.until(
        "the load begins",
        "leakLab.page.last?.versions.every((one) => one.operations > 50)",
    )
    .await;
    let text = page.text().await;
    assert!(text.contains("killed for lack of memory"), "no bug report: {text}");
    page.screenshot("story-0-report").await;
    forward(1).await;
    forward(2).await;
    assert!(page.text().await.contains("Who holds it?"));
    forward(3).await;
    let text = page.text().await;
    assert!(text.contains("thread::Thread::say\nsrc/thread.rs:"), "no growing line: {text}");
    assert!(page.run("return document.querySelectorAll('pre .grows').length").await == 1);
    page.screenshot("story-3-line").await;
    forward(4).await;
    assert!(page.text().await.contains("Held by"));
    let source = page.source().await;
    assert!(!source.contains(PATTERN), "the pattern's name is on the page before its step");
    assert!(
        !source.contains(&PATTERN.replace('-', "_")),
        "a path on the page contains the pattern's name"
    );
    forward(5).await;
    let text = page.text().await;
    assert!(text.contains(PATTERN), "{text}");
    assert!(text.contains("source: Weak<Channel>"), "no fix: {text}");
    page.screenshot("story-5-fix").await;
    forward(6).await;
    page.press_key(Key::Left).await;
    page.until("a step back", "document.body.dataset.step === '5'").await;
    page.press_key(Key::End).await;
    page.until("all of it", "document.body.dataset.step === '6'").await;
}

async fn both_curves_move_in_step(page: &Page) {
    page.until("the load begins", "leakLab.page.last?.versions.every((one) => one.rate > 10)")
        .await;
    let slope = page.slope("exercise", 4.0).await;
    assert!(slope > 10_000.0, "the leak climbs by only {slope} bytes per second");
    let flat = page.slope("solution", 4.0).await;
    assert!(flat.abs() < slope / 20.0, "the fix climbs by {flat} bytes per second");
    let operations =
        page.run("return leakLab.page.last.versions.map((one) => one.operations)").await;
    let [leaks, fixed] = [0, 1].map(|at| operations[at].as_f64().unwrap());
    assert!(fixed > 100.0 && (leaks - fixed).abs() < leaks / 4.0, "not in step: {operations}");
    page.until("the time to the cap", "document.body.innerText.includes('out of memory in')").await;

    page.press(" ").await;
    page.until("it is paused", "leakLab.page.status.paused").await;
    let frames = "return leakLab.charts.history.length";
    let before = page.run(frames).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(page.run(frames).await, before, "a paused page has new readings");
    page.press(" ").await;
    page.until("it goes on", "!leakLab.page.status.paused").await;
}

/// The load moves to the fix and back. The leaking version's curve becomes flat within ten seconds without
/// falling, then rises again; a restart brings it down.
async fn the_swap_bends_the_curve(page: &Page) {
    let rising = page.slope("exercise", 3.0).await;
    page.press("s").await;
    page.until("the load has moved", "leakLab.page.last.load === 'solution'").await;
    let before = page.drawn("exercise").await;
    page.until_slope("exercise", Duration::from_secs(10), |slope| slope.abs() < rising / 20.0)
        .await;
    let after = page.drawn("exercise").await;
    assert!(after > before * 0.95, "the fix freed leaked memory: {before}, then {after}");
    let idle =
        "leakLab.page.last.versions[0].state === 'idle' && leakLab.page.last.versions[1].rate > 10";
    page.until("only the fix works", idle).await;
    page.until(
        "the swap in words",
        "document.querySelector('#note').innerText.includes('a swap frees nothing')",
    )
    .await;
    page.screenshot("swapped").await;

    page.press("s").await;
    page.until_slope("exercise", Duration::from_secs(10), |slope| slope > rising / 2.0).await;
    let climbed = page.drawn("exercise").await;
    page.press("R").await;
    page.until("a restart", "leakLab.page.note?.what === 'restarted'").await;
    page.until("new processes", "leakLab.page.last.versions.every((one) => one.bytes !== null)")
        .await;
    let fresh = page.drawn("exercise").await;
    assert!(fresh < climbed / 2.0, "a restart does not help: {climbed}, then {fresh}");
    page.press("c").await;
    page.until("in step again", "leakLab.page.last.load === 'all'").await;
}

async fn a_process_ends_at_its_cap_and_starts_again(page: &Page) {
    for _ in 0..4 {
        page.press("+").await;
    }
    page.until("it is killed", "leakLab.charts.notes.some((one) => one.what === 'killed')").await;
    let text =
        page.run("return leakLab.charts.notes.find((one) => one.what === 'killed').text").await;
    let text = text.as_str().unwrap();
    assert!(text.starts_with("killed at ") && text.ends_with(" at 10 requests/s"), "{text}");
    page.until(
        "it starts again",
        "leakLab.page.last.versions[0].state === 'working' && leakLab.page.last.versions[0].operations > 0",
    )
    .await;
    let fixed = page.run("return leakLab.page.last.versions[1]").await;
    assert_eq!(fixed["state"], "working", "the fix stopped: {fixed}");
    page.screenshot("killed").await;
    for _ in 0..4 {
        page.press("-").await;
    }
}

/// Another browser may watch and be closed, and a reload loses nothing.
async fn a_second_browser_sees_the_same(driver: &Driver, demo: &Demo, page: &Page) {
    let frames = "leakLab.charts.history.length";
    let before = page.run(&format!("return {frames}")).await.as_u64().unwrap();
    let other = Page::open(driver, demo).await;
    other.until("everything so far", &format!("{frames} >= {before}")).await;
    let first = "return leakLab.charts.history.first.at";
    assert_eq!(other.run(first).await, page.run(first).await);
    other.close().await;
    page.run("location.reload()").await;
    page.until("the page is back", &format!("window.leakLab && {frames} >= {before}")).await;
    page.until("it goes on", "leakLab.page.connected").await;
}

async fn pictures(page: &Page) {
    for (width, height) in [(1280, 720), (1920, 1080)] {
        page.size(width, height).await;
        for theme in ["light", "dark"] {
            if page.run("return document.documentElement.dataset.theme").await != theme {
                page.press("t").await;
            }
            page.until(
                "the theme",
                &format!("document.documentElement.dataset.theme === '{theme}'"),
            )
            .await;
            for (key, step) in [(Key::Home, "first"), (Key::End, "last")] {
                page.press_key(key).await;
                let at = if step == "first" { "0" } else { "6" };
                page.until("the step", &format!("document.body.dataset.step === '{at}'")).await;
                tokio::time::sleep(Duration::from_millis(500)).await;
                page.fits(&format!("{theme} {width} {step}")).await;
                page.screenshot(&format!("{theme}-{width}x{height}-{step}")).await;
            }
        }
    }
}
