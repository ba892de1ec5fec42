//! Check: nothing of a skeleton is left to be written.

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;
use crate::files::files_below;

/// Stands in a skeleton before what the author has to write.
const MARK: &str = "TO WRITE";

/// Looks for places of `pattern` that are still to be written.
pub fn check(pattern: &Pattern) -> anyhow::Result<Outcome> {
    let (mut failures, mut files) = (Vec::new(), 0);
    for folder in [pattern.home(), pattern.exercise(), pattern.solution()] {
        for file in files_below(&pattern.at(&folder))? {
            let place = format!("{folder}/{file}");
            files += 1;
            let text = pattern.read(&place)?;
            let left = (1..).zip(text.lines()).filter_map(|(number, line)| {
                let (_, what) = line.split_once(MARK)?;
                let what = what.trim_start_matches(':').trim().trim_end_matches(['"', ',']);
                Some(format!("\n  line {number}: {what}"))
            });
            let left: String = left.collect();
            if !left.is_empty() {
                let wrong = format!("It is still to be written:{left}");
                let next = format!("Write that, and take the words {MARK} away.");
                failures.push(Failure::new(place, wrong, next));
            }
        }
    }
    Ok(Outcome::of(failures, format!("nothing is left to be written in {files} files")))
}
