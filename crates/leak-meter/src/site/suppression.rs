//! Growth that a project allows: suppressions of known growth, and places with a declared bound.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::path::ends_with_path;
use super::{Site, signature};
use crate::units;

/// The declarations of a project about its places.
#[derive(Debug, Default, Clone)]
pub(crate) struct Suppressions {
    entries: Vec<Suppression>,
    /// A function or signature, and its maximum number of live bytes.
    bounds: Vec<(String, u64)>,
    /// Why a suppression file was rejected.
    fault: Option<String>,
}

/// One line of a suppression file.
#[derive(Debug, Clone)]
struct Suppression {
    signature: String,
    reason: String,
}

impl Suppressions {
    /// Allows a place to hold up to `bytes`.
    pub(crate) fn bound(&mut self, place: &str, bytes: u64) {
        self.bounds.push((place.to_owned(), bytes));
    }

    /// Reads a suppression file. Each line contains a signature, a space and the reason; empty lines and
    /// lines that begin with `#` are skipped. If the file is rejected, [`fault`](Self::fault) has the
    /// reason.
    pub(crate) fn read(&mut self, path: &Path) {
        match read(path) {
            Ok(entries) => self.entries.extend(entries),
            Err(fault) => drop(self.fault.get_or_insert(fault)),
        }
    }

    /// Why a suppression file was rejected.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Whether call stacks with this signature are suppressed.
    pub(crate) fn contains(&self, signature: &str) -> bool {
        self.entries.iter().any(|entry| entry.signature == signature)
    }

    /// Why a growing place may grow. `suppressed` is the signature that suppresses it, if any.
    pub(crate) fn reason_for(&self, site: &Site, suppressed: Option<&str>) -> Option<String> {
        let entry = self.entries.iter().find(|entry| Some(&*entry.signature) == suppressed);
        if let Some(entry) = entry {
            return Some(entry.reason.clone());
        }
        let named = |place: &str| {
            site.signature.as_deref() == Some(place) || ends_with_path(&site.function, place)
        };
        let (_, bytes) = self.bounds.iter().find(|(place, _)| named(place))?;
        let bound = units::bytes(*bytes as f64);
        (site.live_bytes <= *bytes).then(|| format!("within its declared bound of {bound}"))
    }

    /// The suppressions whose signature is not in `matched`, as `signature (reason)`.
    pub(crate) fn unmatched(&self, matched: &BTreeSet<String>) -> Vec<String> {
        let unmatched = self.entries.iter().filter(|entry| !matched.contains(&entry.signature));
        unmatched.map(|entry| format!("{} ({})", entry.signature, entry.reason)).collect()
    }
}

fn read(path: &Path) -> Result<Vec<Suppression>, String> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| format!("the suppressions in {shown} cannot be read: {error}"))?;
    let mut entries = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (signature, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (signature, reason) = (signature.to_ascii_lowercase(), reason.trim().to_owned());
        let is_signature =
            signature.len() == 16 && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_signature || reason.is_empty() {
            return Err(format!(
                "line {number} of {shown} is not a suppression: write the signature that the \
                 report shows (16 hexadecimal digits), a space, and the reason why it may stay"
            ));
        }
        if signature == signature::EMPTY {
            return Err(format!(
                "line {number} of {shown} suppresses {signature}, the signature that earlier versions \
                 gave to every place without a function of the program's own; remove the line, and \
                 suppress what the report shows now"
            ));
        }
        entries.push(Suppression { signature, reason });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read_text(text: &str) -> Result<Vec<Suppression>, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        read(file.path())
    }

    #[test]
    fn a_suppression_has_a_signature_and_a_reason() {
        let entries = read_text("# ours\n\n0123456789ABCDEF  the registry of metrics\n").unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].signature, "0123456789abcdef", "in either case of its letters");
        assert_eq!(entries[0].reason, "the registry of metrics");
    }

    #[test]
    fn a_line_without_a_reason_is_refused_with_its_line_number() {
        for text in ["0123456789abcdef\n", "\nshop::cart because\n"] {
            let error = read_text(text).unwrap_err();
            assert!(error.contains("is not a suppression"), "{error}");
        }
        assert!(read_text("\nshop::cart because\n").unwrap_err().contains("line 2"));
        assert!(read(Path::new("not-there")).unwrap_err().contains("not-there"));
    }

    #[test]
    fn the_former_signature_of_nameless_places_is_refused_with_its_line_number() {
        let error = read_text("# ours\ncbf29ce484222325 some reason\n").unwrap_err();
        assert!(error.starts_with("line 2 of "), "{error}");
        assert!(error.contains("remove the line"), "{error}");
    }

    #[test]
    fn the_first_fault_is_kept_and_a_refused_file_suppresses_nothing() {
        let mut suppressions = Suppressions::default();
        suppressions.read(Path::new("not-there"));
        suppressions.read(Path::new("neither"));
        assert!(suppressions.fault().unwrap().contains("not-there"));
        assert!(suppressions.unmatched(&BTreeSet::new()).is_empty());
    }

    #[test]
    fn suppressions_that_matched_nothing_are_listed_with_their_reasons() {
        let entries = read_text("0000000000000001 one\n0000000000000002 two words\n").unwrap();
        let suppressions = Suppressions { entries, ..Suppressions::default() };
        let matched = BTreeSet::from(["0000000000000001".to_owned()]);
        assert_eq!(suppressions.unmatched(&matched), ["0000000000000002 (two words)"]);
    }
}
