//! `diff`: the learner's version compared with the shipped version or the solution.

use std::io::IsTerminal as _;

use clap::ValueEnum;

use crate::ask;
use crate::commands::open_workshop;
use crate::difference::{self, Against};
use crate::exit::Exit;
use crate::show::{self, width};

/// Compares your version of an exercise with the solution, or with the shipped version
///
/// Marks changed words, and shows both versions side by side where the terminal is wide enough. Each
/// change of the fix is explained by the solution's README. Asks before it reveals the solution.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask diff rc-cycles                    compared with the solution
  cargo xtask diff rc-cycles --yes              without a question
  cargo xtask diff rc-cycles --against shipped  what you have changed

Exit code: 0 if it was shown, else 2.")]
pub struct Args {
    /// The exercise to compare, by name or number [default: the one whose folder you are in]
    exercise: Option<String>,
    /// What to compare it with
    #[arg(long, value_enum, default_value_t = Other::Solution)]
    against: Other,
    /// Show the solution even while the exercise still leaks
    #[arg(long)]
    yes: bool,
}

/// The version to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Other {
    /// The shipped version: from it to yours
    Shipped,
    /// The fixed version: from yours to it
    Solution,
}

impl From<Other> for Against {
    fn from(other: Other) -> Self {
        match other {
            Other::Shipped => Self::Shipped,
            Other::Solution => Self::Solution,
        }
    }
}

/// Shows the differences, after a question if they reveal the solution.
///
/// # Errors
/// An unknown name, a version that cannot be read, a solution that must not be revealed without a
/// terminal to ask in, or an output that cannot be written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercise = workspace.exercise_or_here(args.exercise.as_deref())?;
    let against = Against::from(args.against);
    if against == Against::Solution && !args.yes && difference::reveals_solution(exercise) {
        let name = &exercise.name;
        let warning = format!("{name} is not fixed yet, and this shows the solution.");
        let instead = format!(
            "What you have changed:  cargo xtask diff {name} --against shipped\n\
             Another hint:           cargo xtask hint {name}"
        );
        anyhow::ensure!(ask::is_interactive(), "{warning} To see it anyway, add --yes.\n{instead}");
        if !ask::confirms(&format!("{warning} Show it?"))? {
            anstream::eprintln!("{instead}");
            return Ok(Exit::NoResult);
        }
    }
    let comparison = difference::compare(exercise, against)?;
    // Without a terminal, lines are not broken.
    let width = if std::io::stdout().is_terminal() { width::terminal() } else { usize::MAX };
    show::diff::print(&mut anstream::stdout().lock(), exercise, &comparison, width)?;
    Ok(Exit::Success)
}
