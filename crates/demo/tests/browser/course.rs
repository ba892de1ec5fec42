//! Every exercise on the page in turn, as a facilitator shows them.

use std::time::Duration;

use fantoccini::key::Key;
use serde_json::Value;

use crate::page::Page;
use crate::processes::Demo;

/// How often the load is doubled, which is the maximum.
const DOUBLED: usize = 5;

#[test]
#[ignore = "shows every exercise, which takes about ten minutes"]
fn every_exercise_can_be_shown() {
    let Some(driver) = crate::driver() else { return };
    let temporary = tempfile::tempdir().unwrap();
    let demo = Demo::start(&[], temporary.path());
    super::block_on(async {
        let page = Page::open(&driver, &demo).await;
        page.size(1280, 720).await;
        let of = page.until("the first", "leakLab.page.shown?.of").await;
        for number in 1..=of.as_u64().unwrap() {
            page.until("its turn", &format!("leakLab.page.shown.number === {number}")).await;
            page.until(
                "the load",
                "leakLab.page.last?.versions.every((one) => one.operations > 5)",
            )
            .await;
            let leaks = page.run("return leakLab.page.shown.leaks").await == true;
            let name = the_story_fits_the_kind(&page, leaks).await;
            println!("{name}: story shown");
            let growth = growth_under_load(&page, leaks).await;
            the_load_moves_and_pauses(&page).await;
            if leaks {
                it_is_killed_and_restarts(&page, growth).await;
            } else {
                it_levels_off(&page, growth).await;
            }
            assert_eq!(page.run("return leakLab.page.status.trouble").await, Value::Null, "{name}");
            println!("{name}: grows by {growth} per operation");
            page.screenshot(&format!("course-{number}-end")).await;
            page.press("N").await;
        }
        page.close().await;
    });
    assert_eq!(demo.interrupt(), Some(130));
}

/// Walks through every step and returns the pattern's name, which must not be on the page before the fix.
async fn the_story_fits_the_kind(page: &Page, leaks: bool) -> String {
    let mut before = Vec::new();
    for step in 0..7 {
        if step > 0 {
            page.press_key(Key::Right).await;
        }
        page.until("the step", &format!("document.body.dataset.step === '{step}'")).await;
        let text = page.run("return document.querySelector('#story').innerText").await;
        let text = text.as_str().unwrap();
        let count = |css: &'static str| async move {
            page.run(&format!("return document.querySelectorAll('#story {css}').length")).await
        };
        match (step, leaks) {
            (0, _) => assert_ne!(count("table, li").await, 0, "no bug report: {text}"),
            (2, _) => assert!(text.contains("Who holds it?"), "{text}"),
            (3, true) => assert_eq!(count(".grows").await, 1, "no growing line: {text}"),
            (4, true) => assert_eq!(count(".holder").await, 1, "no holder: {text}"),
            (5, true) => assert_ne!(count(".in").await, 0, "no fix: {text}"),
            (3 | 4, false) => {
                assert!(text.contains("No line grows indefinitely"), "{text}");
                assert!(text.contains("it does not rise again"), "no level: {text}");
                assert!(!text.contains("Held by"), "{text}");
            }
            (5, false) => {
                assert!(text.contains("The solution changes nothing"), "{text}");
                assert_ne!(count("li").await, 0, "nothing on why it is fine: {text}");
            }
            _ => {}
        }
        page.fits(&format!("step {step}")).await;
        let number = page.run("return leakLab.page.shown.number").await;
        page.screenshot(&format!("course-{number}-{step}")).await;
        if step < 5 {
            before.push(page.source().await);
        }
    }
    let name = page.run("return document.querySelector('#story .pattern').innerText").await;
    let name = name.as_str().unwrap().to_owned();
    for (step, source) in before.iter().enumerate() {
        // A service may have the same name as its pattern.
        let source = source.replace(&format!(r#""service":"{name}""#), "");
        let names = [name.clone(), format!("{}_exercise", name.replace('-', "_"))];
        assert!(
            names.iter().all(|name| !source.contains(name)),
            "{name} is revealed at step {step}"
        );
    }
    name
}

/// The exercise's growth per operation, in the resource of its large curve.
async fn growth_under_load(page: &Page, leaks: bool) -> f64 {
    let growth = |version: usize| {
        format!(
            "leakLab.page.last.versions[{version}]\
             .growth[['bytes', 'blocks', 'files', 'tasks'].indexOf(leakLab.page.shown.main)]"
        )
    };
    let [of_exercise, of_solution] = [0, 1].map(growth);
    page.until(
        "the growth of both",
        &format!("{of_exercise} > 0 && {of_solution} !== null && leakLab.page.last.at > 12"),
    )
    .await;
    let both = page.run(&format!("return [{of_exercise}, {of_solution}]")).await;
    let [exercise, solution] = [0, 1].map(|at| both[at].as_f64().unwrap());
    if leaks {
        assert!(
            solution.abs() < exercise / 10.0,
            "the exercise grows by {exercise}, the solution by {solution}"
        );
    } else {
        assert!((solution - exercise).abs() <= exercise / 5.0, "they differ: {both}");
    }
    exercise
}

async fn the_load_moves_and_pauses(page: &Page) {
    page.press("s").await;
    page.until(
        "only the solution works",
        "leakLab.page.last.load === 'solution' && leakLab.page.last.versions[0].state === 'idle'",
    )
    .await;
    page.press("s").await;
    page.until("back", "leakLab.page.last.load === 'exercise'").await;
    page.press("c").await;
    page.until("in step", "leakLab.page.last.load === 'all'").await;
    page.press(" ").await;
    page.until("it is paused", "leakLab.page.status.paused").await;
    let at = page.run("return leakLab.page.last.at").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(
        page.run("return leakLab.page.last.at").await,
        at,
        "it continues while it is paused"
    );
    page.press(" ").await;
    page.press("R").await;
    page.until("a restart", "leakLab.page.note?.what === 'restarted'").await;
    page.until("new processes", "leakLab.page.last.versions.every((one) => one.operations > 0)")
        .await;
}

async fn it_is_killed_and_restarts(page: &Page, growth: f64) {
    assert!(growth > 0.0);
    for _ in 0..DOUBLED {
        page.press("+").await;
    }
    page.until("it is killed", "leakLab.charts.notes.some((one) => one.what === 'killed')").await;
    let killed = "leakLab.charts.notes.find((one) => one.what === 'killed')";
    let note = page.run(&format!("return {killed}")).await;
    assert_eq!(note["version"], "exercise", "{note}");
    let of_files = page.run("return leakLab.page.shown.main === 'files'").await == true;
    let limit = if of_files { " open files after " } else { "B after " };
    assert!(note["text"].as_str().unwrap().contains(limit), "{note}");
    for _ in 0..DOUBLED {
        page.press("-").await;
    }
    page.until(
        "it works and grows again",
        &format!(
            "leakLab.page.last.at > {killed}.at + 2 \
             && leakLab.page.last.versions[0].state === 'working' \
             && leakLab.page.last.versions[0].operations > 5"
        ),
    )
    .await;
}

async fn it_levels_off(page: &Page, growth: f64) {
    for _ in 0..DOUBLED {
        page.press("+").await;
    }
    page.until(
        "both are level",
        &format!(
            "leakLab.page.last.versions.every((one) => one.growth[0] !== null \
             && Math.abs(one.growth[0]) < {growth} / 20 && one.seconds_left === null)"
        ),
    )
    .await;
    let killed = "return leakLab.charts.notes.filter((one) => one.what === 'killed').length";
    assert_eq!(page.run(killed).await, 0, "a level process was killed");
}
