//! The chart library of the facilitator's page: uPlot, as its authors publish it, embedded so that the
//! page works without a network.
//!
//! The files in `assets` are `dist/uPlot.iife.min.js`, `dist/uPlot.min.css` and `LICENSE` from
//! [`VERSION`] of the npm package `uplot`, unchanged. To update them, run `npm pack uplot` and copy the
//! three files.

/// The version of the library.
pub const VERSION: &str = "1.6.32";
/// The library's script, which defines `uPlot`.
pub const SCRIPT: &str = include_str!("../assets/uplot.js");
/// The library's style sheet.
pub const STYLE: &str = include_str!("../assets/uplot.css");
/// The library's licence (MIT), which must accompany every copy of the library.
pub const LICENSE: &str = include_str!("../assets/LICENSE-uplot");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_the_stated_version_and_use_no_network() {
        assert!(SCRIPT.contains(&format!("(v{VERSION})")), "the script has another version");
        assert!(SCRIPT.contains("var uPlot="), "the script defines no uPlot");
        assert!(STYLE.contains(".uplot"));
        assert!(LICENSE.contains("MIT"));
        for call in ["fetch(", "XMLHttpRequest", "import(", "WebSocket"] {
            assert!(!SCRIPT.contains(call), "the script calls {call}");
        }
    }
}
