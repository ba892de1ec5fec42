//! The command `leak-meter`: reads heap profiles that a running service has written.
//!
//! Standard output has the result and nothing else. The exit code is 0 if the command did what it was asked to, 1 if
//! the verdict is Growing, and 2 after an error.
#![allow(clippy::print_stdout, clippy::print_stderr)] // This is a command.

mod arguments;
mod commands;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use commands::Done;

/// The exit code after an error.
const FAILED: u8 = 2;
/// The exit code if the verdict is Growing.
const GROWING: u8 = 1;

fn main() -> ExitCode {
    match commands::run(Arguments::parse().command) {
        Ok(Done { output, grows }) => match write(&output) {
            // A reader that has seen enough may close the pipe.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                fail(&format!("the result cannot be written: {error}"))
            }
            _ if grows => ExitCode::from(GROWING),
            _ => ExitCode::SUCCESS,
        },
        Err(error) => fail(&error.to_string()),
    }
}

fn write(output: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(output)?;
    out.flush()
}

fn fail(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(FAILED)
}
