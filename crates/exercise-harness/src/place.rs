//! Where a trial that runs alone streams, prints and stores: a folder of the parent's.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::alone::Order;
use crate::cleanup;
use crate::context::SoakSettings;
use crate::limits::Limits;

/// How much of a child's output is kept, from its end.
const OUTPUT_KEPT: u64 = 8 * 1024;

/// The folder of one trial, removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Place(cleanup::Folder);

impl Place {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let place = Self(cleanup::Folder::new()?);
        File::create(place.events()).and_then(|_| fs::create_dir(place.files())).with_context(
            || format!("the trial's folder cannot be filled: {}", place.0.path().display()),
        )?;
        Ok(place)
    }

    /// The order to run `trial` here.
    pub(crate) fn order(&self, trial: &str, settings: SoakSettings) -> Order {
        let trial = trial.to_owned();
        let limits = Limits::default();
        Order { trial, events: self.events(), folder: self.files(), settings, limits, paced: false }
    }

    /// Where the child streams its events.
    pub(crate) fn events(&self) -> PathBuf {
        self.0.path().join("events")
    }

    fn files(&self) -> PathBuf {
        self.0.path().join("files")
    }

    /// Where what the child prints goes.
    pub(crate) fn output(&self) -> PathBuf {
        self.0.path().join("output")
    }

    /// The end of what the child printed; nothing if it cannot be read.
    pub(crate) fn printed(&self) -> String {
        tail(&self.output()).unwrap_or_default()
    }
}

fn tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT_KEPT)))?;
    let mut kept = Vec::new();
    file.take(OUTPUT_KEPT).read_to_end(&mut kept)?;
    Ok(String::from_utf8_lossy(&kept).trim().to_owned())
}
