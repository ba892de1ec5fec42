//! `watch`: tests an exercise again at every save.

use std::io::IsTerminal as _;
use std::sync::mpsc;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::commands::open_workshop;
use crate::exit::Exit;
use crate::show;
use crate::status;
use crate::watch::{Screen, WatchOptions, WatchSession, listen_to_keys};
use crate::workspace::Version;

/// Tests an exercise again each time you save
///
/// Shows which file to open, the verdict, the growth now and last time, and what holds it. It stays
/// at its exercise until you press a key: h hint, w who holds it, d diff, v your verdict, p predict, a run all,
/// n next, b back, g go to, l list, r reset (asks), q quit.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask watch                   the first exercise that is not done
  cargo xtask watch rc-cycles
  cargo xtask watch rc-cycles --version shipped --version solution
                                      also measure these versions
  cargo xtask watch rc-cycles --poll  on a network drive or in a container

It needs a terminal. Without one: cargo xtask test EXERCISE
Exit code: 0 after q, 130 after Ctrl-C, 2 if it cannot start.")]
pub struct Args {
    /// The exercise to watch, by name or number [default: the one whose folder you are in, or the first
    /// that is not done]
    exercise: Option<String>,
    /// Poll the files for changes instead of relying on the system's notifications
    #[arg(long)]
    poll: bool,
    /// Also measure this version, once, for comparison
    #[arg(long, value_enum)]
    version: Vec<Beside>,
}

/// A version to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Beside {
    /// The exercise as it was shipped
    Shipped,
    /// The fixed version
    Solution,
}

impl From<Beside> for Version {
    fn from(beside: Beside) -> Self {
        match beside {
            Beside::Shipped => Self::Shipped,
            Beside::Solution => Self::Solution,
        }
    }
}

/// Watches until a key ends it.
///
/// # Errors
/// No terminal, an unknown name, or a terminal or folder that cannot be watched.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let named = args.exercise.as_deref().map(|name| workspace.exercise(name)).transpose()?;
    let exercise = named.or_else(|| workspace.exercise_here());
    let exercise =
        exercise.or_else(|| status::first_open(&workspace)).or(workspace.exercises.first());
    let exercise = exercise.context("There is no exercise to watch.")?;
    anyhow::ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "watch needs a terminal.\nInstead, after each save: cargo xtask test {}",
        exercise.name
    );
    let (sender, receiver) = mpsc::channel();
    let screen = Screen::enter()?;
    listen_to_keys(sender.clone());
    let beside = args.version.iter().copied().map(Version::from).collect();
    let options = WatchOptions { poll: args.poll, beside };
    let mut session = WatchSession::begin(&workspace, exercise, options, sender)?;
    session.test(true, "start");
    let exit = loop {
        screen.draw(&show::watch::lines(&session.state, Screen::size()))?;
        let Ok(first) = receiver.recv() else { break Exit::Success };
        // Process every pending message before drawing again.
        let mut ended = session.process(first);
        while ended.is_none() {
            let Ok(next) = receiver.try_recv() else { break };
            ended = session.process(next);
        }
        if let Some(exit) = ended {
            break exit;
        }
    };
    session.work.cancel();
    drop(screen);
    show::watch::farewell(&mut anstream::stdout().lock(), &session.state)?;
    Ok(exit)
}
