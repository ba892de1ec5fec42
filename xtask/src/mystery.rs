//! An exercise that is picked by a seed and shown without its name.

use std::fs;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::readme::Readme;
use crate::text;
use crate::workspace::{Exercise, Version, Workspace};

/// What the README of a picked exercise says about its service, without any hint at the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mystery {
    /// The seed that picked it.
    pub seed: u64,
    /// The service's name.
    pub service: String,
    /// The bug report and the memory profile.
    pub story: Vec<String>,
}

/// The exercise that `seed` picks, with its story.
pub fn pick(workspace: &Workspace, seed: u64) -> anyhow::Result<(&Exercise, Mystery)> {
    let hash = Sha256::digest(seed.to_le_bytes());
    let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let exercises = &workspace.exercises;
    let index = number.checked_rem(exercises.len() as u64).map(usize::try_from);
    let picked = index.and_then(Result::ok).and_then(|index| exercises.get(index));
    let exercise = picked.context("There are no exercises to pick from.")?;
    let service = exercise.metadata.service.clone();
    Ok((exercise, Mystery { seed, service, story: story(exercise)? }))
}

/// A new seed for each call.
pub fn new_seed() -> u64 {
    let now = jiff::Timestamp::now().as_nanosecond();
    u64::try_from(now.rem_euclid(1_000_000_007) % 10_000).unwrap_or(0)
}

fn story(exercise: &Exercise) -> anyhow::Result<Vec<String>> {
    let place = exercise.readme(Version::Exercise);
    // The error does not name the file, whose path would reveal the pattern.
    let text = fs::read_to_string(exercise.path(&place))
        .ok()
        .context("The README of the picked exercise cannot be read.")?;
    let readme = Readme::parse(&text, place);
    let sections = ["### Bug report", "### Memory profile"];
    let sections = sections.iter().filter_map(|heading| readme.section(heading));
    let words = [exercise.name.as_str(), "src/", "exercises/", "crates/"];
    let reveals = |text: &str| words.iter().any(|word| text.contains(word));
    let story = sections.map(|section| {
        let heading = section.heading.trim_start_matches(['#', ' ']);
        let lines = section.body.iter();
        let lines = lines.map(|line| line.strip_prefix('>').map_or(line.as_str(), str::trim_start));
        format!("{heading}\n{}\n", without(&lines.collect::<Vec<_>>().join("\n"), reveals))
    });
    Ok(story.collect())
}

/// `text` without the sentences, table rows and lines of code that reveal the pattern.
fn without(text: &str, reveals: impl Fn(&str) -> bool) -> String {
    let kept = text::flowing(text).into_iter().filter_map(|line| {
        if line.is_empty() || !reveals(&line) {
            return Some(line);
        }
        let sentences = line.split_inclusive(". ").filter(|sentence| !reveals(sentence));
        let rest = sentences.collect::<String>().trim_end().to_owned();
        (!rest.is_empty()).then_some(rest)
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences_rows_and_lines_of_code_are_left_out() {
        let text = "It is\nslow. It grows.\n\nThe table scales up what\n`run rc-cycles` shows, at 10 a\n\
                    second. One operation\nopens two tasks. See rc-cycles.\n\n| a | 1 |\n| rc-cycles | 2 |\n\
                    ```\nheap\nrc-cycles\n```\nOnly rc-cycles.\n";
        let kept = without(text, |text| text.contains("rc-cycles"));
        assert_eq!(
            kept,
            "It is slow. It grows.\n\nOne operation opens two tasks.\n\n| a | 1 |\n```\nheap\n```"
        );
    }
}
