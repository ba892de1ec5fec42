//! The pictures of the workshop's README.

use std::fs;
use std::path::Path;

use fantoccini::key::Key;

use super::page::{self, Page};
use super::processes::{self, Demo};
use super::{PATTERN, block_on, driver};

/// Makes them from real runs.
#[test]
#[ignore = "writes docs/pictures"]
fn pictures_of_the_readme() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pictures");
    fs::create_dir_all(&folder).unwrap();
    let mut command = processes::xtask(&["run", PATTERN, "--reveal"]);
    let printed = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(printed.status.success());
    let text = String::from_utf8(printed.stdout).unwrap();
    let mut svg =
        anstyle_svg::Term::new().render_svg(&format!("$ cargo xtask run {PATTERN}\n{text}"));
    // Brighter than a terminal's colours, to be readable from the last row.
    for (dark, bright) in [
        ("#AAAAAA", "#E6E6E6"),
        ("#AA0000", "#FF7B6B"),
        ("#00AA00", "#4CD964"),
        ("opacity: 0.4", "opacity: 0.8"),
    ] {
        assert!(svg.contains(dark), "the picture has no {dark}");
        svg = svg.replace(dark, bright);
    }
    fs::write(folder.join("run.svg"), svg).unwrap();

    let driver = driver().expect("a picture of the page needs a browser");
    let temporary = tempfile::tempdir().unwrap();
    let demo = Demo::start(&[PATTERN], temporary.path());
    block_on(async {
        let page = Page::open(&driver, &demo).await;
        page.size(1280, 720).await;
        page.press_key(Key::End).await;
        page.until(
            "an end at the cap",
            "leakLab.charts.notes.some((one) => one.what === 'killed')",
        )
        .await;
        page.until("a second life", "leakLab.page.last.versions[0].operations > 8000").await;
        page.screenshot("demo").await;
        page.close().await;
    });
    fs::copy(page::folder().join("demo.png"), folder.join("demo.png")).unwrap();
    assert_eq!(demo.interrupt(), Some(130));
}
