//! What holds the growing memory, in a few lines.

use exercise_harness::units;
use leak_meter::Holders;

/// How many lines [`short`] returns at most.
const SHORT: usize = 3;

/// The first `most` of `lines`, and how many more there are.
pub fn first_lines(mut lines: Vec<String>, most: usize) -> Vec<String> {
    let more = lines.len().saturating_sub(most);
    lines.truncate(most);
    lines.extend((more > 0).then(|| format!("and {}", units::plural(more as u64, "more line"))));
    lines
}

/// The first finding of `holders` in at most three lines: the holder, its line, and what holds it. Empty if
/// nothing was found.
pub fn short(holders: Option<&Holders>) -> Vec<String> {
    let found = holders.filter(|holders| !holders.findings.is_empty());
    let lines = found.map(Holders::lines).unwrap_or_default().into_iter();
    let first = lines.take_while(|line| !line.starts_with("2. ")).take(SHORT);
    first.map(|line| line.trim_start_matches("1. ").to_owned()).collect()
}
