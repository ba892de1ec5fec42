//! Check: the READMEs of both versions have their parts, in order, and their links lead somewhere.

use std::path::Path;

use exercise_harness::exercise::ExerciseKind;

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;
use crate::readme::Readme;

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

/// The headings of a decoy's solution's README, below its title. Its exercise's are those of any
/// other, or they would say what it is.
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

/// Checks both READMEs of `pattern`.
pub fn check(pattern: &Pattern) -> anyhow::Result<Outcome> {
    let title = &pattern.metadata.title;
    let is_decoy = matches!(pattern.metadata.kind, ExerciseKind::Decoy(_));
    let of_solution = if is_decoy { &OF_DECOY[..] } else { &OF_SOLUTION[..] };
    let mut failures = Vec::new();
    for (version, title, headings) in [
        (pattern.exercise(), format!("# {title}"), &OF_EXERCISE[..]),
        (pattern.solution(), format!("# {title}: solution"), of_solution),
    ] {
        let place = format!("{version}/README.md");
        if !pattern.at(&place).is_file() {
            let next = "Write it; CONTRIBUTING.md lists its parts.";
            failures.push(Failure::new(place, "There is no such file.", next));
            continue;
        }
        let readme = Readme::parse(&pattern.read(&place)?, place);
        failures.extend(readme.check_headings(&title, headings));
        failures.extend(readme.check_links(&pattern.at(&version)));
        if version == pattern.exercise() {
            failures.extend(readme.check_difficulty(pattern));
            failures.extend(readme.check_hints());
        } else {
            failures.extend(readme.check_incident());
        }
    }
    let parts = OF_EXERCISE.len() + of_solution.len();
    Ok(Outcome::of(
        failures,
        format!("{parts} parts in order, {HINTS} hints, links lead somewhere"),
    ))
}

impl Readme {
    fn failure(&self, line: usize, wrong: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(format!("{}:{line}", self.place), wrong, next)
    }

    /// The title, then `headings` in this order, each with text. Further ones of the third level
    /// and below may stand between.
    fn check_headings(&self, title: &str, headings: &[&str]) -> Vec<Failure> {
        let counts = |heading: &str| {
            heading.starts_with("# ") || heading.starts_with("## ") || headings.contains(&heading)
        };
        let mut found = self.sections[1..].iter().filter(|section| counts(&section.heading));
        for expected in std::iter::once(&title).chain(headings) {
            let Some(section) = found.next() else {
                let wrong = format!("It ends without the heading `{expected}`.");
                return vec![self.failure(1, wrong, "Add that part.")];
            };
            if section.heading != **expected {
                let wrong =
                    format!("Here must be `{expected}`, and there is `{}`.", section.heading);
                let next = "Give the README exactly its headings, in their order.";
                return vec![self.failure(section.line, wrong, next)];
            }
        }
        if let Some(more) = found.next() {
            let wrong = format!("The heading `{}` is one too many.", more.heading);
            return vec![self.failure(more.line, wrong, "Move its text into one of the parts.")];
        }
        // What stands below a title has rules of its own, if any.
        let empty = self.sections[2..].iter().filter(|section| !section.has_text());
        empty
            .map(|section| {
                let wrong = format!("There is no text below `{}`.", section.heading);
                self.failure(section.line, wrong, "Write that part.")
            })
            .collect()
    }

    /// The line below the title that says how hard and how long. The time may be a range that ends
    /// with the metadata's minutes: "40 to 60 minutes".
    fn check_difficulty(&self, pattern: &Pattern) -> Option<Failure> {
        let metadata = &pattern.metadata;
        let start = format!("**Difficulty:** {:?} · **Time:** ", metadata.difficulty);
        let end = format!("{} minutes", metadata.minutes);
        let is_time = |time: &str| {
            let shortest = time.strip_suffix(&end).and_then(|range| range.strip_suffix(" to "));
            let shortest = shortest.and_then(|shortest| shortest.parse::<u32>().ok());
            time == end || shortest.is_some_and(|shortest| shortest < metadata.minutes)
        };
        let below_title = self.sections.get(1)?;
        let mut lines = below_title.body.iter().map(|line| line.trim());
        let told = lines.any(|line| line.strip_prefix(&start).is_some_and(is_time));
        (!told).then(|| {
            self.failure(
                below_title.line,
                format!("The line `{start}{end}` is missing below the title."),
                format!(
                    "Add it, or correct difficulty and minutes in {}.",
                    pattern.metadata_file()
                ),
            )
        })
    }

    /// The hints: each folded, numbered in its summary, with text.
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
            let told =
                hint.split_once(&summary).and_then(|(_, rest)| rest.split_once("</details>"));
            if told.is_none_or(|(words, _)| words.trim().is_empty()) {
                let wrong = format!("Hint {} lacks its `{summary}`, its text or its end.", at + 1);
                return Some(self.failure(section.line, wrong, next));
            }
        }
        None
    }

    /// The public incident has its address.
    fn check_incident(&self) -> Option<Failure> {
        let section = self.section("## In public")?;
        let linked = section.body.iter().any(|line| line.contains("https://"));
        (!linked).then(|| {
            let wrong = "The public incident has no link.";
            self.failure(section.line, wrong, "Link the report of the incident.")
        })
    }

    /// Links to files lead to files. `folder` is where the README lies.
    fn check_links(&self, folder: &Path) -> Vec<Failure> {
        let mut failures = Vec::new();
        for section in &self.sections {
            for target in section.prose().flat_map(|line| line.split("](").skip(1)) {
                let target = target.split(')').next().unwrap_or_default();
                let file = target.split('#').next().unwrap_or_default();
                let is_file = !file.is_empty() && !target.contains(':');
                if is_file && !folder.join(file).exists() {
                    let wrong = format!("The link to {target} leads to no file.");
                    let next = "Correct the path; it starts from the README's own folder.";
                    failures.push(self.failure(section.line, wrong, next));
                }
            }
        }
        failures
    }
}
