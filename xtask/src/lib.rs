//! The workshop's runner: `cargo xtask <command>`.
//!
//! - `commands`: one file or folder per command.
//! - `workspace`: where the workshop lies and which exercises it has.
//! - `cargo`: builds the memory tests; the one place that starts cargo.
//! - `measure`: runs trials; the one place that does.
//! - `document`: what `run` found, as plain data; `finding`: what an exercise was last found to be.
//! - `lineup`: the exercises as built, for a program that shows them.
//! - `shipped`: each exercise as it was shipped; `kept`: learners' versions that were put aside.
//! - `difference`: two versions compared; `prediction`: what a learner expects; `readme`: the parts
//!   of a README.
//! - `lab`: the folder of what is remembered; `files`: how files are read and written; `scratch`:
//!   copies of exercises, to be built.
//! - `report`: what a page or Markdown tells of a run.
//! - `show`: all that people see.
//! - `exit`: how the program ends.
//!
//! Absent on purpose: nothing here measures or judges; `exercise-harness` and `leak-meter` do.

mod cargo;
mod commands;
mod difference;
mod document;
mod exit;
mod files;
mod finding;
mod kept;
mod lab;
mod lineup;
mod measure;
mod prediction;
mod readme;
mod report;
mod scratch;
mod shipped;
mod show;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::commands::{
    completions, demo, diff, doctor, hint, kit, list, new, predict, profile, reset, run, test,
    verify, watch,
};

/// Leak Lab: find and fix memory leaks in Rust
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Completions(completions::Args),
    Demo(demo::Args),
    Diff(diff::Args),
    Doctor(doctor::Args),
    Hint(hint::Args),
    Kit(kit::Args),
    List(list::Args),
    New(new::Args),
    Predict(predict::Args),
    Profile(profile::Args),
    Report(commands::report::Args),
    Reset(reset::Args),
    Run(run::Args),
    Test(test::Args),
    Verify(verify::Args),
    Watch(watch::Args),
}

/// Runs the command that the program's arguments name.
pub fn main() -> ExitCode {
    exercise_harness::cleanup::install_signal_handler();
    let result = match Arguments::parse().command {
        Command::Completions(args) => completions::run(&args, Arguments::command()),
        Command::Demo(args) => demo::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Hint(args) => hint::run(&args),
        Command::Kit(args) => kit::run(&args),
        Command::List(args) => list::run(&args),
        Command::New(args) => new::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Reset(args) => reset::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Watch(args) => watch::run(&args),
    };
    exercise_harness::cleanup::wait_if_interrupted();
    match result {
        Ok(exit) => exit.code(),
        Err(error) if exit::is_closed_pipe(&error) => ExitCode::from(exit::SUCCESS),
        Err(error) => {
            anstream::eprintln!("{error:#}");
            ExitCode::from(exit::NO_RESULT)
        }
    }
}
