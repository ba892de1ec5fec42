//! `report`: a whole run as one page that works without a network, and as Markdown.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{prepare, run};
use crate::document::ExerciseResult;
use crate::exit::Exit;
use crate::report::{Contents, html, markdown};
use crate::show;
use crate::show::progress::Progress;

/// Writes a whole run as one self-contained page, and as Markdown
///
/// The page opens from disk without a network and prints on paper. The Markdown, beside it, is for a
/// chat or a pull request.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask report                       leak-lab-report.html and leak-lab-report.md
  cargo xtask report --out today.html      today.html and today.md
  cargo xtask report rc-cycles --release   one exercise, optimised

Exit code: 0 if every version ended with a verdict, whatever it is; else 2.")]
pub struct Args {
    /// Exercises to report; none for all
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// The page's file; the Markdown gets the same name with .md
    #[arg(long, value_name = "FILE", default_value = "leak-lab-report.html")]
    out: PathBuf,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
}

/// Measures, and writes both files.
///
/// # Errors
/// An unknown name, a file that cannot be written, or as `run`.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entries = workspace.chosen(&args.exercises)?;
    let text = args.out.with_extension("md");
    anyhow::ensure!(
        text != args.out,
        "{} is the name of the Markdown; give the page's, such as {}",
        args.out.display(),
        args.out.with_extension("html").display()
    );
    // Before minutes of measuring: a place that cannot be written to. What is there stays until then.
    for file in [&args.out, &text] {
        let open = fs::File::options().create(true).append(true).open(file);
        open.with_context(|| cannot_be_written(file))?;
    }
    let progress = Progress::new();
    let document = run::measured(&workspace, &args.exercises, args.release, &progress)?;
    progress.end();
    let contents = Contents::of(&workspace, &entries, &document);
    write(&args.out, &html::page(&contents)?)?;
    write(&text, &markdown::text(&contents))?;
    show::text(&format!("{}\n{}\n", args.out.display(), text.display()))?;
    let measured = document.exercises.iter().all(ExerciseResult::is_measured);
    Ok(if measured { Exit::Success } else { Exit::NoResult })
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| cannot_be_written(file))
}

fn cannot_be_written(file: &Path) -> String {
    format!("{} cannot be written", file.display())
}
