//! The session of `watch`: processes saves, results and keys, and updates the state that is shown.

use std::sync::mpsc;
use std::time::Instant;

use super::Message;
use super::action::Action;
use super::keys;
use super::saves::Saves;
use super::state::{Panel, Took, WatchState};
use super::work::{self, Task, Work};
use crate::difference::{self, Against};
use crate::exit::Exit;
use crate::hints;
use crate::judgement;
use crate::last_result;
use crate::reservation;
use crate::reset;
use crate::status::{self, Status, Tally};
use crate::workspace::{Exercise, Version, Workspace};

/// The options of a session.
#[derive(Debug, Clone)]
pub struct WatchOptions {
    /// Whether to poll the files.
    pub poll: bool,
    /// The versions to measure for comparison.
    pub beside: Vec<Version>,
}

/// The session at one exercise.
pub struct WatchSession<'a> {
    workspace: &'a Workspace,
    /// Everything that is shown.
    pub state: WatchState,
    saves: Saves,
    /// The task in progress.
    pub work: Work,
    options: WatchOptions,
    sender: mpsc::Sender<Message>,
    /// When the current test began, and with what.
    began: (Instant, &'static str),
}

impl<'a> WatchSession<'a> {
    /// Begins at `exercise`, without a task.
    ///
    /// # Errors
    /// When its folder cannot be watched.
    pub fn begin(
        workspace: &'a Workspace,
        exercise: &Exercise,
        options: WatchOptions,
        sender: mpsc::Sender<Message>,
    ) -> anyhow::Result<Self> {
        let saves = Saves::watch(exercise, options.poll, sender.clone())?;
        let mut state = WatchState::new(exercise.clone(), last_result::latest(exercise));
        state.polls = saves.polls();
        let began = (Instant::now(), "start");
        let work = Work::new(workspace.clone(), sender.clone());
        let mut session = Self { workspace, state, saves, work, options, sender, began };
        session.update_status();
        if session.state.is_secret {
            session.state.before = None;
        }
        Ok(session)
    }

    /// Reads the status of every exercise.
    fn update_status(&mut self) {
        self.state.tally = Tally::read(self.workspace);
        self.state.is_secret = judgement::is_missing(&self.state.exercise);
        self.state.status = Status::read(&self.state.exercise);
        self.state.reservation = reservation::sentence(&self.state.exercise);
        let next = status::next_open(self.workspace, &self.state.exercise);
        self.state.next = next.map(|exercise| exercise.name.clone());
    }

    /// Tests the current exercise, and cancels the current task. `since` is what the time is counted from.
    pub fn test(&mut self, everything: bool, since: &'static str) {
        self.saves.note();
        self.began = (Instant::now(), since);
        let task = Task::Test { exercise: self.state.exercise.clone(), everything };
        self.state.busy = Some("building".to_owned());
        self.work.begin(task);
    }

    /// Processes `message`. Returns the exit when the session ends.
    pub fn process(&mut self, message: Message) -> Option<Exit> {
        match message {
            Message::Touched if self.saves.is_saved() => {
                self.state.saved();
                self.test(false, "save");
                self.update_status();
            }
            Message::Progress(task, text) if self.work.is_current(task) => {
                self.state.busy = Some(text);
            }
            Message::Done(task, done) if self.work.is_current(task) => {
                self.state.busy = None;
                self.done(done);
            }
            // From a cancelled task, or for a file that was only read.
            Message::Progress(..) | Message::Done(..) | Message::Touched | Message::Resized => {}
            Message::Key(key) => return self.press(key),
        }
        None
    }

    /// Shows the result of the current task.
    fn done(&mut self, done: anyhow::Result<work::Done>) {
        match done {
            Ok(work::Done::Tested(tested)) => {
                let (began, since) = self.began;
                self.state.set_result(*tested);
                self.state.took = Some(Took { time: began.elapsed(), since });
                let are_missing = self.state.beside.len() < self.options.beside.len();
                if are_missing && !self.state.is_secret {
                    let versions = self.options.beside.clone();
                    self.state.busy = Some("measuring other versions".to_owned());
                    self.work
                        .begin(Task::Beside { exercise: self.state.exercise.clone(), versions });
                }
            }
            Ok(work::Done::Judged(judged)) => {
                // A prediction is compared in more detail.
                if !matches!(self.state.panel, Panel::Prediction) {
                    self.state.show(Panel::Judgement(judged));
                }
                self.update_status();
                self.test(false, "judgement");
                return;
            }
            Ok(work::Done::Beside(found)) => self.state.beside = found,
            Ok(work::Done::All) => {
                self.update_status();
                self.list();
                return;
            }
            Err(error) => {
                // If other versions cannot be measured now, they cannot after the next save either.
                if self.state.now.is_some() {
                    self.options.beside.clear();
                }
                self.state.show_text("It could not be measured", &format!("{error:#}"));
            }
        }
        self.update_status();
    }

