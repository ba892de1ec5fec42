//! The workshop's runner: `cargo xtask <command>`.
//!
//! The command line and its output:
//! - `commands`: one file per command; `ask`: questions at the terminal; `progress`: progress lines.
//! - `show`: renders results for people; `report`: the same as a page and as Markdown; `document`: as
//!   JSON; `text`: breaks lines.
//! - `exit`: the exit codes.
//!
//! The domain:
//! - `workspace`: the workshop, its exercises and their versions; `location`: a line in them.
//! - `cargo`: runs cargo; `build`: builds versions; `linked_tree`: while cargo cannot load the workspace;
//!   `scratch`: workspaces of copied exercises.
//! - `measure`: runs trials; `failure`: why one failed; `run`: measures versions of exercises; `profiler`: runs
//!   one under another tool.
//! - `last_result`: the last result of an exercise; `status`: that, and whether it is edited;
//!   `reservation`: edits that a verdict depends on.
//! - `shipped`: the shipped versions; `difference`: compares versions; `reset`: restores them;
//!   `backups`: saves a learner's.
//! - `judgement`: whether an exercise leaks, as the learner answers; `hints`, `prediction`, `mystery`: what
//!   a learner reads and answers; `readme`: parses READMEs.
//! - `watch`: tests at every save. `wild`: services on published crates that really leaked.
//! - `verify`: proves the exercises; `skeleton`: begins a pattern.
//! - `demo_plan`, `recording`, `doctor`, `kit`, `room`, `handout`: for facilitators; `html`: pages from Markdown.
//! - `state_dir`: the folder of the runner's state; `files`: reads and writes files; `system`: what
//!   differs between systems.
//!
//! Absent on purpose: nothing here measures or judges, which `exercise-harness` and `leak-meter` do. The
//! domain imports neither `commands` nor `show`, and `show` does not import `commands`.

mod ask;
mod backups;
mod build;
mod cargo;
mod commands;
mod demo_plan;
mod difference;
mod doctor;
mod document;
mod exit;
mod failure;
mod files;
mod handout;
mod hints;
mod html;
mod judgement;
mod kit;
mod last_result;
mod linked_tree;
mod location;
mod measure;
mod mystery;
mod prediction;
mod profiler;
mod progress;
mod readme;
mod recording;
mod report;
mod reservation;
mod reset;
mod room;
mod run;
mod scratch;
mod shipped;
mod show;
mod skeleton;
mod state_dir;
mod status;
mod system;
mod text;
mod verify;
mod watch;
mod wild;
mod workspace;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// Leak Lab: find and fix memory leaks in Rust
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Author(commands::author::Args),
    Completions(commands::completions::Args),
    Demo(commands::demo::Args),
    Diff(commands::diff::Args),
    Doctor(commands::doctor::Args),
    Handout(commands::handout::Args),
    Hint(commands::hint::Args),
    Judge(commands::judge::Args),
    Kit(commands::kit::Args),
    List(commands::list::Args),
    Predict(commands::predict::Args),
    Profile(commands::profile::Args),
    Report(commands::report::Args),
    Reset(commands::reset::Args),
    Room(commands::room::Args),
    Run(commands::run::Args),
    Status(commands::status::Args),
    Test(commands::test::Args),
    Verify(commands::verify::Args),
    Watch(commands::watch::Args),
    Wild(commands::wild::Args),
}

/// Runs the command that the program's arguments name.
pub fn main() -> ExitCode {
    exercise_harness::cleanup::install_signal_handler();
    let result = match Arguments::parse().command {
        Command::Author(args) => commands::author::run(&args),
        Command::Completions(args) => commands::completions::run(&args, Arguments::command()),
        Command::Demo(args) => commands::demo::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Handout(args) => commands::handout::run(&args),
        Command::Hint(args) => commands::hint::run(&args),
        Command::Judge(args) => commands::judge::run(&args),
        Command::Kit(args) => commands::kit::run(&args),
        Command::List(args) => commands::list::run(&args),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Profile(args) => commands::profile::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Reset(args) => commands::reset::run(&args),
        Command::Room(args) => commands::room::run(&args),
        Command::Run(args) => commands::run::run(&args),
        Command::Status(args) => commands::status::run(&args),
        Command::Test(args) => commands::test::run(&args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Watch(args) => commands::watch::run(&args),
        Command::Wild(args) => commands::wild::run(&args),
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
