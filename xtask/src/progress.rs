//! The progress of a command, on standard error: one animated line in a terminal, otherwise one line
//! per stage.

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use exercise_harness::event::Event;
use indicatif::{ProgressBar, ProgressStyle};

use crate::measure::Note;

/// How often the line is redrawn, so that a long step is seen to be running.
const TICK: Duration = Duration::from_millis(120);

/// The progress of one command.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    stage: RefCell<String>,
}

impl Progress {
    /// Shows nothing yet.
    pub fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        // Truncated to the width of the terminal.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, stage: RefCell::default() }
    }

    /// Begins a stage.
    pub fn stage(&self, name: &str) {
        if self.stage.replace(name.to_owned()) == name {
            return;
        }
        if std::io::stderr().is_terminal() {
            self.bar.set_message("");
            self.bar.set_prefix(name.to_owned());
            self.bar.enable_steady_tick(TICK);
        } else {
            // A closed standard error must not fail the command.
            let _ = writeln!(std::io::stderr(), "{name} ...");
        }
    }

    /// A function that shows a detail of the current stage, from any thread.
    pub fn detail(&self) -> impl Fn(&str) + Sync + use<> {
        let bar = self.bar.clone();
        move |text| bar.set_message(text.to_owned())
    }

    /// Shows that `done` of `total` trials are done, and the latest note of the trial `name`.
    pub fn trial(&self, done: usize, total: usize, name: &str, note: &Note<'_>) {
        let at = match note {
            Note::Event(Event::Start { .. }) => " starts".to_owned(),
            Note::Event(Event::Round { .. } | Event::Progress | Event::Leaks { .. }) => {
                " is measuring".to_owned()
            }
            Note::Event(Event::End { .. }) | Note::Done(_) => " is done".to_owned(),
        };
        self.bar.set_message(format!("{done} of {total} done; {name}{at}"));
    }

    /// Calls `print` with standard output, while the progress line is hidden.
    pub fn print<T>(&self, print: impl FnOnce(&mut dyn Write) -> T) -> T {
        self.bar.suspend(|| print(&mut anstream::stdout().lock()))
    }

    /// Calls `print` with standard error, while the progress line is hidden.
    pub fn print_error<T>(&self, print: impl FnOnce(&mut dyn Write) -> T) -> T {
        self.bar.suspend(|| print(&mut anstream::stderr().lock()))
    }

    /// Removes the progress line.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
