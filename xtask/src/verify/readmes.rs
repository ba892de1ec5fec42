//! Check: the READMEs of both versions have their sections in order, their links work, and the points of
//! "The fix" explain the changes.

use std::path::Path;

use exercise_harness::units;
use leak_meter::Resource;

use super::outcome::{CheckOutcome, Failure};
use crate::difference::{self, Sign};
use crate::readme::Readme;
use crate::workspace::{Exercise, Version};

/// The headings of an exercise's README, below its title.
const OF_EXERCISE: [&str; 8] = [
    "## Scenario",
    "### Bug report",
    "### Memory profile",
    "## Your task",
    "## Files to examine",
    "## What must not change",
    "## Working with an AI assistant",
    "## Hints",
];

/// The headings of the README of a decoy's solution, below its title. Its exercise has the same
/// headings as any other, so that they do not reveal the decoy.
const OF_DECOY: [&str; 6] = [
    "## What happens",
    "## Why it is fine",
    "## How to tell",
    "## Tempting fixes",
    "## What would make it a leak",
    "## For facilitators",
];

/// The headings of a solution's README, below its title.
const OF_SOLUTION: [&str; 9] = [
    "## What happens",
    "## The fix",
    "## Wrong fixes",
    "## Other right fixes",
    "## How to find it without this workshop",
    "## The habit that prevents it",
    "## In public",
    "## Try next",
    "## For facilitators",
];

/// How many hints an exercise has.
const HINTS: usize = 3;

/// Checks both READMEs of `exercise`.
pub fn check(exercise: &Exercise) -> anyhow::Result<CheckOutcome> {
    let title = &exercise.metadata.title;
    let is_decoy = exercise.metadata.is_decoy();
    let of_solution = if is_decoy { &OF_DECOY[..] } else { &OF_SOLUTION[..] };
    let mut failures = Vec::new();
    for (version, title, headings) in [
        (exercise.folder(Version::Exercise), format!("# {title}"), &OF_EXERCISE[..]),
        (exercise.folder(Version::Solution), format!("# {title}: solution"), of_solution),
    ] {
        let place = format!("{version}/README.md");
        if !exercise.path(&place).is_file() {
            let next = "Write it, with the sections of the other exercises' READMEs.";
            failures.push(Failure::new(place, "There is no such file.", next));
            continue;
        }
        let readme = Readme::parse(&exercise.read(&place)?, place);
        failures.extend(readme.check_headings(&title, headings));
        failures.extend(readme.check_links(&exercise.path(&version)));
        if version == exercise.folder(Version::Exercise) {
            failures.extend(readme.check_difficulty(exercise));
            failures.extend(readme.check_open_files_limit(exercise));
            failures.extend(readme.check_hints());
        } else {
            failures.extend(readme.check_incident());
            if !is_decoy {
                failures.extend(readme.check_points(exercise)?);
            }
        }
    }
    let sections = OF_EXERCISE.len() + of_solution.len();
    Ok(CheckOutcome::new(
        failures,
        format!("{sections} sections in order, {HINTS} hints, all links work"),
    ))
}

impl Readme {
    fn failure(&self, line: usize, wrong: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(format!("{}:{line}", self.place), wrong, next)
    }

    /// Requires the title, then `headings` in this order, each with text. Other headings of the third
    /// level and below may occur between them.
    fn check_headings(&self, title: &str, headings: &[&str]) -> Vec<Failure> {
        let counts = |heading: &str| {
            heading.starts_with("# ") || heading.starts_with("## ") || headings.contains(&heading)
        };
        let mut found = self.sections[1..].iter().filter(|section| counts(&section.heading));
        for expected in std::iter::once(&title).chain(headings) {
            let Some(section) = found.next() else {
                let wrong = format!("It ends without the heading `{expected}`.");
                return vec![self.failure(1, wrong, "Add that section.")];
            };
            if section.heading != **expected {
                let wrong = format!("Expected heading `{expected}`, found `{}`.", section.heading);
                let next = "Use exactly the required headings, in order.";
                return vec![self.failure(section.line, wrong, next)];
            }
        }
        if let Some(more) = found.next() {
            let wrong = format!("Unexpected heading `{}`.", more.heading);
            return vec![self.failure(more.line, wrong, "Move its text into one of the sections.")];
        }
        // The text below the title is checked separately.
        let empty = self.sections[2..].iter().filter(|section| !section.has_text());
        empty
            .map(|section| {
                let wrong = format!("There is no text below `{}`.", section.heading);
                self.failure(section.line, wrong, "Write that section.")
            })
            .collect()
    }

