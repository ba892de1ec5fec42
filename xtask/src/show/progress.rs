//! What is being done right now, on standard error: one living line on a terminal, else one line
//! per stage.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use exercise_harness::event::Event;
use indicatif::{ProgressBar, ProgressStyle};

use crate::measure::Note;

/// How often the living line moves, so that a long step is seen to be alive.
const TICK: Duration = Duration::from_millis(120);

/// The progress of one command.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    stage: RefCell<String>,
}

impl Progress {
    /// A progress that shows nothing yet.
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        // Cut at the terminal's width, so that the line stays one.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, stage: RefCell::default() }
    }

    /// A new stage begins.
    pub fn stage(&self, name: &str) {
        if self.stage.replace(name.to_owned()) == name {
            return;
        }
        if std::io::stderr().is_terminal() {
            self.bar.set_message("");
            self.bar.set_prefix(name.to_owned());
            self.bar.enable_steady_tick(TICK);
        } else {
            // Nobody may be listening there; the results go elsewhere.
            let _ = writeln!(std::io::stderr(), "{name} ...");
        }
    }

    /// Where the one who does the work stands. May be called from any thread.
    pub fn detail(&self) -> impl Fn(&str) + Sync + use<> {
        let bar = self.bar.clone();
        move |text| bar.set_message(text.to_owned())
    }

    /// `done` of `total` trials are done, and `note` is what the trial `name` has just told.
    pub fn trial(&self, done: usize, total: usize, name: &str, note: &Note<'_>) {
        let at = match note {
            Note::Event(Event::Start { .. }) => " begins".to_owned(),
            Note::Event(Event::Round { .. }) => " measures its rounds".to_owned(),
            Note::Event(Event::End { .. }) | Note::Done(_) => " is done".to_owned(),
        };
        self.bar.set_message(format!("{done} of {total} done; {name}{at}"));
    }

    /// Prints with the living line out of the way.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the living line away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
