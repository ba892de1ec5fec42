//! The arguments of the command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use leak_meter::profile::Weight;

/// Reads heap profiles written by a program with leak-meter.
#[derive(Debug, Parser)]
#[command(name = "leak-meter", version)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Lists the lines with the most live bytes
    Top {
        profile: PathBuf,
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        output: Output,
    },
    /// Shows by line what changed from one profile to a later one
    Diff {
        earlier: PathBuf,
        later: PathBuf,
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        output: Output,
    },
    /// Judges profiles of one process in order, with the rules of a soak; the exit code is 1 if a line grows
    Verdict {
        #[arg(required = true)]
        profiles: Vec<PathBuf>,
        /// What the profiles count as work, in the singular
        #[arg(long, default_value = "request")]
        unit: String,
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        output: Output,
    },
    /// Writes a profile to standard output in the format of another tool
    Export {
        profile: PathBuf,
        #[arg(long, value_enum)]
        format: Format,
        /// What folded stacks and flamegraphs count
        #[arg(long, value_enum, default_value_t = Weight::Bytes)]
        weight: Weight,
        #[command(flatten)]
        names: Names,
    },
}

#[derive(Debug, Args)]
pub struct Names {
    /// The program that ran, or a file with its debug information; its build ID must match. Without it, addresses stand
    /// for functions
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Output {
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For `go tool pprof`, Pyroscope, Parca and speedscope
    Pprof,
    /// One line per call stack, for inferno and speedscope
    Folded,
    /// For the viewer of DHAT
    Dhat,
    /// An SVG file for a browser
    Flamegraph,
}
