//! The figures and words of the page for given readings. No process is measured.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};

use demo::hub::Hub;
use demo::message::{Cap, Command, Curve, Frame, Load, Reading, Shown, State, Status};
use demo::request::Request;
use demo::server;
use demo::story::Story;
use exercise_harness::plan::{DiffLine, FileDiff, Role, Sign};
use fantoccini::key::Key;
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
    show_and_listen(driver, hub, versions, rate, step).await.0
}

/// The same, and the requests of the page.
async fn show_and_listen(
    driver: &Driver,
    hub: &Arc<Hub>,
    versions: &[Role],
    rate: f64,
    step: usize,
) -> (Page, Receiver<Request>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    tokio::spawn(server::serve(listener, Arc::clone(hub), sender));
    hub.begin(Some(shown(versions)), status(step), String::new());
    for at in 1..100 {
        hub.frame(frame(f64::from(at), versions, rate));
    }
    let page = Page::at(driver, &address, &[]).await;
    page.size(1280, 720).await;
    page.until("the readings", "window.leakLab?.page.last").await;
    (page, requests)
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

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_name_of_a_file_is_never_broken() {
    let Some(driver) = driver() else { return };
    // The names of files that extend over two rows.
    let broken = "
        const broken = [], story = document.querySelector('#story');
        for (const row of story.querySelectorAll('p')) {
          const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), places = [];
          while (texts.nextNode()) [...texts.currentNode.data].forEach((_, at) => places.push([texts.currentNode, at]));
          for (const name of row.textContent.matchAll(/\\(?\\w+\\.rs(:\\d+)?/g)) {
            const range = document.createRange();
            range.setStart(...places[name.index]);
            const [node, last] = places[name.index + name[0].length - 1];
            range.setEnd(node, last + 1);
            if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(name[0]);
          }
        }
        return [broken, story.querySelectorAll('p').length]";
    block_on(async {
        let hub = Arc::new(Hub::new());
        let page = show(&driver, &hub, &BOTH, 500.0, 4).await;
        // One of these reaches the edge within the name, whatever the width.
        let rows = (0..40).map(|more| format!("held by {} (query.rs:15)", "m".repeat(20 + more)));
        let holder = Some(rows.collect::<Vec<_>>().join("\n"));
        let revealed = Story { holder, ..Story::default() };
        hub.status(Status { step: 4, steps: 7, revealed, ..Status::default() });
        page.until("the holder", "document.querySelectorAll('.holder p').length === 40").await;
        for (width, height) in [(1280, 720), (1920, 1080), (800, 600)] {
            page.size(width, height).await;
            let found = page.run(broken).await;
            assert_eq!(found[0], json!([]), "at {width} by {height}");
            assert!(found[1].as_u64() >= Some(40), "{found}");
        }
        page.close().await;
    });
}

/// A fix of two places and many lines, the second of them out of sight unless the first is near the top.
fn long_fix() -> Status {
    let line = |sign, text: &str| DiffLine { sign, parts: vec![(false, text.to_owned())] };
    let same = |text| line(Sign::Same, text);
    let mut first = vec![same("#[derive(Debug)]"), same("pub struct Pages {")];
    first.extend((0..3).map(|_| line(Sign::Old, "    shelves: Mutex<HashMap<UserId, Shelf>>,")));
    first.extend((0..3).map(|_| line(Sign::New, "    pages: Cache<TaskQuery, Arc<str>>,")));
    first.extend([same("}"), same("")]);
    let mut second = vec![same(""), same("    pub fn new(config: CacheConfig) -> Self {")];
    second.extend((0..3).map(|_| line(Sign::Old, "        let shelves = HashMap::new();")));
    second.push(line(Sign::New, "        let pages = Cache::builder().max_capacity(10).build();"));
    second.extend((0..40).map(|_| line(Sign::New, "        pages.run_pending_tasks();")));
    second.push(line(Sign::New, "        the_end(pages);"));
    let diff = vec![FileDiff { file: "src/cache.rs".to_owned(), hunks: vec![first, second] }];
    let summary = "<p>Task lists are answered from a cache with a time to live</p>".to_owned();
    let revealed = Story { pattern: "a-pattern".to_owned(), summary, diff, ..Story::default() };
    Status { step: 5, steps: 7, revealed, ..Status::default() }
}

/// Whether a row of the story that contains `text` is completely visible.
fn is_visible(text: &str) -> String {
    format!(
        "(() => {{
           const row = [...document.querySelectorAll('#story :is(span, p)')].find((one) => one.textContent.includes('{text}'));
           const [box, all] = [row, document.querySelector('#story')].map((one) => one.getBoundingClientRect());
           return box.top >= all.top - 1 && box.bottom <= all.bottom + 1;
         }})()"
    )
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_long_fix_begins_at_its_first_change_below_its_names() {
    let Some(driver) = driver() else { return };
    block_on(async {
        let hub = Arc::new(Hub::new());
        let page = show(&driver, &hub, &BOTH, 500.0, 4).await;
        for (width, height) in [(1280, 720), (1920, 1080)] {
            page.size(width, height).await;
            hub.status(status(4));
            page.until("the step before", "leakLab.page.status.step === 4").await;
            hub.status(long_fix());
            page.until("the fix", "document.querySelector('#story pre .in')").await;
            for text in ["a-pattern", "src/cache.rs", "shelves: Mutex", "max_capacity"] {
                let is_visible = page.run(&format!("return {}", is_visible(text))).await;
                page.screenshot(&format!("fix-{width}x{height}")).await;
                assert_eq!(is_visible, true, "{text} at {width} by {height}");
            }
        }
        page.close().await;
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn a_presenters_remote_shows_the_rest_of_a_step_before_another_one() {
    let Some(driver) = driver() else { return };
    block_on(async {
        let hub = Arc::new(Hub::new());
        let (page, requests) = show_and_listen(&driver, &hub, &BOTH, 500.0, 4).await;
        hub.status(long_fix());
        page.until("the fix", "document.querySelector('#story pre .in')").await;
        let marked = "!document.querySelector('#more').hidden";
        page.until("a sign that there is more", marked).await;
        for (key, text, expected) in [
            (Key::PageDown, "the_end", Command::Forward),
            (Key::PageUp, "Task lists", Command::Back),
        ] {
            let mut presses = 0;
            while page.run(&format!("return {}", is_visible(text))).await != true {
                assert!(presses < 9, "{text} is out of reach");
                page.press_key(key).await;
                presses += 1;
            }
            assert!(presses > 0, "there is nothing to scroll");
            // The commands of the page are asynchronous.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            assert!(
                matches!(requests.try_recv(), Err(TryRecvError::Empty)),
                "{text}: another step"
            );
            if expected == Command::Forward {
                page.until("the end", "document.querySelector('#more').hidden").await;
            }
            page.press_key(key).await;
            let next = page.requested(&requests).await;
            assert!(matches!(next, Request::Follow(command) if command == expected), "{next:?}");
        }
        // The arrows go to another step at once.
        page.press_key(Key::Right).await;
        let next = page.requested(&requests).await;
        assert!(matches!(next, Request::Follow(Command::Forward)), "{next:?}");
        page.close().await;
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn the_label_of_the_cap_is_above_every_curve() {
    let Some(driver) = driver() else { return };
    // The edges of the texts of the cap and of the load, and where the cap is, from the top of the canvas.
    let labels = "
        const plot = leakLab.charts.plots[0], lower = [], upper = [], strip = [];
        const original = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
          const box = this.measureText(text);
          if (/^cap|server|scaled/.test(text)) {
            lower.push(y + box.actualBoundingBoxDescent);
            upper.push(y - box.actualBoundingBoxAscent);
          } else if (/versions$|^Shipped$/.test(text) && y < plot.bbox.top + plot.bbox.height / 4) {
            strip.push(y + box.actualBoundingBoxDescent);
          }
          return original.call(this, text, x, y, ...rest);
        };
        plot.redraw();
        return new Promise((resolve) => requestAnimationFrame(() => {
          CanvasRenderingContext2D.prototype.fillText = original;
          resolve([lower, plot.valToPos(leakLab.charts.limit('bytes'), 'y', true), Math.min(...upper), Math.max(0, ...strip)]);
        }))";
    block_on(async {
        let hub = Arc::new(Hub::new());
        let page = show(&driver, &hub, &BOTH, 500.0, 0).await;
        for (width, height) in [(1280, 720), (1920, 1080)] {
            page.size(width, height).await;
            for step in 0..7 {
                hub.status(status(step));
                page.until("the step", &format!("leakLab.page.status.step === {step}")).await;
                hub.frame(frame(200.0, &BOTH, 500.0));
                let found = page.run(labels).await;
                let lower = found[0].as_array().unwrap();
                assert!(!lower.is_empty(), "there is no label");
                assert!(
                    lower.iter().all(|edge| edge.as_f64() <= found[1].as_f64()),
                    "{width} by {height}, step {step}: a label of the cap at {found}"
                );
                assert!(
                    found[2].as_f64() >= found[3].as_f64(),
                    "{width} by {height}, step {step}: the cap is named over the load, {found}"
                );
            }
        }
        page.close().await;
    });
}

#[test]
#[ignore = "drives a browser: run with --ignored"]
fn the_time_to_the_cap_is_on_the_card_of_every_version() {
    let Some(driver) = driver() else { return };
    block_on(async {
        for (versions, expected) in [
            (&BOTH[..], "out of memory in 1:03; the server in 26 h 0 min"),
            (&THREE[..], "cap in 1:03"),
        ] {
            let hub = Arc::new(Hub::new());
            let page = show(&driver, &hub, versions, 500.0, 6).await;
            let mut growing = frame(200.0, versions, 500.0);
            growing.versions[0].seconds_left = Some(63.0);
            growing.versions[0].server_seconds_left = Some(93_600.0);
            hub.frame(growing);
            page.until("the reading", "leakLab.page.last.at === 200").await;
            assert_eq!(text(&page, ".left").await, expected);
            let level = text(&page, ".card[data-role=solution] .left").await;
            assert!(!level.contains("cap in") && !level.contains("out of"), "{level}");
            for (width, height) in [(1280, 720), (1920, 1080)] {
                page.size(width, height).await;
                page.fits(&format!("{} versions at {width}", versions.len())).await;
                page.screenshot(&format!("cards-{}-{width}", versions.len())).await;
                let rows = "const [room, left] = ['.room', '.left'].map((one) => document.querySelector(one));
                            return room.clientHeight / parseFloat(getComputedStyle(left).fontSize)";
                if versions.len() > 2 {
                    assert!(page.run(rows).await.as_f64() < Some(2.0), "it takes a row of its own");
                }
            }
            page.close().await;
        }
    });
}
