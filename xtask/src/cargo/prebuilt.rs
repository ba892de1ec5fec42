//! Tests that were built elsewhere, from a file of cargo's messages:
//!
//! ```sh
//! cargo build --test memory --message-format=json --package x-exercise ... > messages.json
//! LEAK_LAB_PREBUILT=messages.json cargo xtask run
//! ```

use std::env;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::output::CargoOutput;

/// The environment variable that names the file.
const VARIABLE: &str = "LEAK_LAB_PREBUILT";

/// The file that takes the place of running cargo, if one is set.
pub fn messages() -> Option<PathBuf> {
    env::var_os(VARIABLE).filter(|file| !file.is_empty()).map(PathBuf::from)
}

/// Reads the messages in `file`. The paths in them may be relative to its folder.
pub fn read(file: &Path) -> anyhow::Result<CargoOutput> {
    let cannot = || format!("{}, which {VARIABLE} names, cannot be read", file.display());
    let mut output = CargoOutput::parse(BufReader::new(File::open(file).with_context(cannot)?))
        .with_context(cannot)?;
    let folder = folder(file)?;
    for path in output.tests.values_mut().chain(output.programs.values_mut()) {
        *path = folder.join(&path);
    }
    Ok(output)
}

/// The folder of `file`.
pub fn folder(file: &Path) -> anyhow::Result<PathBuf> {
    let file = std::path::absolute(file)?;
    Ok(file.parent().map(Path::to_owned).unwrap_or_default())
}
