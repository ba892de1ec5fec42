//! `diff`: the learner's version beside what was shipped, or beside the solution.

use std::fs;

use anyhow::Context as _;
use clap::ValueEnum;

use super::{ask, prepare};
use crate::difference::{self, FileDifference};
use crate::exit::Exit;
use crate::files::{self, Files};
use crate::finding::{self, State};
use crate::readme::Readme;
use crate::shipped::Shipped;
use crate::show;
use crate::workspace::{Entry, Version, Workspace};

/// Shows your version of an exercise beside the solution, or beside what was shipped
///
/// Word by word, and side by side where the terminal is wide enough. Each place of the fix comes
/// with its reason from the solution's README. Asks first where the solution would be given away.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask diff rc-cycles                    yours beside the solution
  cargo xtask diff rc-cycles --yes              without a question (for facilitators)
  cargo xtask diff rc-cycles --against shipped  what you have changed

Exit code: 0 if it was shown, else 2.")]
pub struct Args {
    /// The exercise to compare
    exercise: String,
    /// What to compare it with
    #[arg(long, value_enum, default_value_t = Against::Solution)]
    against: Against,
    /// Show the solution also while the exercise still leaks
    #[arg(long)]
    yes: bool,
}

/// What the learner's version is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Against {
    /// What was shipped: from it to yours
    Shipped,
    /// The fixed version: from yours to it
    Solution,
}

/// Two versions of an exercise, compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What it was compared with.
    pub against: Against,
    /// Where they differ.
    pub files: Vec<FileDifference>,
    /// The files in which the learner's version is not as shipped; `None` if that is not known.
    pub edited: Option<Vec<String>>,
}

/// Shows the difference, after a question where it would give the solution away.
///
/// # Errors
/// An unknown name, a version that cannot be read, a solution that must not be shown and nobody to
/// ask, or an output that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let entry = workspace.exercise(&args.exercise)?;
    if args.against == Against::Solution && !args.yes && gives_away(&workspace, entry) {
        let name = &entry.name;
        let warning = format!("{name} is not fixed yet, and this shows the solution.");
        let instead = format!(
            "What you have changed:  cargo xtask diff {name} --against shipped\n\
             One more hint:          cargo xtask hint {name}"
        );
        anyhow::ensure!(
            ask::is_possible(),
            "{warning} To see it all the same, add --yes.\n{instead}"
        );
        if !ask::is_yes(&format!("{warning} Show it?"))? {
            anstream::eprintln!("{instead}");
            return Ok(Exit::NoResult);
        }
    }
    show::diff::print(entry, &compare(&workspace, entry, args.against)?)?;
    Ok(Exit::Success)
}

/// Whether the solution is news to the learner: the exercise was not found to be fixed as it is.
pub fn gives_away(workspace: &Workspace, entry: &Entry) -> bool {
    finding::now(workspace, entry).is_none_or(|finding| finding.state != State::Fixed)
}

/// Compares the learner's version of `entry`.
///
/// # Errors
/// When a version cannot be read, or what was shipped is not to be had.
pub fn compare(
    workspace: &Workspace,
    entry: &Entry,
    against: Against,
) -> anyhow::Result<Comparison> {
    let mine = read(workspace, entry, Version::Exercise)?;
    let mut files = match against {
        Against::Shipped => {
            let mut shipped = Shipped::of(&workspace.root, &entry.name)?.files()?;
            shipped.remove("README.md");
            difference::between(&shipped, &mine)
        }
        Against::Solution => {
            let solution = read(workspace, entry, Version::Solution)?;
            difference::between(&mine, &under_one_name(solution, &entry.name))
        }
    };
    if against == Against::Solution {
        difference::explain(&mut files, &reasons(workspace, entry));
    }
    let edited = Shipped::of(&workspace.root, &entry.name).and_then(|shipped| shipped.changes());
    let edited = edited.ok().map(|changes| changes.iter().map(ToString::to_string).collect());
    Ok(Comparison { against, files, edited })
}

/// A version's files but its README, which is another text in each.
fn read(workspace: &Workspace, entry: &Entry, version: Version) -> anyhow::Result<Files> {
    let folder = version.folder(&entry.name);
    let mut files = files::read_below(&workspace.root.join(&folder))
        .with_context(|| format!("{folder} cannot be compared"))?;
    files.remove("README.md");
    Ok(files)
}

/// The solution's files under the exercise's name: that they differ in it says nothing.
fn under_one_name(files: Files, name: &str) -> Files {
    let library = |version: Version| version.package(name).replace('-', "_");
    let pairs = [
        (Version::Solution.package(name), Version::Exercise.package(name)),
        (library(Version::Solution), library(Version::Exercise)),
    ];
    let renamed = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => pairs.iter().fold(text, |text, (from, to)| text.replace(from, to)).into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    };
    files.into_iter().map(|(file, bytes)| (file, renamed(bytes))).collect()
}

/// The points of the fix; none where the solution's README cannot be read.
fn reasons(workspace: &Workspace, entry: &Entry) -> Vec<String> {
    let place = format!("{}/README.md", Version::Solution.folder(&entry.name));
    let text = fs::read_to_string(workspace.root.join(&place)).unwrap_or_default();
    Readme::parse(&text, place).reasons()
}
