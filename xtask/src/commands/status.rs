//! `status`: a learner's progress as one line or as JSON, for the facilitator.

use std::env;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;
use jiff::Timestamp;

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::files;
use crate::room::Learner;
use crate::status::{Status, Tally};

/// Prints your progress as one line for the facilitator
///
/// It sends nothing: paste the line into the chat, or write it to a shared folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask status                            prints the line
  cargo xtask status --name Ada --into /shared  writes it to /shared/Ada.txt
  cargo xtask status --format json              for a program

The facilitator shows the lines with: cargo xtask room /shared

Exit code: 0 if it was printed or written, else 2.")]
pub struct Args {
    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Line)]
    format: Format,
    /// Your name [default: the name of your account]
    #[arg(long)]
    name: Option<String>,
    /// Write the line to a file in this folder, named after you
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line of text
    Line,
    /// A JSON object
    Json,
}

/// Prints or writes the status.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let account =
        || ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| env::var(name).ok());
    let name = args.name.clone().or_else(account).unwrap_or_default();
    let (exercises, tally) = (Status::read_all(&workspace), Tally::read(&workspace));
    let learner = Learner::new(&name, Timestamp::now(), tally.judged, &exercises);
    let text = match args.format {
        Format::Line => learner.line(),
        Format::Json => learner.json().to_string(),
    };
    let Some(folder) = &args.into else {
        writeln!(anstream::stdout(), "{text}")?;
        return Ok(Exit::Success);
    };
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    let name: String =
        learner.name.chars().map(|one| if is_plain(one) { one } else { '_' }).collect();
    let file = folder.join(format!("{}.txt", name.trim_start_matches('.')));
    files::write(&file, format!("{text}\n").as_bytes())
        .with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(anstream::stdout(), "{}", file.display())?;
    Ok(Exit::Success)
}
