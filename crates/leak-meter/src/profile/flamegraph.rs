//! Flamegraphs, drawn by `inferno`.

use std::fmt;

use inferno::flamegraph::{self, Options};

use super::NamedProfile;
use super::folded::Weight;

/// The error that a flamegraph could not be drawn.
#[derive(Debug)]
pub struct FlamegraphError(String);

impl NamedProfile {
    /// A flamegraph of the live heap, as an SVG file that a browser shows. Its scripts work without a network.
    ///
    /// # Errors
    /// If nothing is live.
    pub fn to_flamegraph(&self, weight: Weight) -> Result<Vec<u8>, FlamegraphError> {
        let folded = self.to_folded(weight);
        let mut options = Options::default();
        (options.title, options.count_name) = match weight {
            Weight::Bytes => ("Live bytes".to_owned(), "bytes".to_owned()),
            Weight::Blocks => ("Live blocks".to_owned(), "blocks".to_owned()),
        };
        let mut picture = Vec::new();
        flamegraph::from_lines(&mut options, folded.lines(), &mut picture)
            .map_err(|error| FlamegraphError(error.to_string()))?;
        Ok(picture)
    }
}

impl fmt::Display for FlamegraphError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no flamegraph: {}", self.0)
    }
}

impl std::error::Error for FlamegraphError {}
