//! Places that may grow: findings that are known, and places with a declared bound.

use std::fs;
use std::path::Path;

use super::Site;
use crate::units;

/// What a project has declared about its places.
#[derive(Debug, Default, Clone)]
pub(crate) struct Excuses {
    /// Signature and reason.
    known: Vec<(String, String)>,
    /// Function or signature, and the most live bytes.
    bounds: Vec<(String, u64)>,
}

impl Excuses {
    /// A place may hold up to `bytes`.
    pub(crate) fn bound(&mut self, place: &str, bytes: u64) {
        self.bounds.push((place.to_owned(), bytes));
    }

    /// Reads a file of known findings: on each line a signature, a blank and the reason; empty
    /// lines and those that begin with `#` are passed over.
    pub(crate) fn read_known(&mut self, path: &Path) -> Result<(), String> {
        let shown = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| format!("the known findings in {shown} cannot be read: {error}"))?;
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (signature, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let is_signature =
                signature.len() == 16 && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_signature || reason.trim().is_empty() {
                return Err(format!(
                    "line {number} of {shown} is not a known finding: write the signature that the \
                     report shows (16 hexadecimal digits), a blank, and the reason why it may stay"
                ));
            }
            self.known.push((signature.to_owned(), reason.trim().to_owned()));
        }
        Ok(())
    }

    /// Why a place that grows may do so.
    pub(super) fn reason_for(&self, site: &Site) -> Option<String> {
        let known = self.known.iter().find(|(signature, _)| *signature == site.signature);
        if let Some((_, reason)) = known {
            return Some(format!("known: {reason}"));
        }
        let named = |place: &str| place == site.signature || ends_with_path(&site.function, place);
        let (_, bytes) = self.bounds.iter().find(|(place, _)| named(place))?;
        let bound = units::bytes(*bytes as f64);
        (site.live_bytes <= *bytes).then(|| format!("within its declared bound of {bound}"))
    }
}

/// Whether a function's path ends with `path`, whole names compared.
pub(crate) fn ends_with_path(function: &str, path: &str) -> bool {
    function.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &str) -> Result<Excuses, String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut excuses = Excuses::default();
        excuses.read_known(file.path()).map(|()| excuses)
    }

    #[test]
    fn known_findings_have_a_signature_and_a_reason() {
        let excuses = read("# ours\n\n0123456789abcdef  the registry of metrics\n").unwrap();
        assert_eq!(excuses.known.len(), 1);
        assert_eq!(excuses.known[0].1, "the registry of metrics");
    }

    #[test]
    fn a_line_without_a_reason_is_refused_with_its_number() {
        for text in ["0123456789abcdef\n", "\nshop::cart because\n"] {
            let error = read(text).unwrap_err();
            assert!(error.contains("is not a known finding"), "{error}");
        }
        assert!(read("\nshop::cart because\n").unwrap_err().contains("line 2"));
        let mut excuses = Excuses::default();
        assert!(excuses.read_known(Path::new("not-there")).unwrap_err().contains("not-there"));
    }

    #[test]
    fn a_bound_names_a_function_by_the_end_of_its_path() {
        assert!(ends_with_path("shop::cart::Cart::add", "Cart::add"));
        assert!(!ends_with_path("shop::cart::OldCart::add", "Cart::add"));
    }
}
