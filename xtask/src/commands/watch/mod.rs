//! `watch`: an exercise is tested again at every save.
//!
//! # Layout
//! - here: the loop that brings keys, saves and results together; [`bench`]: the exercise at hand,
//!   and what is done with it.
//! - [`state`]: what is known and shown; [`act`]: what each key does to it. No terminal, no clock.
//! - [`saves`]: tells when a file of the exercise was saved; [`keys`]: what was typed.
//! - [`work`]: builds and tests in the background.
//! - [`screen`]: the terminal, and the way back to how it was.

mod act;
mod bench;
mod keys;
mod saves;
mod screen;
pub mod state;
mod work;

use std::io::IsTerminal as _;
use std::sync::mpsc;

use anyhow::Context as _;
use clap::ValueEnum;

use super::prepare;
use crate::exit::Exit;
use crate::show;
use crate::workspace::Version;

use self::bench::{Asked, Bench, first_unfixed};
use self::screen::Screen;

/// Tests an exercise again each time you save
///
/// Shows which file to open, what was measured now and last time, the verdict and the growing line.
/// It stays at its exercise until you press a key: h hint, d diff, a run all, n next, l list,
/// r reset (asks), q quit.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask watch                   the first exercise that is not fixed
  cargo xtask watch rc-cycles
  cargo xtask watch rc-cycles --version shipped --version solution
                                      both measured as well, beside yours
  cargo xtask watch rc-cycles --poll  where saves go unnoticed (a network drive, a container)

It needs a terminal. Without one: cargo xtask test EXERCISE
Exit code: 0 after q, 130 after Ctrl-C, 2 if it cannot begin.")]
pub struct Args {
    /// The exercise to stay at; the first that is not fixed, if none is named
    exercise: Option<String>,
    /// Look at the files again and again, rather than being told by the system
    #[arg(long)]
    poll: bool,
    /// Measure this version as well, once, to be seen beside yours
    #[arg(long, value_enum)]
    version: Vec<Beside>,
}

/// A version beside the learner's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Beside {
    /// The exercise as it was shipped
    Shipped,
    /// The fixed one
    Solution,
}

/// What the loop is told.
#[derive(Debug)]
enum Told {
    /// A key was pressed.
    Key(keys::Key),
    /// The terminal has another size.
    Resized,
    /// Something in the exercise's folder was touched.
    Touched,
    /// How far the task of this number is.
    Progress(u64, String),
    /// What came of the task of this number.
    Done(u64, anyhow::Result<work::Done>),
}

/// Watches until a key ends it.
///
/// # Errors
/// No terminal, an unknown name, or a terminal or folder that cannot be watched.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = prepare::workspace()?;
    let named = args.exercise.as_deref().map(|name| workspace.exercise(name)).transpose()?;
    let entry = named.or_else(|| first_unfixed(&workspace)).or(workspace.exercises.first());
    let entry = entry.context("There is no exercise to watch.")?;
    anyhow::ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "watch needs a terminal to show itself in, and there is none.\n\
         Instead, after each save: cargo xtask test {}",
        entry.name
    );
    let (tell, told) = mpsc::channel();
    let screen = Screen::enter()?;
    keys::listen(tell.clone());
    let beside = args.version.iter().map(|version| match version {
        Beside::Shipped => Version::Shipped,
        Beside::Solution => Version::Solution,
    });
    let asked = Asked { poll: args.poll, beside: beside.collect() };
    let mut bench = Bench::at(&workspace, entry, asked, tell)?;
    bench.test(true);
    let exit = loop {
        screen.draw(&show::watch::lines(&bench.state, Screen::size()))?;
        let Ok(first) = told.recv() else { break Exit::Success };
        // All that has come meanwhile is taken in before anything is drawn again.
        let mut ended = bench.take(first)?;
        while ended.is_none() {
            let Ok(next) = told.try_recv() else { break };
            ended = bench.take(next)?;
        }
        if let Some(exit) = ended {
            break exit;
        }
    };
    bench.work.cancel();
    drop(screen);
    show::watch::farewell(&bench.state)?;
    Ok(exit)
}
