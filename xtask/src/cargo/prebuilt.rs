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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_are_beside_the_file_of_their_messages() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("messages.json");
        let message = r#"{"reason":"compiler-artifact","package_id":"path+file:///workshop/a#a-exercise@0.1.0",
            "manifest_path":"/workshop/a/Cargo.toml","target":{"kind":["test"],"crate_types":["bin"],
            "name":"memory","src_path":"/workshop/a/tests/memory.rs","edition":"2024","doc":false,
            "doctest":false,"test":true},"profile":{"opt_level":"0","debuginfo":1,
            "debug_assertions":true,"overflow_checks":true,"test":false},"features":[],
            "filenames":["tests/memory-1"],"executable":"tests/memory-1","fresh":false}"#;
        let end = r#"{"reason":"build-finished","success":true}"#;
        std::fs::write(&file, format!("{}\n{end}\n", message.replace('\n', ""))).unwrap();
        let output = read(&file).unwrap();
        assert!(output.finished);
        assert_eq!(output.tests["a-exercise"], folder.path().join("tests/memory-1"));
        assert!(read(&folder.path().join("none.json")).is_err());
    }
}
