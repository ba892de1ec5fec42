//! Reads the parent's request.

use anyhow::Context as _;

use super::standard_input;
use crate::protocol::request::{RUN_ISOLATED, TrialRequest};

/// The request to a test binary with these arguments; `None` if they do not ask for an isolated
/// trial.
pub(crate) fn read(
    mut arguments: impl Iterator<Item = String>,
) -> Option<anyhow::Result<TrialRequest>> {
    if arguments.nth(1)? != RUN_ISOLATED {
        return None;
    }
    let line = standard_input::first_line().context("standard input");
    Some(line.and_then(|line| Ok(serde_json::from_slice(&line)?)))
}
