//! `report`: the results of a run as one offline page, and as Markdown.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise_harness::SoakSettings;

use crate::commands::open_workshop;
use crate::document::ExerciseResult;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Contents, html, markdown};
use crate::run::{self, RunOptions, Versions};
use crate::show;

/// Writes the results of a run as one self-contained page, and as Markdown
///
/// The page opens from disk without a network, and can be printed. The Markdown beside it is for a chat
/// or a pull request.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask report                       leak-lab-report.html and leak-lab-report.md
  cargo xtask report --out today.html      today.html and today.md
  cargo xtask report rc-cycles --release   one exercise, optimised
  cargo xtask report --reveal              with the verdicts of all exercises, judged or not

An exercise that you have not judged yet has the figures of a short window, and no verdict.
Exit code: 0 if every version has a verdict, whatever it is; else 2.")]
pub struct Args {
    /// Exercises to report [default: all]
    #[arg(value_name = "EXERCISE")]
    exercises: Vec<String>,
    /// The file of the page; the Markdown has the same name with .md
    #[arg(long, value_name = "FILE", default_value = "leak-lab-report.html")]
    out: PathBuf,
    /// Measure optimised code
    #[arg(long)]
    release: bool,
    /// Also show the verdicts of exercises that are not judged yet
    #[arg(long)]
    reveal: bool,
}

/// Measures, and writes both files.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercises = workspace.select(&args.exercises)?;
    let markdown_file = args.out.with_extension("md");
    anyhow::ensure!(
        markdown_file != args.out,
        "{} is the name of the Markdown; name the page, such as {}",
        args.out.display(),
        args.out.with_extension("html").display()
    );
    // Fail on an unwritable place before minutes of measuring, without truncating an old report.
    for file in [&args.out, &markdown_file] {
        let open = fs::File::options().create(true).append(true).open(file);
        open.with_context(|| cannot_be_written(file))?;
    }
    let progress = Progress::new();
    let options = RunOptions {
        versions: if args.exercises.is_empty() { Versions::Tree } else { Versions::TreeAndShipped },
        settings: SoakSettings { holders: Some(true), ..SoakSettings::default() },
        release: args.release,
        requests_per_second: None,
        reveals: args.reveal,
    };
    let selected = run::select(&exercises, &options)?;
    let built = run::build(&workspace, &selected, args.release, &progress)?;
    show::trouble::report_broken(&selected, &built, &progress);
    let document = run::measure(&selected, &built, &options, &progress, |_, _| Ok(()))?;
    progress.end();
    let contents = Contents::new(&workspace, &exercises, &document, args.release);
    write(&args.out, &html::page(&contents))?;
    write(&markdown_file, &markdown::text(&contents))?;
    writeln!(anstream::stdout(), "{}\n{}", args.out.display(), markdown_file.display())?;
    show::trouble::report_unmeasured(&document);
    let measured = document.exercises.iter().all(ExerciseResult::is_measured);
    Ok(if measured { Exit::Success } else { Exit::NoResult })
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(file, text).with_context(|| cannot_be_written(file))
}

fn cannot_be_written(file: &Path) -> String {
    format!("{} cannot be written", file.display())
}
