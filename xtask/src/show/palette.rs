//! The colours, and the words for outcomes.

use anstyle::{AnsiColor, Style};
use leak_meter::Verdict;

use crate::document::{VersionOutcome, VersionResult};

/// Something that leaks or fails.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// Something as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Something undecided.
pub const OPEN: Style = AnsiColor::Yellow.on_default().bold();
/// Headings.
pub const STRONG: Style = Style::new().bold();
/// Less important text.
pub const QUIET: Style = Style::new().dimmed();

pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A version's verdict, or how it ended without one.
pub fn word(result: &VersionResult) -> String {
    result.verdict().map_or_else(|| verb(result.outcome).to_owned(), |verdict| verdict.to_string())
}

/// How a measurement ended, to stand after "it".
pub fn verb(outcome: VersionOutcome) -> &'static str {
    match outcome {
        VersionOutcome::Measured => "was measured",
        VersionOutcome::DidNotBuild => "does not build",
        VersionOutcome::Panicked => "panicked",
        VersionOutcome::TimedOut => "timed out",
        VersionOutcome::Exited => "ended its own process",
        VersionOutcome::Aborted if cfg!(windows) => "was ended by an exception",
        VersionOutcome::Aborted => "was ended by a signal",
        VersionOutcome::Malformed => "produced an invalid event stream",
    }
}

/// The colour of a version's result.
pub fn style(result: &VersionResult) -> Style {
    match result.verdict() {
        Some(Verdict::Growing) | None => BAD,
        Some(Verdict::Steady) => GOOD,
        Some(Verdict::Undecided) => OPEN,
    }
}
