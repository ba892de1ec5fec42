//! Which changes are imports, and how to show them after all others.

use super::{DiffLine, FileDifference, Hunk, Sign};

/// Whether `hunk` changes only imports, which need no reason.
pub fn is_import(hunk: &Hunk) -> bool {
    let mut changed = hunk.lines.iter().filter(|line| line.sign != Sign::Same);
    changed.all(|line| line.text().is_empty() || is_use(line))
}

/// The same changes, with those of imports last: in each file, and the files that change nothing else.
pub fn last(files: Vec<FileDifference>) -> Vec<FileDifference> {
    let sorted = |file: FileDifference| {
        let mut hunks: Vec<Hunk> = file.hunks.into_iter().flat_map(split).collect();
        hunks.sort_by_key(is_import);
        FileDifference { file: file.file, hunks }
    };
    let mut files: Vec<FileDifference> = files.into_iter().map(sorted).collect();
    files.sort_by_key(|file| file.hunks.iter().all(is_import));
    files
}

/// Splits a hunk below its imports if there are changes on both sides.
fn split(hunk: Hunk) -> Vec<Hunk> {
    let end = hunk.lines.iter().rposition(is_use).map_or(0, |last| last + 1);
    let (imports, rest) = hunk.lines.split_at(end);
    // The rest needs no blank lines between it and the imports.
    let rest = &rest[rest.iter().take_while(|line| line.text().is_empty()).count()..];
    let is_changed = |lines: &[DiffLine]| lines.iter().any(|line| line.sign != Sign::Same);
    if !is_changed(imports) || !is_changed(rest) {
        return vec![hunk];
    }
    let part = |lines: &[DiffLine]| Hunk { lines: lines.to_vec(), reasons: hunk.reasons.clone() };
    vec![part(imports), part(rest)]
}

fn is_use(line: &DiffLine) -> bool {
    line.text().starts_with("use ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::difference::between;
    use crate::files::Files;

    fn files(texts: &[(&str, &str)]) -> Files {
        let file = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
        texts.iter().map(file).collect()
    }

    /// The changed lines, one string for each hunk, and each after its file.
    fn changes(files: &[FileDifference]) -> Vec<(String, Vec<String>)> {
        let changed = |hunk: &Hunk| {
            let lines = hunk.lines.iter().filter(|line| line.sign != Sign::Same);
            lines.map(DiffLine::text).collect::<Vec<_>>().join("|")
        };
        let file =
            |one: &FileDifference| (one.file.clone(), one.hunks.iter().map(changed).collect());
        files.iter().map(file).collect()
    }

    #[test]
    fn changes_of_imports_are_shown_after_all_others() {
        let old = files(&[
            ("a.rs", "use a;\nuse b;\n"),
            ("b.rs", "use a;\n\n//\n//\n//\n//\nfn f() {}\n"),
            ("c.rs", "//! C.\n\nuse a;\nuse b;\n\nfn f() {}\n"),
        ]);
        let new = files(&[
            ("a.rs", "use a;\nuse c;\n"),
            ("b.rs", "use b;\n\n//\n//\n//\n//\nfn g() {}\n"),
            ("c.rs", "//! C.\n\nuse a;\nuse c;\n\nconst C: u8 = 1;\n\nfn f() {}\n"),
        ]);
        let expected = [
            ("b.rs", vec!["fn f() {}|fn g() {}", "use a;|use b;"]),
            ("c.rs", vec!["const C: u8 = 1;", "use b;|use c;"]),
            ("a.rs", vec!["use b;|use c;"]),
        ];
        let found = changes(&last(between(&old, &new)));
        let expected = expected.map(|(file, hunks)| {
            (file.to_owned(), hunks.into_iter().map(str::to_owned).collect::<Vec<_>>())
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn a_change_below_unchanged_imports_keeps_its_context() {
        let old = files(&[("a.rs", "use a;\n\nfn f() {}\n")]);
        let new = files(&[("a.rs", "use a;\n\nfn g() {}\n")]);
        assert_eq!(last(between(&old, &new)), between(&old, &new));
    }

    #[test]
    fn imports_need_no_reason() {
        let hunk = |new: &str| {
            between(&files(&[("a", "use a;\n")]), &files(&[("a", new)])).remove(0).hunks.remove(0)
        };
        assert!(is_import(&hunk("use b;\n\nuse c;\n")));
        assert!(!is_import(&hunk("use b;\nmod c;\n")));
    }
}
