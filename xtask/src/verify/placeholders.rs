//! Check: no placeholder of the skeleton is left.

use super::outcome::{CheckOutcome, Failure};
use crate::files::files_below;
use crate::workspace::{Exercise, Version};

/// Marks a placeholder in a skeleton.
const MARK: &str = "TO WRITE";

/// Looks for placeholders in the files of `exercise`.
pub fn check(exercise: &Exercise) -> anyhow::Result<CheckOutcome> {
    let (mut failures, mut files) = (Vec::new(), 0);
    for folder in [
        exercise.crate_folder(),
        exercise.folder(Version::Exercise),
        exercise.folder(Version::Solution),
    ] {
        for file in files_below(&exercise.path(&folder))? {
            let place = format!("{folder}/{file}");
            files += 1;
            let text = exercise.read(&place)?;
            let left = (1..).zip(text.lines()).filter_map(|(number, line)| {
                let (_, what) = line.split_once(MARK)?;
                let what = what.trim_start_matches(':').trim().trim_end_matches(['"', ',']);
                Some(format!("\n  line {number}: {what}"))
            });
            let left: String = left.collect();
            if !left.is_empty() {
                let wrong = format!("It has placeholders:{left}");
                let next = format!("Write these parts, and remove the words {MARK}.");
                failures.push(Failure::new(place, wrong, next));
            }
        }
    }
    Ok(CheckOutcome::new(failures, format!("no placeholder in {files} files")))
}
