//! What holds the growing memory, in a few lines.

use exercise_harness::units;

/// The first `most` of `lines`, and how many more there are.
pub fn first_lines(mut lines: Vec<String>, most: usize) -> Vec<String> {
    let more = lines.len().saturating_sub(most);
    lines.truncate(most);
    lines.extend((more > 0).then(|| format!("and {}", units::plural(more as u64, "more line"))));
    lines
}
