//! Whether the page can be read from the last row, at every size, and without a mouse or a picture.

use fantoccini::key::Key;
use serde_json::json;

use crate::page::Page;
use crate::processes::{Demo, Driver};

/// Texts smaller than 20 px, and parts that overlap or are cut off at the side.
const FAULTS: &str = "
    const faults = [];
    for (const node of document.querySelectorAll('body *')) {
      const text = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
      const box = node.getBoundingClientRect();
      if (!text || !box.width) continue;
      const size = parseFloat(getComputedStyle(node).fontSize);
      if (size < 20) faults.push(`${size} px: ${node.outerHTML.slice(0, 60)}`);
      if (!node.closest('pre') && (box.right > innerWidth + 1 || box.left < -1)) faults.push(`outside: ${node.outerHTML.slice(0, 60)}`);
    }
    const parts = ['header', '#cards', '#curves', '#story', '#note', 'nav'].map((name) => [name, document.querySelector(name).getBoundingClientRect()]);
    for (const [name, a] of parts) for (const [other, b] of parts)
      if (name < other && a.width && b.width && a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        faults.push(`${name} and ${other} overlap`);
    return faults";

/// At 1280 by 720, at twice that zoom, at 1920 by 1080 and at 800 by 600.
pub async fn everything_is_large_and_nothing_overlaps(page: &Page) {
    for (width, height) in [(1280, 720), (640, 360), (1920, 1080), (800, 600)] {
        page.size(width, height).await;
        page.press_key(Key::Home).await;
        for step in 0..7 {
            page.until("the step", &format!("document.body.dataset.step === '{step}'")).await;
            let faults = page.run(FAULTS).await;
            assert_eq!(faults, json!([]), "at {width} by {height}, step {step}");
            page.screenshot(&format!("size-{width}x{height}-{step}")).await;
            if step < 6 {
                turn(page, Key::PageDown, step).await;
            }
        }
    }
    turn(page, Key::PageUp, 6).await;
    assert_eq!(page.run("return document.body.dataset.step").await, "5");
    page.press_key(Key::End).await;
    page.size(1280, 720).await;
}

/// Goes from the step `from` to the next or previous one with a presenter's remote, which shows the rest of the
/// step first.
async fn turn(page: &Page, key: Key, from: usize) {
    let state = "`${document.body.dataset.step} ${document.querySelector('#story').scrollTop}`";
    let mut now = page.run(&format!("return {state}")).await;
    while now.as_str().unwrap().starts_with(&from.to_string()) {
        page.press_key(key).await;
        now = page
            .until(
                "an effect of the remote",
                &format!("{state} !== `{}` && {state}", now.as_str().unwrap()),
            )
            .await;
    }
}

/// A key that cannot be undone does nothing without Shift, and says so.
pub async fn keys_that_end_something_need_shift(page: &Page) {
    let readings = "leakLab.charts.history.length";
    page.until("readings", &format!("{readings} > 40")).await;
    let shown = page.run("return leakLab.page.shown.number").await;
    for key in ["x", "r", "n", "p", "l"] {
        page.press(key).await;
        page.until("a hint", "document.querySelector('#note').innerText.startsWith('Hold Shift')")
            .await;
    }
    assert_eq!(page.run("return leakLab.page.shown.number").await, shown);
    assert!(page.run(&format!("return {readings}")).await.as_u64() > Some(40));
    page.press("X").await;
    page.until("cleared curves", &format!("{readings} < 30")).await;
    page.until("more readings", &format!("{readings} > 30")).await;
}

/// Every chart has a name and a text alternative, and the gauge has a value.
pub async fn charts_are_described(page: &Page) {
    page.until(
        "the description",
        "/^Live memory from .*: from .* to .*killed at /.test(document.querySelector('.large .plot').getAttribute('aria-label'))",
    )
    .await;
    let described = "return [...document.querySelectorAll('.plot')].every((one) => one.role === 'img' && one.ariaLabel)";
    assert_eq!(page.run(described).await, true);
    let gauge = page.run("return document.querySelector('[role=meter]').ariaValueText").await;
    assert!(gauge.as_str().is_some_and(|text| text.contains(" % of the cap")), "{gauge}");
    page.press("w").await;
    page.until(
        "the whole run",
        "document.querySelector('figcaption').innerText.includes('the whole run')",
    )
    .await;
    page.press("w").await;
}

/// The speaker notes are in a window of their own, and follow the page's step.
pub async fn speaker_notes_follow(driver: &Driver, demo: &Demo) {
    let notes = Page::notes(driver, demo).await;
    notes
        .until("the guide's chapter", "document.body.innerText.includes('Who owns a digest?')")
        .await;
    notes
        .until("the step", "/^Step \\d of 7/.test(document.querySelector('#now').innerText)")
        .await;
    notes.close().await;
}
