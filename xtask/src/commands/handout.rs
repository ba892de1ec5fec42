//! `handout`: a sheet of paper for each exercise.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::files;
use crate::handout;

/// Writes a page with a sheet for each exercise, for double-sided printing
///
/// On the front are the bug report, the memory profile and the commands; on the back is the solution. Print
/// only the odd pages if learners keep the sheets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask handout                          leak-lab-handouts.html
  cargo xtask handout rc-cycles --out rc.html  one exercise

Exit code: 0 if it was written, else 2.")]
pub struct Args {
    /// Exercises [default: all]
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// The file of the page
    #[arg(long, value_name = "FILE", default_value = "leak-lab-handouts.html")]
    out: PathBuf,
}

/// Writes the page.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let page = handout::page(&workspace.select(&args.exercises)?)?;
    files::write(&std::path::absolute(&args.out)?, page.as_bytes())
        .with_context(|| format!("{} cannot be written", args.out.display()))?;
    writeln!(anstream::stdout(), "{}", args.out.display())?;
    Ok(Exit::Success)
}
