//! What is known and shown while watching. No terminal, no clock, no files.

use std::path::PathBuf;

use exercise_harness::isolated::Ending;

use crate::commands::diff::Comparison;
use crate::commands::hint::Hint;
use crate::commands::list::Status;
use crate::commands::predict;
use crate::document::VersionResult;
use crate::finding::Finding;
use crate::measure::{GROWTH, Measured};
use crate::prediction::{Prediction, Question};
use crate::workspace::{Entry, Version};

/// All that is shown.
#[derive(Debug)]
pub struct State {
    /// The workshop's folder.
    pub root: PathBuf,
    /// The exercise at hand.
    pub entry: Entry,
    /// Whether it is as shipped, and what it does.
    pub status: Status,
    /// How many exercises are fixed, and how many there are.
    pub progress: (usize, usize),
    /// What is under way.
    pub busy: Option<String>,
    /// What was found the last time.
    pub before: Option<Finding>,
    /// What is found now.
    pub now: Option<Tested>,
    /// Whether it was saved after that.
    pub is_older: bool,
    /// What other versions were found to be, for comparison.
    pub beside: Vec<(Version, Finding)>,
    /// What is shown in the middle.
    pub panel: Panel,
    /// How many lines of it are scrolled out of sight.
    pub scrolled: usize,
    /// What the learner expects, if anything was said.
    pub prediction: Prediction,
    /// Whether saves are noticed by looking again and again.
    pub polls: bool,
}

/// An exercise that was tested.
#[derive(Debug)]
pub struct Tested {
    /// What it comes to.
    pub finding: Finding,
    /// What there is to be shown of it.
    pub what: What,
}

/// What there is to be shown of an exercise that was tested.
#[derive(Debug)]
pub enum What {
    /// The compiler refused it, in these words.
    DidNotBuild(String),
    /// Every trial, in the order of the memory test.
    Measured(Vec<Measured>),
}

/// What is shown in the middle.
#[derive(Debug)]
pub enum Panel {
    /// What was found.
    Result,
    /// A hint.
    Hint(Hint),
    /// The difference to another version.
    Diff(Comparison),
    /// Lines under a title.
    Text {
        /// The title.
        title: String,
        /// The lines; longer ones are broken.
        lines: Vec<String>,
    },
    /// Whether the solution is to be shown.
    AskDiff,
    /// Whether the exercise is to be reset.
    AskReset,
    /// A question on what is expected.
    Predict {
        /// This one and those after it.
        questions: Vec<Question>,
        /// What is typed so far.
        typed: String,
        /// What is wrong with the last answer.
        wrong: Option<String>,
    },
    /// What was expected, beside what was measured.
    Prediction,
}

impl State {
    /// At `entry`, of which this was found `before`.
    pub fn at(root: PathBuf, entry: Entry, before: Option<Finding>) -> Self {
        Self {
            root,
            entry,
            status: Status { edited: None, state: None },
            progress: (0, 0),
            busy: None,
            before,
            now: None,
            is_older: false,
            beside: Vec::new(),
            panel: Panel::Result,
            scrolled: 0,
            prediction: Prediction::default(),
            polls: false,
        }
    }

    /// Shows `panel` from its first line on.
    pub fn show(&mut self, panel: Panel) {
        self.panel = panel;
        self.scrolled = 0;
    }

    /// Shows `text` under `title`.
    pub fn say(&mut self, title: &str, text: &str) {
        let lines = text.lines().map(str::to_owned).collect();
        self.show(Panel::Text { title: title.to_owned(), lines });
    }

    /// Asks what is expected.
    pub fn ask_prediction(&mut self) {
        let questions = Question::all(predict::asks_pattern(&self.entry));
        self.prediction = Prediction::default();
        self.show(Panel::Predict { questions, typed: String::new(), wrong: None });
    }

    /// A save has begun another test: what was shown of the last one gives way, a question stays.
    pub fn saved(&mut self) {
        self.is_older = true;
        let is_question =
            matches!(self.panel, Panel::Predict { .. } | Panel::AskDiff | Panel::AskReset);
        if !is_question {
            self.show(Panel::Result);
        }
    }

    /// Takes in what was found.
    pub fn tested(&mut self, tested: Tested) {
        if let Some(last) = self.now.replace(tested) {
            self.before = Some(last.finding);
        }
        self.is_older = false;
        self.scrolled = 0;
    }

    /// The growth that was measured of the exercise, if its trial came to its end.
    pub fn growth(&self) -> Option<VersionResult> {
        let Some(Tested { what: What::Measured(measured), .. }) = &self.now else { return None };
        let growth = measured.iter().find(|measured| measured.trial == GROWTH)?;
        let exercise = &self.entry.metadata;
        let rate = exercise.requests_per_second;
        matches!(growth.ended.ending, Ending::Completed(_))
            .then(|| VersionResult::of(Version::Exercise, &growth.ended, exercise, rate))
    }
}
