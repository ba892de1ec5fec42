//! `watch`: an exercise is tested again at every save.
//!
//! # Layout
//! - here: the loop that brings keys, saves and results together.
//! - [`state`]: what is known and shown, and what each key does: no terminal, no clock.
//! - [`saves`]: tells when a file of the exercise was saved; [`keys`]: what was typed.
//! - [`work`]: builds and tests in the background.
//! - [`screen`]: the terminal, and the way back to how it was.

mod keys;
mod saves;
mod screen;
pub mod state;
mod work;

use std::io::IsTerminal as _;
use std::sync::mpsc;

use anyhow::Context as _;
use clap::ValueEnum;

use super::diff::{self, Against};
use super::{hint, list, prepare, reset};
use crate::exit::Exit;
use crate::finding::{self, State as Found};
use crate::show;
use crate::workspace::{Entry, Version, Workspace};

use self::saves::Saves;
use self::screen::Screen;
use self::state::{Act, Panel, State};
use self::work::{Task, Work};

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
        screen.draw(&show::watch::lines(&bench.state, screen.size()))?;
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

/// The first exercise, in the order of teaching, that was not found to be fixed as it is.
fn first_unfixed(workspace: &Workspace) -> Option<&Entry> {
    let is_open = |entry: &&Entry| !is_fixed(workspace, entry);
    workspace.exercises.iter().find(is_open)
}

fn is_fixed(workspace: &Workspace, entry: &Entry) -> bool {
    finding::now(workspace, entry).is_some_and(|finding| finding.state == Found::Fixed)
}

/// How to watch.
#[derive(Debug, Clone)]
struct Asked {
    poll: bool,
    /// The versions to be measured beside the learner's.
    beside: Vec<Version>,
}

/// The exercise at hand, with all that goes on around it.
struct Bench<'a> {
    workspace: &'a Workspace,
    state: State,
    saves: Saves,
    work: Work,
    asked: Asked,
    tell: mpsc::Sender<Told>,
}

impl<'a> Bench<'a> {
    fn at(
        workspace: &'a Workspace,
        entry: &Entry,
        asked: Asked,
        tell: mpsc::Sender<Told>,
    ) -> anyhow::Result<Self> {
        let saves = Saves::of(workspace, entry, asked.poll, tell.clone())?;
        let mut state =
            State::at(workspace.root.clone(), entry.clone(), finding::last(workspace, entry));
        state.polls = saves.polls();
        let work = Work::new(workspace.clone(), tell.clone());
        let mut bench = Self { workspace, state, saves, work, asked, tell };
        bench.look();
        // A first look at an exercise begins with what its reader expects.
        if bench.state.before.is_none() {
            bench.state.ask_prediction();
        }
        Ok(bench)
    }

    /// Takes in what is known of every exercise.
    fn look(&mut self) {
        let statuses = list::all(self.workspace);
        let fixed = statuses.iter().filter(|status| status.state == Some(Found::Fixed)).count();
        self.state.progress = (fixed, statuses.len());
        self.state.status = list::status(self.workspace, &self.state.entry);
    }

    /// Tests the exercise at hand, instead of whatever is under way.
    fn test(&mut self, everything: bool) {
        self.saves.note();
        let task = Task::Test { entry: self.state.entry.clone(), everything };
        self.state.busy = Some("building".to_owned());
        self.work.begin(task);
    }

    /// Takes in what was told. Returns the exit, once there is one.
    fn take(&mut self, told: Told) -> anyhow::Result<Option<Exit>> {
        match told {
            Told::Resized => {}
            Told::Touched if self.saves.is_saved() => {
                self.state.saved();
                self.test(false);
                self.look();
            }
            Told::Touched => {}
            Told::Progress(task, text) if self.work.is_current(task) => {
                self.state.busy = Some(text);
            }
            Told::Done(task, done) if self.work.is_current(task) => {
                self.state.busy = None;
                self.done(done);
            }
            // Of a task that was given up.
            Told::Progress(..) | Told::Done(..) => {}
            Told::Key(key) => return self.act(key),
        }
        Ok(None)
    }

    fn done(&mut self, done: anyhow::Result<work::Done>) {
        match done {
            Ok(work::Done::Tested(tested)) => {
                self.state.tested(*tested);
                if self.state.beside.len() < self.asked.beside.len() {
                    let versions = self.asked.beside.clone();
                    self.state.busy = Some("measuring other versions".to_owned());
                    self.work.begin(Task::Beside { entry: self.state.entry.clone(), versions });
                }
            }
            Ok(work::Done::Beside(found)) => self.state.beside = found,
            Ok(work::Done::All) => {
                self.look();
                self.list();
                return;
            }
            Err(error) => self.state.say("It could not be tested", &format!("{error:#}")),
        }
        self.look();
    }

    /// Does what `key` is for.
    fn act(&mut self, key: keys::Key) -> anyhow::Result<Option<Exit>> {
        match self.state.key(key) {
            Act::Nothing => {}
            Act::Quit => return Ok(Some(Exit::Success)),
            Act::Interrupt => return Ok(Some(Exit::Interrupted)),
            Act::Hint => match hint::next(self.workspace, &self.state.entry) {
                Ok(hint) => self.state.show(Panel::Hint(hint)),
                Err(error) => self.state.say("There is no hint", &format!("{error:#}")),
            },
            Act::Diff(against) => self.diff(against),
            Act::List => self.list(),
            Act::RunAll => {
                self.state.busy = Some("building every version".to_owned());
                self.work.begin(Task::All);
            }
            Act::Next => self.next()?,
            Act::Reset => match reset::reset(&self.workspace.root, &self.state.entry.name) {
                Ok(done) => {
                    let lines = show::reset::lines(self.workspace, &self.state.entry, &done);
                    self.state.show(Panel::Text { title: "reset".to_owned(), lines });
                    self.test(false);
                    self.look();
                }
                Err(error) => self.state.say("It was not reset", &format!("{error:#}")),
            },
        }
        Ok(None)
    }

    /// Shows the difference; where it would give the solution away, after a question.
    fn diff(&mut self, against: Option<Against>) {
        let entry = &self.state.entry;
        let against = match against {
            Some(against) => against,
            None if diff::gives_away(self.workspace, entry) => {
                self.state.show(Panel::AskDiff);
                return;
            }
            None => Against::Solution,
        };
        match diff::compare(self.workspace, entry, against) {
            Ok(comparison) => self.state.show(Panel::Diff(comparison)),
            Err(error) => self.state.say("It cannot be compared", &format!("{error:#}")),
        }
    }

    fn list(&mut self) {
        let lines = show::list::lines(self.workspace, &list::all(self.workspace));
        self.state.show(Panel::Text { title: "all exercises".to_owned(), lines });
    }

    /// Goes to the next exercise that is not fixed, after the one at hand and around.
    fn next(&mut self) -> anyhow::Result<()> {
        let all = &self.workspace.exercises;
        let here = all.iter().position(|entry| entry.name == self.state.entry.name).unwrap_or(0);
        let around = (1..all.len()).map(|step| &all[(here + step) % all.len()]);
        let Some(next) = around.into_iter().find(|entry| !is_fixed(self.workspace, entry)) else {
            self.state.say("next", "All other exercises are fixed.");
            return Ok(());
        };
        self.work.cancel();
        let (tell, asked) = (self.tell.clone(), self.asked.clone());
        *self = Bench::at(self.workspace, next, asked, tell)?;
        self.test(false);
        Ok(())
    }
}