    /// Performs the action of `key`.
    fn press(&mut self, key: keys::Key) -> Option<Exit> {
        match self.state.press(key) {
            Action::Nothing => {}
            Action::Quit => return Some(Exit::Success),
            Action::Interrupt => return Some(Exit::Interrupted),
            Action::Hint => match hints::next(&self.state.exercise) {
                Ok(hint) => self.state.show(Panel::Hint(hint)),
                Err(error) => self.state.show_text("There is no hint", &format!("{error:#}")),
            },
            Action::Diff(against) => self.diff(against),
            Action::List => self.list(),
            Action::Holders => self.holders(),
            Action::RunAll => {
                self.state.busy = Some("building every version".to_owned());
                self.work.begin(Task::All);
            }
            Action::Judge(answer, why) => {
                if !matches!(self.state.panel, Panel::Prediction) {
                    self.state.show(Panel::Result);
                }
                self.state.busy = Some("measuring the shipped version".to_owned());
                let exercise = self.state.exercise.clone();
                self.work.begin(Task::Judge { exercise, answer, why });
            }
            Action::Predict => match judgement::require_predictable(&self.state.exercise) {
                Ok(()) => self.state.ask_prediction(),
                Err(error) => self.state.show_text("It cannot be predicted", &format!("{error:#}")),
            },
            Action::Next => self.next(),
            Action::Back => self.back(),
            Action::GoTo(name) => {
                if let Ok(exercise) = self.workspace.exercise(name.trim()) {
                    self.go_to(exercise);
                } else {
                    let wrong = Some(format!("There is no exercise {:?}.", name.trim()));
                    self.state.show(Panel::GoTo { typed: String::new(), wrong });
                }
            }
            Action::Reset => match reset::reset(&self.state.exercise) {
                Ok(outcome) => {
                    self.state.show(Panel::Reset(outcome));
                    self.test(false, "reset");
                    self.update_status();
                }
                Err(error) => self.state.show_text("It was not reset", &format!("{error:#}")),
            },
        }
        None
    }

    /// Shows the differences, after a question if they reveal the solution.
    fn diff(&mut self, against: Option<Against>) {
        let exercise = &self.state.exercise;
        let against = match against {
            Some(against) => against,
            None if difference::reveals_solution(exercise) => {
                self.state.show(Panel::AskDiff);
                return;
            }
            None => Against::Solution,
        };
        match difference::compare(exercise, against) {
            Ok(comparison) => self.state.show(Panel::Diff(comparison)),
            Err(error) => self.state.show_text("It cannot be compared", &format!("{error:#}")),
        }
    }

    /// Shows everything that holds the growing memory.
    fn holders(&mut self) {
        if self.state.is_secret {
            let text = "It would tell whether the exercise leaks. Judge it first: v";
            self.state.show_text("who holds it", text);
            return;
        }
        let report = self.state.growth().and_then(|growth| growth.report);
        let lines = report.and_then(|report| report.holders).map(|holders| holders.lines());
        let text = lines.unwrap_or_default().join("\n");
        let text =
            if text.is_empty() { "Nothing grows, or nothing was measured yet." } else { &text };
        self.state.show_text("who holds it", text);
    }

    fn list(&mut self) {
        self.state.show(Panel::List(Status::read_all(self.workspace)));
    }

    /// Goes to the next exercise in which something is left to do, beginning again after the last.
    fn next(&mut self) {
        if let Some(next) = status::next_open(self.workspace, &self.state.exercise) {
            self.go_to(next);
        } else {
            self.state.show_text("next", "No other exercise is left.");
        }
    }

    /// Goes to the exercise before this one, done or not; from the first one to the last.
    fn back(&mut self) {
        let all = &self.workspace.exercises;
        let here = all.iter().position(|exercise| exercise.name == self.state.exercise.name);
        if let Some(before) = here.and_then(|here| all.get((here + all.len() - 1) % all.len())) {
            self.go_to(before);
        }
    }

    /// Goes to `exercise`, and tests it.
    fn go_to(&mut self, exercise: &Exercise) {
        let (sender, options) = (self.sender.clone(), self.options.clone());
        match WatchSession::begin(self.workspace, exercise, options, sender) {
            Ok(session) => {
                self.work.cancel();
                *self = session;
                self.test(false, "start");
            }
            // The current exercise can still be watched.
            Err(error) => self.state.show_text("It cannot be watched", &format!("{error:#}")),
        }
    }
}
