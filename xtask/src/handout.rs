//! Handouts: for each exercise one sheet of paper, with the bug report on the front and the solution on the
//! back.

use std::fs;
use std::path::Path;

use exercise_harness::plan::Sign;

use crate::difference::{self, FileDifference};
use crate::files::Files;
use crate::html;
use crate::readme::{self, Readme};
use crate::shipped::Shipped;
use crate::workspace::{Exercise, Version};

const STYLE: &str = include_str!("../assets/handout.css");

/// The longest diff on a back, in lines.
const MOST_LINES: usize = 24;

/// A text with more characters than this is long.
const LONG: usize = 5500;

/// The page with a sheet for each of `exercises`.
pub fn page(exercises: &[&Exercise]) -> anyhow::Result<String> {
    let sheets = exercises.iter().map(|exercise| sheet(exercise));
    let sheets = sheets.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(html::page("Leak Lab: handouts", STYLE, &sheets.concat()))
}

fn sheet(exercise: &Exercise) -> anyhow::Result<String> {
    let shipped = Shipped::find(exercise)?.files()?;
    let own =
        |file: &str| shipped.get(file).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let task =
        Readme::parse(&own("README.md").unwrap_or_default(), exercise.readme(Version::Exercise));
    let place = exercise.readme(Version::Solution);
    let solution = Readme::parse(&fs::read_to_string(exercise.path(&place))?, place);
    Ok(side("front", &front(exercise, &task)) + &side("back", &back(exercise, &solution, &shipped)))
}

/// One side. A long text is set smaller.
fn side(name: &str, markdown: &str) -> String {
    let name =
        if markdown.chars().count() > LONG { format!("{name} long") } else { name.to_owned() };
    format!("<section class=\"{name}\">\n{}</section>\n", html::markdown(markdown))
}

/// The bug report, the memory profile and the commands.
fn front(exercise: &Exercise, readme: &Readme) -> String {
    let (name, metadata) = (&exercise.name, &exercise.metadata);
    let title = &metadata.title;
    let (difficulty, minutes) = (metadata.difficulty, metadata.minutes);
    let report = readme::quoted(&readme.bug_report());
    let files = readme.text("## Files to examine");
    let profile = readme.text("### Memory profile");
    format!(
        "# {title}\n\n`{name}` · {difficulty:?}, {minutes} minutes\n\n{scenario}\n\n{report}\n\
         ## Memory profile\n\n{profile}\n\n## Where to look\n\n{files}\n\n## Commands\n\n\
         | | |\n|---|---|\n\
         | see what it keeps | `cargo xtask run {name}` |\n\
         | say whether it is a leak | `cargo xtask judge {name}` |\n\
         | run its trials | `cargo xtask test {name}` |\n\
         | run them at every save | `cargo xtask watch {name}` |\n\
         | see what holds the memory | `cargo xtask run {name} --holders` |\n\
         | one more hint | `cargo xtask hint {name}` |\n\
         | start again | `cargo xtask reset {name}` |\n",
        scenario = readme.text("## Scenario").trim(),
    )
}

/// What happens, the fix, and the habit that prevents it; or why the growth is fine.
fn back(exercise: &Exercise, readme: &Readme, shipped: &Files) -> String {
    let mut text = format!("# {}: solution\n", exercise.metadata.title);
    for heading in [
        "## What happens",
        "## Why it is fine",
        "## How to tell",
        "## The fix",
        "## The habit that prevents it",
    ] {
        let section = readme.text(heading);
        if !section.trim().is_empty() {
            text.extend(["\n", heading, "\n\n", section.trim(), "\n"]);
        }
        if heading == "## The fix" {
            let diff: String = fix(exercise, shipped).iter().map(diff).collect();
            // The points name every change; a long diff would not fit on the page.
            text.push_str(if diff.lines().count() <= MOST_LINES { &diff } else { "" });
        }
    }
    text
}

/// The changes from the shipped version to the solution.
fn fix(exercise: &Exercise, shipped: &Files) -> Vec<FileDifference> {
    let solution = exercise.path(&exercise.folder(Version::Solution));
    let shipped = |file: &Path| shipped.get(&file.display().to_string()).cloned();
    difference::fix(
        exercise,
        |file| shipped(file).unwrap_or_default(),
        |file| fs::read(solution.join(file)).unwrap_or_default(),
    )
}

fn diff(difference: &FileDifference) -> String {
    let mut text = format!("\n`{}`\n\n```diff\n", difference.file);
    for line in difference.hunks.iter().flat_map(|hunk| &hunk.lines) {
        // The lines around a change are on the learner's screen.
        let sign = match line.sign {
            Sign::Same => continue,
            Sign::Old => "- ",
            Sign::New => "+ ",
        };
        let pieces: String = line.pieces.iter().map(|piece| piece.text.as_str()).collect();
        text.extend([sign, pieces.trim_end(), "\n"]);
    }
    text.push_str("```\n");
    text
}
