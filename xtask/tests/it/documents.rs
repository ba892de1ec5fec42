//! The lists that people type: they name what is there, all of it, in its order.

use std::fs;

use exercise_harness::Exercise;

use crate::support::repository;

fn text(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folders of `crates`, each with its exercise if it is a pattern's.
fn crates() -> Vec<(String, Option<Exercise>)> {
    let folders =
        fs::read_dir(repository().join("crates")).expect("the folder of crates can be read");
    let with_exercise = |folder: fs::DirEntry| {
        let name = folder.file_name().into_string().expect("a name in Unicode");
        let metadata = fs::read_to_string(folder.path().join("exercise.toml")).ok();
        (name, metadata.map(|text| Exercise::parse(&text).expect("verified metadata")))
    };
    let folders = folders.map(|folder| folder.expect("a folder"));
    // The hidden one has the alias of `cargo xtask`.
    let is_hidden = |folder: &fs::DirEntry| folder.file_name().to_string_lossy().starts_with('.');
    folders.filter(|folder| !is_hidden(folder)).map(with_exercise).collect()
}

/// The exercises by name, in the order of the workshop.
fn exercises() -> Vec<(String, Exercise)> {
    let with_exercise = |(name, exercise): (String, Option<Exercise>)| Some((name, exercise?));
    let mut exercises: Vec<_> = crates().into_iter().filter_map(with_exercise).collect();
    exercises.sort_by(|(_, a), (_, b)| a.order.total_cmp(&b.order));
    exercises
}

#[test]
fn the_readmes_table_has_every_exercise_in_order() {
    let readme = text("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.contains("](exercises/")).collect();
    let exercises = exercises();
    assert_eq!(rows.len(), exercises.len(), "{rows:#?}");
    for (number, (row, (name, exercise))) in rows.iter().zip(&exercises).enumerate() {
        let start = format!("| {} | [`{name}`](exercises/{name}/README.md) | ", number + 1);
        let end = format!(" | {:?}, {} min |", exercise.difficulty, exercise.minutes);
        assert!(row.starts_with(&start) && row.ends_with(&end), "{row}\nis not {start}…{end}");
    }
}

#[test]
fn the_page_on_leaks_explains_every_line_of_the_comparison_in_the_readme() {
    let (readme, page) = (text("README.md"), text("docs/leaks.md"));
    let (_, table) = readme.split_once("═\n").expect("the comparison of one exercise");
    let (table, _) = table.split_once("\n───").expect("its end");
    let labels: Vec<&str> =
        table.lines().filter_map(|line| line.trim().split("  ").next()).collect();
    assert!(labels.len() > 12, "{labels:?}");
    for label in labels {
        assert!(page.contains(label), "docs/leaks.md does not explain {label:?}");
    }
    // Its table of contents leads to its headings.
    let anchors = page.split("](#").skip(1).filter_map(|rest| rest.split(')').next());
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .map(|heading| heading.to_lowercase().replace(',', "").replace(' ', "-"))
        .collect();
    for anchor in anchors {
        assert!(headings.iter().any(|heading| heading == anchor), "#{anchor} of {headings:?}");
    }
}

#[test]
fn the_facilitators_guide_has_a_chapter_for_every_exercise_in_order() {
    let guide = text("docs/facilitator.md");
    let (_, chapters) = guide.split_once("## Exercise by exercise").expect("the part on exercises");
    let headings = chapters.lines().filter_map(|line| line.strip_prefix("### "));
    let named: Vec<&str> =
        headings.filter_map(|heading| heading.split([':', ',']).next()).collect();
    let names: Vec<String> = exercises().into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, names);
}

#[test]
fn the_architecture_names_every_crate_and_only_paths_that_exist() {
    let architecture = text("ARCHITECTURE.md");
    let shared = crates().into_iter().filter(|(_, exercise)| exercise.is_none());
    for (name, _) in shared {
        let line = format!("\ncrates/{name} ");
        assert!(architecture.contains(&line), "the map of crates lacks crates/{name}");
    }
    let quoted = architecture.split('`').skip(1).step_by(2);
    // A route of a server is no path in the repository.
    let is_path = |text: &&str| text.contains('/') && !text.starts_with('/');
    let paths: Vec<&str> =
        quoted.filter(|text| is_path(text) && !text.contains(['<', ' '])).collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        let places = [repository().join(path), repository().join("crates").join(path)];
        assert!(places.iter().any(|place| place.exists()), "{path} does not exist");
    }
}
