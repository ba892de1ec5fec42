//! Part of the check `mirror`: no text that the exercise's README leads to names the mechanism of the leak,
//! the number of leaks or the fix.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::mechanisms::{self, Words};
use super::outcome::Failure;
use super::spoilers;
use crate::readme::{Readme, Section};
use crate::workspace::{Exercise, Version};

/// The sections of a solution's README that explain the leak.
const EXPLANATION: [&str; 3] = ["## What happens", "## The fix", "## The habit that prevents it"];
/// The section of an exercise's README that may reveal the leak step by step.
const HINTS: &str = "## Hints";
/// The file of a pattern that has the contract.
const CONTRACT: &str = "src/lib.rs";
const NEXT: &str = "Say what the service does, and leave the rest for the learner to find out.";

/// The spoilers in the texts that the README of `exercise` leads to.
pub fn check(exercise: &Exercise) -> anyhow::Result<Vec<Failure>> {
    let read_if_any = |place: &str| exercise.read(place).unwrap_or_default();
    let readme = Readme::load(exercise, Version::Exercise);
    let open = readme.sections.iter().filter(|section| section.heading != HINTS);
    let known = prose(open.flat_map(|section| [&section.heading].into_iter().chain(&section.body)));
    let solution = Readme::load(exercise, Version::Solution);
    let explaining = EXPLANATION.iter().filter_map(|heading| solution.section(heading));
    let explanation = prose(explaining.flat_map(|section| &section.body));
    let names = names_of_the_fix(exercise, &solution, &readme)?;

    let is_known = |word: &str| known.iter().flatten().any(|(known, _)| known == word);
    let mut found: BTreeMap<(String, usize), String> = BTreeMap::new();
    let mut add = |place: &str, spoilers: Vec<(usize, String)>| {
        for (line, words) in spoilers {
            found.entry((place.to_owned(), line)).or_insert(words);
        }
    };
    for place in places(exercise, &readme) {
        let kind = Kind::from_extension(&place);
        let text = read_if_any(&place);
        let read = kind.read(&exercise.name, &text);
        for (line, text) in &read {
            let spoilers = spoilers::lines(text, &exercise.name).into_iter();
            // Words that the README has too reveal nothing, except what distinguishes leaks from decoys.
            let reveals = |word: &String| word.starts_with("leak") || !is_known(word);
            let spoilers = spoilers.map(|(_, word)| (*line, word));
            add(&place, spoilers.filter(|(_, word)| reveals(word)).collect());
            let named = quoted(text).find(|name| names.contains(*name));
            add(&place, named.map(|name| (*line, name.to_owned())).into_iter().collect());
        }
        // Other sources state requirements, which name what must not stay.
        let is_contract = place == format!("{}/{CONTRACT}", exercise.crate_folder());
        if is_contract || kind != Kind::Source {
            let is_head = |line: &usize| {
                let text = text.lines().nth(line - 1).unwrap_or_default();
                kind != Kind::Source || text.trim_start().starts_with("//!")
            };
            let head = read.iter().filter(|(line, _)| is_head(line));
            let words = mechanisms::words(head.map(|(line, text)| (*line, text.as_str())));
            add(&place, mechanisms::named(&words));
            add(&place, mechanisms::shared(&words, &explanation, &known));
        }
    }
    let failure = |((place, line), words): ((String, usize), String)| {
        let wrong = format!("The words {words:?} reveal the leak, and the README leads here.");
        Failure::new(format!("{place}:{line}"), wrong, NEXT)
    };
    Ok(found.into_iter().map(failure).collect())
}

