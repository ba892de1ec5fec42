//! The places in an explanation: the call sites that grow, and who holds their blocks.

use leak_meter::site::Site;
use leak_meter::{Holders, Verdict};

use crate::units;

/// How many call sites are shown; the rest are counted.
const SHOWN_SITES: usize = 3;

/// How many lines [`first_holder`] returns at most.
const SHOWN_OF_HOLDER: usize = 3;

/// A part of an explanation: a heading and the indented lines below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading, which ends with a colon.
    pub heading: &'static str,
    /// The lines below it; never empty.
    pub lines: Vec<String>,
}

impl Section {
    /// All lines, beginning with the heading.
    pub fn all(self) -> impl Iterator<Item = String> {
        std::iter::once(self.heading.to_owned()).chain(self.lines)
    }
}

/// The first call sites with this verdict, in a few lines each; `None` if there are none.
///
/// A location, `path:line` relative to the workspace, has its own line, so that terminals link it.
pub fn places(sites: &[Site], verdict: Verdict) -> Option<Section> {
    let found: Vec<&Site> = sites.iter().filter(|site| site.verdict == verdict).collect();
    let mut lines = Vec::new();
    for site in found.iter().take(SHOWN_SITES) {
        lines.push(format!("  {}", site.function));
        lines.push(match (&site.file, site.line) {
            (Some(file), Some(line)) => format!("    {file}:{line}"),
            _ => format!("    {}", site.no_line.as_deref().unwrap_or("its line is not known")),
        });
        lines.push(match verdict {
            Verdict::Growing => format!("    {}", growth_of(site)),
            // Its growth is not known.
            _ => format!("    {}", site.reason),
        });
    }
    if found.len() > SHOWN_SITES {
        lines.push(format!("  and {} more", found.len() - SHOWN_SITES));
    }
    let heading = match verdict {
        Verdict::Growing => "Growing call sites:",
        _ => "Undecided call sites:",
    };
    (!lines.is_empty()).then_some(Section { heading, lines })
}

/// The growth of a growing line: `1.00 blocks and 8.00 B per operation`.
pub fn growth_of(site: &Site) -> String {
    format!(
        "{} blocks and {} per operation",
        units::number(site.blocks_per_operation.unwrap_or(0.0)),
        units::bytes(site.bytes_per_operation.unwrap_or(0.0)),
    )
}

/// The lines of `text` up to `around` lines before and after the line `number`, each with its number.
pub fn excerpt(text: &str, number: u32, around: u32) -> impl Iterator<Item = (u32, &str)> {
    let lines = (1_u32..).zip(text.lines());
    lines.filter(move |(line, _)| line.abs_diff(number) <= around)
}

/// The first finding of `holders` in at most three lines: the holder, its line, and what holds it. Empty if
/// nothing was found.
pub fn first_holder(holders: Option<&Holders>) -> Vec<String> {
    let found = holders.filter(|holders| !holders.findings.is_empty());
    let lines = found.map(Holders::lines).unwrap_or_default().into_iter();
    let first = lines.take_while(|line| !line.starts_with("2. ")).take(SHOWN_OF_HOLDER);
    // Without the number, and without the indentation of the lines below it.
    let text = |line: &str| {
        let text = line.strip_prefix("1. ").or(line.strip_prefix("   "));
        text.unwrap_or(line).to_owned()
    };
    first.map(|line| text(&line)).collect()
}

/// What holds the growing blocks, in a few lines; `None` if that was not searched for.
pub(super) fn holder_in_brief(holders: Option<&Holders>) -> Option<Section> {
    let first = first_holder(holders);
    if first.is_empty() {
        // Why nothing was found.
        return self::holders(holders);
    }
    let more = holders.map_or(0, |holders| holders.findings.len().saturating_sub(1));
    let more = (more > 0).then(|| format!("and {}", units::plural(more as u64, "more holder")));
    let lines = first.into_iter().chain(more).map(|line| format!("  {line}"));
    let heading = "Who holds it (in full: cargo xtask run EXERCISE --holders):";
    Some(Section { heading, lines: lines.collect() })
}

/// What holds the growing blocks, as a short tree; `None` if that was not searched for.
pub fn holders(holders: Option<&Holders>) -> Option<Section> {
    let lines = holders.map(Holders::lines).unwrap_or_default();
    let lines: Vec<String> = lines.into_iter().map(|line| format!("  {line}")).collect();
    (!lines.is_empty()).then_some(Section { heading: "Who holds it:", lines })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undecided_line_has_a_reason_and_no_growth() {
        let site = |verdict: &str, rate: Option<f64>| -> Site {
            serde_json::from_value(serde_json::json!({
                "function": "f", "file": "a.rs", "line": 21, "no_line": null, "own": true,
                "package": null, "grain": "call_stack", "verdict": verdict,
                "reason": { "kind": "only_total_bytes" },
                "live_blocks": 0, "live_bytes": 0, "reallocations": 0,
                "blocks_per_operation": rate, "bytes_per_operation": rate,
                "bytes_low": null, "bytes_high": null,
                "history": [], "stack": [], "signature": null,
            }))
            .unwrap()
        };
        let sites = [site("undecided", None), site("growing", Some(2.0))];
        let lines = |verdict| places(&sites, verdict).unwrap().lines;
        let undecided = lines(Verdict::Undecided);
        assert_eq!(undecided[..2], ["  f", "    a.rs:21"]);
        assert_eq!(undecided[2..], [format!("    {}", sites[0].reason)]);
        let growing = ["  f", "    a.rs:21", "    2.00 blocks and 2.00 B per operation"];
        assert_eq!(lines(Verdict::Growing), growing);
    }
}