    /// Requires the limit of open files in the text, if the exercise leaks open files: the runner and
    /// the page calculate with the metadata's limit.
    fn check_open_files_limit(&self, exercise: &Exercise) -> Option<Failure> {
        let is_open = |resource| matches!(resource, &Resource::OpenFiles | &Resource::Sockets);
        let limit = units::count(exercise.metadata.open_files_limit);
        let mut lines = self.sections.iter().flat_map(|section| &section.body);
        let is_missing = exercise.metadata.resources().iter().any(is_open)
            && !lines.any(|line| line.contains(&limit));
        is_missing.then(|| {
            self.failure(
                1,
                format!("It does not mention the limit of {limit} open files."),
                format!(
                    "Add it to the bug report, or correct open_files_limit in {}.",
                    exercise.metadata_file()
                ),
            )
        })
    }

    /// Requires the line with difficulty and time below the title. The time may be a range that ends with
    /// the metadata's minutes: "40 to 60 minutes".
    fn check_difficulty(&self, exercise: &Exercise) -> Option<Failure> {
        let metadata = &exercise.metadata;
        let start = format!("**Difficulty:** {:?} · **Time:** ", metadata.difficulty);
        let end = format!("{} minutes", metadata.minutes);
        let is_time = |time: &str| {
            let shortest = time.strip_suffix(&end).and_then(|range| range.strip_suffix(" to "));
            let shortest = shortest.and_then(|shortest| shortest.parse::<u32>().ok());
            time == end || shortest.is_some_and(|shortest| shortest < metadata.minutes)
        };
        let below_title = self.sections.get(1)?;
        let mut lines = below_title.body.iter().map(|line| line.trim());
        let is_there = lines.any(|line| line.strip_prefix(&start).is_some_and(is_time));
        (!is_there).then(|| {
            self.failure(
                below_title.line,
                format!("The line `{start}{end}` is missing below the title."),
                format!(
                    "Add it, or correct difficulty and minutes in {}.",
                    exercise.metadata_file()
                ),
            )
        })
    }

    /// Requires three folded hints, each with a number in its summary, and text.
    fn check_hints(&self) -> Option<Failure> {
        let section = self.section("## Hints")?;
        let text = section.body.join("\n");
        let hints: Vec<&str> = text.split("<details>").skip(1).collect();
        let next = "Fold three hints, each in <details><summary>Hint N</summary> ... </details>.";
        if hints.len() != HINTS {
            let wrong = format!("There are {} <details> here, not {HINTS}.", hints.len());
            return Some(self.failure(section.line, wrong, next));
        }
        for (at, hint) in hints.iter().enumerate() {
            let summary = format!("<summary>Hint {}</summary>", at + 1);
            let hint =
                hint.split_once(&summary).and_then(|(_, rest)| rest.split_once("</details>"));
            if hint.is_none_or(|(words, _)| words.trim().is_empty()) {
                let wrong = format!("Hint {} lacks its `{summary}`, its text or its end.", at + 1);
                return Some(self.failure(section.line, wrong, next));
            }
        }
        None
    }

    /// Requires a link to the public incident.
    fn check_incident(&self) -> Option<Failure> {
        let section = self.section("## In public")?;
        let linked = section.body.iter().any(|line| line.contains("https://"));
        (!linked).then(|| {
            let wrong = "The public incident has no link.";
            self.failure(section.line, wrong, "Link the report of the incident.")
        })
    }

    /// Requires that every point of "The fix" explains a change, and that a point explains every change
    /// but those of imports.
    fn check_points(&self, exercise: &Exercise) -> anyhow::Result<Vec<Failure>> {
        let Some(section) = self.section("## The fix") else { return Ok(Vec::new()) };
        let points = self.reasons();
        let (files, unused) = difference::to_solution(exercise, &points)?;
        let hunks = files.iter().flat_map(|file| file.hunks.iter().map(move |hunk| (file, hunk)));
        let without = hunks
            .filter(|(_, hunk)| hunk.reasons.is_empty() && !difference::is_import(hunk))
            .filter_map(|(file, hunk)| {
                let line = hunk.lines.iter().find(|line| line.sign != Sign::Same)?;
                Some(format!("No point explains the change at {}:{}.", file.file, line.number))
            });
        let unused = unused.into_iter().map(|point| {
            format!("No change contains the code with which this point begins: {point}")
        });
        let next = "Begin a point with the change that it explains, in backticks: the file if the fix has \
                    more than one, and code of the change; then a colon.";
        Ok(without.chain(unused).map(|wrong| self.failure(section.line, wrong, next)).collect())
    }

    /// Requires that links to files work. `folder` is the README's folder.
    fn check_links(&self, folder: &Path) -> Vec<Failure> {
        let mut failures = Vec::new();
        for section in &self.sections {
            for target in section.prose().flat_map(|line| line.split("](").skip(1)) {
                let target = target.split(')').next().unwrap_or_default();
                let file = target.split('#').next().unwrap_or_default();
                let is_file = !file.is_empty() && !target.contains(':');
                if is_file && !folder.join(file).exists() {
                    let wrong = format!("The link to {target} does not lead to a file.");
                    let next = "Correct the path, which is relative to the README's folder.";
                    failures.push(self.failure(section.line, wrong, next));
                }
            }
        }
        failures
    }
}
