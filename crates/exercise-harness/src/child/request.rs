//! Reads the parent's request.

use std::io;

use anyhow::Context as _;

use crate::protocol::request::{RUN_ISOLATED, TrialRequest};

/// The request to a test binary with these arguments; `None` if they do not ask for an isolated
/// trial.
pub(crate) fn read(
    mut arguments: impl Iterator<Item = String>,
) -> Option<anyhow::Result<TrialRequest>> {
    if arguments.nth(1)? != RUN_ISOLATED {
        return None;
    }
    Some(first_line().and_then(|line| Ok(serde_json::from_slice(&line)?)))
}

/// The first line of standard input, without reading a byte beyond it: the input of a paced trial
/// follows.
fn first_line() -> anyhow::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while rustix::io::read(io::stdin(), &mut byte).context("standard input")? == 1 {
        if byte == *b"\n" {
            break;
        }
        line.push(byte[0]);
    }
    Ok(line)
}
