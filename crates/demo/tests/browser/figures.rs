//! The figures and words of the page for given readings. No process is measured.

use std::sync::Arc;
use std::sync::mpsc;

use demo::hub::Hub;
use demo::message::{Cap, Curve, Frame, Load, Reading, Shown, State, Status};
use demo::server;
use demo::story::Story;
use exercise_harness::plan::{DiffLine, FileDiff, Role, Sign};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::page::Page;
use super::processes::Driver;
use super::{block_on, driver};

const BOTH: [Role; 2] = [Role::Shipped, Role::Solution];
const THREE: [Role; 3] = [Role::Shipped, Role::Solution, Role::Edited];

/// The readings of an exercise whose server levels off at 506 MB.
fn frame(at: f64, versions: &[Role], rate: f64) -> Frame {
    let reading = Reading {
        state: State::Working,
        bytes: Some(304_000),
        blocks: Some(1293),
        files: Some(12),
        tasks: None,
        operations: 374,
        rate,
        growth: [Some(0.0), Some(0.0), Some(0.0), None],
        seconds_left: None,
        server_seconds_left: None,
    };
    Frame { at, load: Load::All, per_second: 500.0, versions: vec![reading; versions.len()] }
}

fn shown(versions: &[Role]) -> Shown {
    let scale = 306e6 / 270e3;
    Shown {
        number: 4,
        of: 16,
        title: "The search that kept climbing".to_owned(),
        service: "task-search".to_owned(),
        leaks: true,
        versions: versions.to_vec(),
        requests_per_second: 30.0,
        cap: Cap { bytes: 1_622_235, bytes_scale: scale, files: 200, files_scale: 343.0 },
        main: Curve::Bytes,
    }
}

/// A page at `step` that shows these versions, each of which does `rate` operations per second.
async fn show(driver: &Driver, hub: &Arc<Hub>, versions: &[Role], rate: f64, step: usize) -> Page {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(server::serve(listener, Arc::clone(hub), mpsc::channel().0));
    hub.begin(Some(shown(versions)), status(step), String::new());
    for at in 1..100 {
        hub.frame(frame(f64::from(at), versions, rate));
    }
    let page = Page::at(driver, &address, &[]).await;
    page.size(1280, 720).await;
    page.until("the readings", "window.leakLab?.page.last").await;
    page
}

fn status(step: usize) -> Status {
    let line = |text: &str| DiffLine { sign: Sign::New, parts: vec![(false, text.to_owned())] };
    let lines = [
        "        self.subscribers.lock().unwrap().entry(channel.to_owned()).or_default().push(Rc::downgrade(&handler));",
        "    pub fn subscribe<Handler>(&mut self, channel:&Channel, handler:Weak<RefCell<dyn FnMut(&Message)->Result<(),Closed>>>)",
    ];
    let diff = vec![FileDiff {
        file: "src/channels/subscriptions/subscribers.rs".to_owned(),
        hunks: vec![lines.map(line).to_vec()],
    }];
    let revealed = Story { pattern: "a-pattern".to_owned(), diff, ..Story::default() };
    Status { step, steps: 7, revealed, ..Status::default() }
}

