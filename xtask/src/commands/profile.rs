//! `profile`: an exercise under another memory tool, beside our verdict.

use clap::ValueEnum;

use crate::build::{self, NoTest};
use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::judgement;
use crate::profiler::{self, ProfileOptions, Tool};
use crate::progress::Progress;
use crate::show;
use crate::workspace::Version;

/// Runs an exercise under another memory tool, and shows its conclusion beside ours
///
/// The tool is slow, so it runs fewer rounds. Our verdict comes from a full run without the tool.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask profile rc-cycles --tool valgrind
  cargo xtask profile unbounded-cache --tool heaptrack --rounds 20
  cargo xtask profile rc-cycles --tool dhat --version solution

Exit code: 0 if both runs have a result, else 2.")]
pub struct Args {
    /// The exercise
    exercise: String,
    /// The tool
    #[arg(long, value_enum)]
    tool: ToolName,
    /// Which version to run
    #[arg(long, value_enum, default_value_t = Choice::Exercise)]
    version: Choice,
    /// The number of rounds under the tool
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Operations in each round under the tool, instead of the exercise's own number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    operations: Option<u64>,
    /// Run optimised code
    #[arg(long)]
    release: bool,
    /// Also profile an exercise that you have not judged yet
    #[arg(long)]
    reveal: bool,
}

/// The name of a tool on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ToolName {
    /// Counts every allocation by call stack, and those never freed
    Heaptrack,
    /// Valgrind's memcheck: finds blocks that nothing points to when the program ends
    Valgrind,
    /// Valgrind's dhat: how much each line allocates, for how long, and how often it is accessed
    Dhat,
}

impl From<ToolName> for Tool {
    fn from(name: ToolName) -> Self {
        match name {
            ToolName::Heaptrack => Self::Heaptrack,
            ToolName::Valgrind => Self::Memcheck,
            ToolName::Dhat => Self::Dhat,
        }
    }
}

/// Which version to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Choice {
    /// The one to be fixed
    Exercise,
    /// The fixed one
    Solution,
}

/// Runs the workload without the tool and under it.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let exercise = workspace.exercise(&args.exercise)?;
    judgement::require(exercise, args.reveal, "this shows its verdict")?;
    let tool = Tool::from(args.tool);
    tool.check_installed()?;
    let version = match args.version {
        Choice::Exercise => Version::Exercise,
        Choice::Solution => Version::Solution,
    };
    let progress = Progress::new();
    let built = build::tree(&workspace, args.release, &progress)?.packages;
    let test = match build::test(&built, exercise, version) {
        Ok(test) => test,
        Err(NoTest::DidNotBuild(message)) => {
            progress.end();
            show::trouble::did_not_build(&mut anstream::stderr(), exercise, version, message);
            return Ok(Exit::NoResult);
        }
        Err(NoTest::NoManifest(sentence)) => anyhow::bail!(sentence),
    };
    let options =
        ProfileOptions { tool, version, rounds: args.rounds, operations: args.operations };
    let profile = profiler::profile(exercise, test, options, &progress)?;
    progress.end();
    show::profile::print(&mut anstream::stdout().lock(), exercise, &profile)?;
    Ok(Exit::Success)
}
