//! Questions to the person at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::Context as _;

/// Whether standard input is a terminal, so that a person can answer.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal()
}

/// Asks a question and reads one line; `None` at the end of the input.
pub fn line(question: &str) -> anyhow::Result<Option<String>> {
    // Questions go to standard error: standard output is for results.
    let mut out = anstream::stderr();
    write!(out, "{question} ")?;
    out.flush()?;
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer).context("the answer cannot be read")?;
    if read == 0 {
        writeln!(out)?;
        return Ok(None);
    }
    Ok(Some(answer.trim().to_owned()))
}

/// Asks a yes-or-no question; anything but yes is no.
pub fn confirms(question: &str) -> anyhow::Result<bool> {
    let answer = line(&format!("{question} [y/N]"))?.unwrap_or_default().to_lowercase();
    Ok(answer == "y" || answer == "yes")
}