/// The files that a learner is led to: those that the README names, and what introduces the pattern.
fn places(exercise: &Exercise, readme: &Readme) -> BTreeSet<String> {
    let crate_folder = exercise.crate_folder();
    let mut places: BTreeSet<String> = [CONTRACT, "Cargo.toml", "exercise.toml"]
        .iter()
        .map(|file| format!("{crate_folder}/{file}"))
        .collect();
    let folder = exercise.folder(Version::Exercise);
    let lines = readme.sections.iter().flat_map(|section| section.body.iter());
    for name in lines.flat_map(|line| quoted(line).chain(links(line))) {
        let name = name.trim_start_matches("../../");
        let candidates =
            [name.to_owned(), format!("{folder}/{name}"), format!("{crate_folder}/src/{name}")];
        let is_file = |place: &&String| exercise.path(place).is_file();
        let place = candidates.iter().find(is_file);
        // Exercises are checked as such, and solutions may explain.
        let is_other = |place: &&String| place.starts_with("crates/") || place.starts_with("docs/");
        places.extend(place.filter(is_other).cloned());
    }
    places.retain(|place| exercise.path(place).is_file());
    places
}

/// The texts between backticks in `line`.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The targets of the links in `line`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let after = line.split("](").skip(1);
    after.filter_map(|rest| Some(rest.split_once(')')?.0.split('#').next().unwrap_or_default()))
}

/// What people read in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The comments of a source.
    Source,
    /// The descriptions in a manifest.
    Manifest,
    /// All of a document, or the chapter on the exercise.
    Document,
}

impl Kind {
    fn from_extension(place: &str) -> Self {
        let extension = Path::new(place).extension().unwrap_or_default();
        match extension.to_str().unwrap_or_default() {
            "rs" => Self::Source,
            "toml" => Self::Manifest,
            _ => Self::Document,
        }
    }

    /// The lines of `text` that people read, each with its number.
    fn read(self, name: &str, text: &str) -> Vec<(usize, String)> {
        let mut in_chapter = !text.lines().any(|line| is_chapter(name, line));
        let mut of_line = |line: &str| {
            let line = line.trim();
            match self {
                Self::Source => {
                    Some(line.strip_prefix("//")?.trim_start_matches(['/', '!']).to_owned())
                }
                Self::Manifest => {
                    let described = ["description = ", "summary = "];
                    let value = described.iter().find_map(|key| line.strip_prefix(key))?;
                    Some(value.trim_matches('"').to_owned())
                }
                Self::Document => {
                    if line.starts_with("### ") {
                        in_chapter = is_chapter(name, line);
                    }
                    in_chapter.then(|| line.to_owned())
                }
            }
        };
        let lines = (1..).zip(text.lines());
        lines.filter_map(|(number, line)| Some((number, of_line(line)?))).collect()
    }
}

/// Whether `line` is the heading of the chapter on the exercise `name` in a document on all exercises.
fn is_chapter(name: &str, line: &str) -> bool {
    let heading = line.strip_prefix("### ").and_then(|rest| rest.strip_prefix(name));
    heading.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ',']))
}

fn prose<'a>(lines: impl Iterator<Item = &'a String>) -> Words {
    mechanisms::words(lines.map(|line| (0, line.as_str())))
}

/// The code that the solution's README names, and that occurs neither in the exercise nor in its README:
/// that of the fix.
fn names_of_the_fix(
    exercise: &Exercise,
    solution: &Readme,
    readme: &Readme,
) -> anyhow::Result<BTreeSet<String>> {
    let folder = exercise.folder(Version::Exercise);
    let mut known: String =
        readme.sections.iter().flat_map(|section| &section.body).cloned().collect();
    for file in crate::files::files_below(&exercise.path(&folder))? {
        if file.starts_with("src/") {
            known.push_str(&exercise.read(&format!("{folder}/{file}"))?);
        }
    }
    // The contract is the learner's to read: what it declares is no part of the fix.
    let contract = format!("{}/{CONTRACT}", exercise.crate_folder());
    let contract = exercise.read(&contract).unwrap_or_default();
    let code = contract.lines().filter(|line| !line.trim_start().starts_with("//"));
    known.extend(code);
    let named = solution.section("## The fix").into_iter().flat_map(Section::prose);
    let names = named.flat_map(|line| quoted(line)).flat_map(identifiers);
    Ok(names.filter(|name| !known.contains(name.as_str())).collect())
}

/// The identifiers in a piece of code that are long enough to be recognised.
fn identifiers(code: &str) -> Vec<String> {
    let parts = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    parts.filter(|part| part.len() > 3).map(str::to_owned).collect()
}