async fn text(page: &Page, css: &str) -> String {
    let text = page.run(&format!("return document.querySelector('{css}').innerText")).await;
    text.as_str().unwrap().to_owned()
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn the_header_shows_the_delivered_load() {
    let Some(driver) = driver() else { return };
    block_on(async {
        let hub = Arc::new(Hub::new());
        let page = show(&driver, &hub, &BOTH, 310.2, 6).await;
        assert_eq!(text(&page, "#load").await, "310 of 500 operations/s");
        hub.frame(frame(100.0, &BOTH, 497.0));
        page.until("the reading", "leakLab.page.last.at === 100").await;
        assert_eq!(text(&page, "#load").await, "500 operations/s to both versions");
        page.close().await;
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn the_words_fit_the_number_of_versions() {
    let Some(driver) = driver() else { return };
    block_on(async {
        for (versions, step, load) in [
            (&BOTH[..], "Both versions", "both versions"),
            (&THREE[..], "All versions", "each version"),
        ] {
            let page = show(&driver, &Arc::new(Hub::new()), versions, 500.0, 6).await;
            assert_eq!(text(&page, "#step").await, format!("Step 7 of 7: {step}"));
            assert_eq!(text(&page, "#load").await, format!("500 operations/s to {load}"));
            page.close().await;
        }
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_card_shows_the_memory_of_the_server_in_the_bug_report() {
    let Some(driver) = driver() else { return };
    block_on(async {
        let page = show(&driver, &Arc::new(Hub::new()), &BOTH, 500.0, 6).await;
        assert_eq!(text(&page, ".left").await, "the server would be at 506 MB");
        assert_eq!(text(&page, ".share").await, "19 % of the cap");
        page.close().await;
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_key_for_a_resource_that_the_exercise_lacks_is_refused() {
    let Some(driver) = driver() else { return };
    block_on(async {
        let page = show(&driver, &Arc::new(Hub::new()), &BOTH, 500.0, 6).await;
        page.press("4").await;
        let refused =
            "This exercise has no tasks to show. Press 1 for memory, 2 for blocks or 3 for files.";
        assert_eq!(text(&page, "#note").await, refused);
        assert_eq!(text(&page, ".large figcaption").await, "Live memory");
        page.press("3").await;
        assert_eq!(text(&page, ".large figcaption").await, "Open files");
        page.close().await;
    });
}

/// Draws the charts again and returns the texts that do not fit on the canvas, and all texts.
const DRAWN: &str = "
    const drawn = [], original = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
      const size = this.measureText(text), at = this.getTransform().transformPoint({ x, y });
      const out = at.x - size.actualBoundingBoxLeft < 0 || at.x + size.actualBoundingBoxRight > this.canvas.width;
      drawn.push([out, text]);
      return original.call(this, text, x, y, ...rest);
    };
    leakLab.charts.build();
    return new Promise((resolve) => requestAnimationFrame(() => {
      CanvasRenderingContext2D.prototype.fillText = original;
      resolve([drawn.filter(([out]) => out).map(([, text]) => text), drawn.map(([, text]) => text)]);
    }))";

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn no_label_of_a_chart_is_cut() {
    let Some(driver) = driver() else { return };
    block_on(async {
        for versions in [&BOTH[..], &THREE[..]] {
            let hub = Arc::new(Hub::new());
            let page = show(&driver, &hub, versions, 500.0, 0).await;
            for (width, height) in [(1280, 720), (1920, 1080)] {
                page.size(width, height).await;
                for step in 0..7 {
                    hub.status(status(step));
                    page.until("the step", &format!("leakLab.page.status.step === {step}")).await;
                    let drawn = page.run(DRAWN).await;
                    assert_eq!(drawn[0], json!([]), "cut at {width}, step {step}: {drawn}");
                    let cap = |part: &str| {
                        let texts = drawn[1].as_array().unwrap();
                        texts.iter().filter_map(Value::as_str).any(|text| text.contains(part))
                    };
                    assert!(cap("cap 1.62 MB"), "{drawn}");
                    if matches!(step, 1 | 2 | 6) {
                        assert!(cap("the server at 2 GB"), "{width}, step {step}: {drawn}");
                        assert!(cap("scaled down 1,133 times"), "{width}, step {step}: {drawn}");
                    }
                }
            }
            page.close().await;
        }
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_long_line_of_code_is_broken_between_its_tokens() {
    let Some(driver) = driver() else { return };
    // The words of the diff that extend over two rows.
    let broken = "
        const broken = [];
        const nodes = document.createTreeWalker(document.querySelector('#story'), NodeFilter.SHOW_TEXT);
        while (nodes.nextNode()) {
          for (const word of nodes.currentNode.data.matchAll(/\\w+/g)) {
            const range = document.createRange();
            range.setStart(nodes.currentNode, word.index);
            range.setEnd(nodes.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(word[0]);
          }
        }
        return broken";
    block_on(async {
        let page = show(&driver, &Arc::new(Hub::new()), &BOTH, 500.0, 5).await;
        for (width, height) in [(1280, 720), (1920, 1080), (800, 600)] {
            page.size(width, height).await;
            assert_eq!(page.run(broken).await, json!([]), "at {width} by {height}");
            let wraps = "const [row] = document.querySelectorAll('#story pre span');
                         return row.getBoundingClientRect().height > 2 * parseFloat(getComputedStyle(row).fontSize)";
            assert_eq!(page.run(wraps).await, true, "the line is too short for this test");
        }
        page.screenshot("code").await;
        page.close().await;
    });
}
