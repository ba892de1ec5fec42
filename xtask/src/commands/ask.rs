//! A question to whoever sits at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::Context as _;

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    io::stdin().is_terminal()
}

/// Asks a question that is answered by one line; `None` at the end of the input.
///
/// # Errors
/// When the question cannot be printed, or the answer cannot be read.
pub fn line(question: &str) -> anyhow::Result<Option<String>> {
    // A question is no result, so it does not go where results go.
    let mut out = anstream::stderr();
    write!(out, "{question} ")?;
    out.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    if read == 0 {
        // What comes next begins on a line of its own.
        writeln!(out)?;
        return Ok(None);
    }
    Ok(Some(answer.trim().to_owned()))
}

/// Asks a question that is answered by yes, or by anything else.
///
/// # Errors
/// As [`line`].
pub fn is_yes(question: &str) -> anyhow::Result<bool> {
    let answer = line(&format!("{question} [y/N]"))?.unwrap_or_default().to_lowercase();
    Ok(answer == "y" || answer == "yes")
}
