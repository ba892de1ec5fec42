//! The workshop's runner: `cargo xtask <command>`.
//!
//! - `commands`: one file or folder per command.
//! - `workspace`: where the workshop lies and which exercises it has.
//! - `cargo`: builds the memory tests; the one place that starts cargo.
//! - `measure`: runs trials; the one place that does.
//! - `lineup`: the exercises as built, for a program that shows them.
//! - `document`: what `run` found, as plain data.
//! - `show`: all that people see.
//! - `exit`: how the program ends.
//!
//! Absent on purpose: nothing here measures or judges; `exercise-harness` and `leak-meter` do.

mod cargo;
mod commands;
mod document;
mod exit;
mod lineup;
mod measure;
mod show;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{demo, list, run, test, verify};

/// Leak Lab: find and fix memory leaks in Rust
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    List(list::Args),
    Run(run::Args),
    Test(test::Args),
    Verify(verify::Args),
}

fn main() -> ExitCode {
    exercise_harness::cleanup::on_signals();
    let result = match Arguments::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::List(args) => list::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Verify(args) => verify::run(&args),
    };
    match result {
        Ok(exit) => exit.code(),
        Err(error) if exit::is_closed_pipe(&error) => ExitCode::from(exit::SUCCESS),
        Err(error) => {
            anstream::eprintln!("{error:#}");
            ExitCode::from(exit::NO_RESULT)
        }
    }
}
