//! Assigns the points below "The fix" in a README to the hunks that they explain.
//!
//! A point names code in backticks: a file, a function, other identifiers. It explains the hunks of
//! its file (of any file, if it names none) that contain the first code it names. If no such point
//! shares as many identifiers with the changed lines as another point does, the other one explains
//! the hunk; if no point shares any, the first point about the file does.

use std::collections::BTreeSet;
use std::path::Path;

use super::{FileDifference, Hunk, Sign};

/// Identifiers that are too common to identify a place.
const COMMON: [&str; 12] =
    ["self", "Self", "pub", "mut", "let", "impl", "use", "crate", "None", "Some", "Option", "new"];

/// Assigns to each hunk of `differences` the `points` that explain it.
pub fn explain(differences: &mut [FileDifference], points: &[String]) {
    let points: Vec<Point<'_>> = points.iter().map(|point| Point::parse(point)).collect();
    for difference in differences {
        let file = difference.file.rsplit('/').next().unwrap_or_default();
        let points: Vec<&Point<'_>> = points.iter().filter(|point| point.is_about(file)).collect();
        for hunk in &mut difference.hunks {
            hunk.reasons = reasons_of(hunk, &points);
        }
    }
}

/// A point, and the code that it names.
struct Point<'a> {
    text: &'a str,
    /// The name of the file, without its folder.
    file: Option<&'a str>,
    /// The identifiers in the first code other than a file; a hunk must contain all of them.
    first: BTreeSet<&'a str>,
    /// All identifiers.
    names: BTreeSet<&'a str>,
}

impl<'a> Point<'a> {
    fn parse(text: &'a str) -> Self {
        let code: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        let is_file = |code: &str| Path::new(code).extension().is_some_and(|end| end == "rs");
        let file = code.iter().find(|code| is_file(code)).and_then(|path| path.rsplit('/').next());
        let rest = || code.iter().filter(|code| !is_file(code));
        Self {
            text,
            file,
            first: rest().next().map(|code| names(code).collect()).unwrap_or_default(),
            names: rest().flat_map(|code| names(code)).collect(),
        }
    }

    fn is_about(&self, file: &str) -> bool {
        self.file.is_none_or(|named| named == file)
    }
}

fn names(code: &str) -> impl Iterator<Item = &str> {
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| word.len() > 2 && !COMMON.contains(word))
}

fn reasons_of(hunk: &Hunk, points: &[&Point<'_>]) -> Vec<String> {
    let all = text_of(hunk, |_| true);
    let changed = text_of(hunk, |sign| sign != Sign::Same);
    let all: BTreeSet<&str> = names(&all).collect();
    let changed: BTreeSet<&str> = names(&changed).collect();
    let shared = |point: &Point<'_>| point.names.intersection(&changed).count();
    let most = points.iter().map(|point| shared(point)).max().unwrap_or(0);
    let is_named = |point: &Point<'_>| !point.first.is_empty() && point.first.is_subset(&all);
    let mut found: Vec<&Point<'_>> =
        points.iter().copied().filter(|point| is_named(point)).collect();
    // A point that the hunk merely mentions explains less than one that shares more identifiers.
    if most > 0 && found.iter().all(|point| shared(point) < most) {
        found = points.iter().copied().filter(|point| shared(point) == most).take(1).collect();
    }
    if most == 0 && found.is_empty() {
        // For example an import, which belongs to the first change in the file.
        found = points.iter().copied().filter(|point| point.file.is_some()).take(1).collect();
    }
    found.iter().map(|point| point.text.to_owned()).collect()
}

fn text_of(hunk: &Hunk, is_wanted: impl Fn(Sign) -> bool) -> String {
    let lines = hunk.lines.iter().filter(|line| is_wanted(line.sign));
    lines.map(|line| line.text() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::between;
    use crate::files::Files;

    /// The reasons of each hunk between two texts of the file `src/a.rs`.
    fn reasons(old: &str, new: &str, points: &[&str]) -> Vec<Vec<String>> {
        let files = |text: &str| Files::from([("src/a.rs".to_owned(), text.as_bytes().to_vec())]);
        let mut differences = between(&files(old), &files(new));
        explain(
            &mut differences,
            &points.iter().map(|point| (*point).to_owned()).collect::<Vec<_>>(),
        );
        differences.remove(0).hunks.into_iter().map(|hunk| hunk.reasons).collect()
    }

    #[test]
    fn a_point_explains_the_hunk_that_contains_the_code_it_names_first() {
        let far = "//\n//\n//\n//\n//\n//\n";
        let old = format!("fn load() {{\n  1\n}}\n{far}fn drop() {{\n  2\n}}\n");
        let new = format!("fn load() {{\n  one\n}}\n{far}fn drop() {{\n  two\n}}\n");
        let points = ["`drop` gives back.", "`load` takes.", "`b.rs`: `load` is called."];
        assert_eq!(reasons(&old, &new, &points), [["`load` takes."], ["`drop` gives back."]]);
    }

    #[test]
    fn otherwise_the_point_that_shares_most_identifiers_does() {
        let points = ["`field: Weak<Other>`: one.", "`field: Rc<Other>` by `downgrade`: two."];
        assert_eq!(reasons("a\n", "x.downgrade()\n", &points), [[points[1]]]);
        assert_eq!(reasons("a\n", "b\n", &points), [Vec::<String>::new()]);
    }

    #[test]
    fn a_point_that_is_merely_mentioned_yields_to_one_that_shares_more_identifiers() {
        let points = ["`subscribe` returns a `Guard` with a `Drop`.", "`off` removes."];
        let new = "impl Drop for Guard {\n  fn drop(&mut self) { off() }\n}\n";
        assert_eq!(reasons("", new, &points), [[points[0]]]);
    }

    #[test]
    fn a_hunk_without_shared_identifiers_is_explained_by_the_first_point_about_its_file() {
        let points = ["`src/b.rs`: it asks.", "`src/a.rs`: it owns.", "`src/a.rs`: and drops."];
        assert_eq!(reasons("a\n", "b\n", &points), [[points[1]]]);
    }
}
