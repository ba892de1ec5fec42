//! The exercise at hand, with all that goes on around it: saves, results and keys come in, and what
//! is to be shown comes out.

use std::sync::mpsc;

use super::Told;
use super::act::Act;
use super::keys;
use super::saves::Saves;
use super::state::{Panel, State};
use super::work::{self, Task, Work};
use crate::commands::diff::{self, Against};
use crate::commands::{hint, list, reset};
use crate::exit::Exit;
use crate::finding::{self, State as Found};
use crate::show;
use crate::workspace::{Entry, Version, Workspace};

/// The first exercise, in the order of teaching, that was not found to be fixed as it is.
pub fn first_unfixed(workspace: &Workspace) -> Option<&Entry> {
    let is_open = |entry: &&Entry| !is_fixed(workspace, entry);
    workspace.exercises.iter().find(is_open)
}

fn is_fixed(workspace: &Workspace, entry: &Entry) -> bool {
    finding::now(workspace, entry).is_some_and(|finding| finding.state == Found::Fixed)
}

/// How to watch.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whether the files are looked at again and again.
    pub poll: bool,
    /// The versions to be measured beside the learner's.
    pub beside: Vec<Version>,
}

/// The exercise at hand, with all that goes on around it.
pub struct Bench<'a> {
    workspace: &'a Workspace,
    /// All that is shown.
    pub state: State,
    saves: Saves,
    /// What is under way.
    pub work: Work,
    asked: Asked,
    tell: mpsc::Sender<Told>,
}

impl<'a> Bench<'a> {
    /// At `entry`, with nothing under way yet.
    ///
    /// # Errors
    /// When its folder cannot be watched.
    pub fn at(
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
    pub fn test(&mut self, everything: bool) {
        self.saves.note();
        let task = Task::Test { entry: self.state.entry.clone(), everything };
        self.state.busy = Some("building".to_owned());
        self.work.begin(task);
    }

    /// Takes in what was told. Returns the exit, once there is one.
    ///
    /// # Errors
    /// When the next exercise cannot be watched.
    pub fn take(&mut self, told: Told) -> anyhow::Result<Option<Exit>> {
        match told {
            Told::Touched if self.saves.is_saved() => {
                self.state.saved();
                self.test(false);
                self.look();
            }
            Told::Progress(task, text) if self.work.is_current(task) => {
                self.state.busy = Some(text);
            }
            Told::Done(task, done) if self.work.is_current(task) => {
                self.state.busy = None;
                self.done(done);
            }
            // Of a task that was given up, or of a file that was only read.
            Told::Progress(..) | Told::Done(..) | Told::Touched | Told::Resized => {}
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
            Err(error) => {
                // What cannot be had now cannot be had after the next save either.
                if self.state.now.is_some() {
                    self.asked.beside.clear();
                }
                self.state.say("It could not be measured", &format!("{error:#}"));
            }
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
