//! The chart library of the workshop's pages: uPlot, as its authors publish it, so that pages draw
//! without a network.
//!
//! The files in `assets` are `dist/uPlot.iife.min.js`, `dist/uPlot.min.css` and `LICENSE` of the npm
//! package `uplot` in this [`VERSION`], unchanged. A newer version: `npm pack uplot`, and copy the
//! three over these.

/// The version of the library.
pub const VERSION: &str = "1.6.32";
/// The library; defines `uPlot`.
pub const SCRIPT: &str = include_str!("../assets/uplot.js");
/// The style sheet that the library needs.
pub const STYLE: &str = include_str!("../assets/uplot.css");
/// Its licence, MIT, which goes wherever the library goes.
pub const LICENSE: &str = include_str!("../assets/LICENSE-uplot");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_of_the_stated_version_and_ask_nobody() {
        assert!(SCRIPT.contains(&format!("(v{VERSION})")), "the script is of another version");
        assert!(SCRIPT.contains("var uPlot="), "the script defines no uPlot");
        assert!(STYLE.contains(".uplot"));
        assert!(LICENSE.contains("MIT"));
        for call in ["fetch(", "XMLHttpRequest", "import(", "WebSocket"] {
            assert!(!SCRIPT.contains(call), "the script calls {call}");
        }
    }
}
