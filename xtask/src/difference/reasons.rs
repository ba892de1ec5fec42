//! Assigns the points below "The fix" in a solution's README to the hunks that they explain.
//!
//! A point begins with code in backticks, up to its first colon or full stop: its file, if the fix has more
//! than one, and the changed code. It explains the hunks of that file that contain any of the code. A point
//! that begins with a file alone explains the hunks of the file that no other point explains.

use std::path::Path;

use super::{FileDifference, Hunk};

/// The change that a point is about.
struct Anchor<'a> {
    point: &'a String,
    file: Option<&'a str>,
    /// Without the part after an ellipsis.
    code: Vec<&'a str>,
}

impl<'a> Anchor<'a> {
    fn parse(point: &'a String) -> Self {
        let (mut file, mut code) = (None, Vec::new());
        // Text and code alternate.
        for (at, part) in point.split('`').enumerate() {
            let is_code = at % 2 == 1;
            if !is_code && part.contains([':', '.']) {
                break;
            }
            if is_code && Path::new(part).extension().is_some_and(|end| end == "rs") {
                file = Some(part);
            } else if is_code {
                code.push(part.split('…').next().unwrap_or(part));
            }
        }
        Self { point, file, code }
    }

    fn is_about(&self, file: &str) -> bool {
        self.file.map_or(!self.code.is_empty(), |named| Path::new(file).ends_with(named))
    }

    fn is_in(&self, hunk: &Hunk) -> bool {
        hunk.lines.iter().any(|line| self.code.iter().any(|code| line.text().contains(code)))
    }
}

/// Assigns to each hunk of `differences` the `points` that explain it. Returns the points that explain
/// none.
pub fn explain<'a>(differences: &mut [FileDifference], points: &'a [String]) -> Vec<&'a String> {
    let anchors: Vec<Anchor<'_>> = points.iter().map(Anchor::parse).collect();
    let mut unused: Vec<&String> = points.iter().collect();
    for difference in differences {
        let here = anchors.iter().filter(|anchor| anchor.is_about(&difference.file));
        let (of_file, of_code): (Vec<_>, Vec<_>) = here.partition(|anchor| anchor.code.is_empty());
        for hunk in &mut difference.hunks {
            let mut found = of_code.clone();
            found.retain(|anchor| anchor.is_in(hunk));
            let found = if found.is_empty() { &of_file } else { &found };
            hunk.reasons = found.iter().map(|anchor| anchor.point.clone()).collect();
            unused.retain(|point| !hunk.reasons.contains(point));
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::between;
    use crate::files::Files;

    /// The reasons of each hunk between two texts of the file `src/a.rs`, and the unused points.
    fn reasons(old: &str, new: &str, points: &[&str]) -> (Vec<Vec<String>>, Vec<String>) {
        let files = |text: &str| Files::from([("src/a.rs".to_owned(), text.as_bytes().to_vec())]);
        let mut differences = between(&files(old), &files(new));
        let points: Vec<String> = points.iter().map(|point| (*point).to_owned()).collect();
        let unused = explain(&mut differences, &points).into_iter().cloned().collect();
        (differences.remove(0).hunks.into_iter().map(|hunk| hunk.reasons).collect(), unused)
    }

    #[test]
    fn a_point_explains_the_hunks_of_its_file_that_contain_its_code() {
        let far = "//\n//\n//\n//\n//\n//\n";
        let old =
            format!("fn load() {{\n  1\n}}\n{far}fn drop() {{\n  2\n}}\n{far}fn end() {{}}\n");
        let new = format!("fn load() {{\n  i\n}}\n{far}fn drop() {{\n  ii\n}}\n{far}fn end();\n");
        let points = [
            "`a.rs`, `ii` or `fn drop(…)`: gives back with `load`.",
            "`fn load` takes. So does `end`.",
            "`b.rs`, `load`: is called.",
            "`src/a.rs`: the rest.",
            "All of it: `fn load` too.",
        ];
        let (found, unused) = reasons(&old, &new, &points);
        assert_eq!(found, [[points[1]], [points[0]], [points[3]]]);
        assert_eq!(unused, [points[2], points[4]]);
    }
}
