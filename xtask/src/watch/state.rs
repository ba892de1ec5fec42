//! Everything that is shown while watching. No terminal, no clock, no files.

use std::time::Duration;

use exercise_harness::isolated::Ending;

use crate::difference::Comparison;
use crate::document::VersionResult;
use crate::hints::Hint;
use crate::judgement::{Answer, Judgement};
use crate::last_result::LastResult;
use crate::measure::{GROWTH, Measured};
use crate::prediction::{Prediction, Question};
use crate::reset;
use crate::status::{Stage, Status, Tally};
use crate::workspace::{Exercise, Version};

/// Everything that is shown.
#[allow(clippy::struct_excessive_bools)] // Facts that do not depend on each other.
#[derive(Debug)]
pub struct WatchState {
    /// The current exercise.
    pub exercise: Exercise,
    /// Its status.
    pub status: Status,
    /// The edits that its result depends on.
    pub reservation: Option<String>,
    /// Whether it is not judged yet, so that it must not be shown whether it leaks.
    pub is_secret: bool,
    /// The next exercise in which something is left to do.
    pub next: Option<String>,
    /// How many exercises are done and judged.
    pub tally: Tally,
    /// The task in progress.
    pub busy: Option<String>,
    /// The previous result.
    pub before: Option<LastResult>,
    /// The latest result.
    pub now: Option<Tested>,
    /// How long that took.
    pub took: Option<Took>,
    /// Whether a file was saved after that.
    pub is_outdated: bool,
    /// Results of other versions, for comparison.
    pub beside: Vec<(Version, LastResult)>,
    /// The contents of the middle of the screen.
    pub panel: Panel,
    /// Whether a result has come since the panel was shown in its place.
    pub has_news: bool,
    /// How many of its lines are scrolled out of sight.
    pub scrolled: usize,
    /// The learner's prediction.
    pub prediction: Prediction,
    /// Whether the files are polled.
    pub polls: bool,
}

/// The time that a test took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// The time.
    pub time: Duration,
    /// What it began with: "start", "save" or "reset".
    pub since: &'static str,
}

/// A tested exercise.
#[derive(Debug)]
pub struct Tested {
    /// The result.
    pub result: LastResult,
    /// The compiler's warnings.
    pub warnings: Vec<String>,
    /// The details.
    pub details: Details,
}

/// The details of a tested exercise.
#[derive(Debug)]
pub enum Details {
    /// It does not build; this is the compiler's message.
    DidNotBuild(String),
    /// Every trial, in the order of the memory test.
    Measured(Vec<Measured>),
    /// The behaviours, and the growth trial in its window, of an exercise that is not judged yet.
    Window(Vec<Measured>),
}

/// The contents of the middle of the screen.
#[derive(Debug)]
pub enum Panel {
    /// The latest result.
    Result,
    /// A hint.
    Hint(Hint),
    /// The differences to another version.
    Diff(Comparison),
    /// Lines under a title.
    Text {
        /// The title.
        title: String,
        /// The lines; longer ones are broken.
        lines: Vec<String>,
    },
    /// Every exercise with its status.
    List(Vec<(Exercise, Status)>),
    /// The outcome of a reset.
    Reset(reset::ResetOutcome),
    /// The question which exercise to go to.
    GoTo {
        /// The answer as typed so far.
        typed: String,
        /// What is wrong with the previous answer.
        wrong: Option<String>,
    },
    /// The question whether to show the solution.
    AskDiff,
    /// The question whether to reset the exercise.
    AskReset,
    /// The question whether it leaks, and if that is answered, the question why.
    Judge {
        /// The answer to the first.
        answer: Option<Answer>,
        /// The answer to the second as typed so far.
        typed: String,
    },
    /// A judgement, and the measurement that it was compared with.
    Judgement(Box<(Judgement, VersionResult)>),
    /// A question about the prediction.
    Predict {
        /// The current question and those after it.
        questions: Vec<Question>,
        /// The answer as typed so far.
        typed: String,
        /// What is wrong with the previous answer.
        wrong: Option<String>,
    },
    /// The prediction compared with the measurement.
    Prediction,
}

impl Panel {
    /// Whether it is a question, which is answered by keys.
    fn is_question(&self) -> bool {
        matches!(
            self,
            Self::Predict { .. }
                | Self::Judge { .. }
                | Self::GoTo { .. }
                | Self::AskDiff
                | Self::AskReset
        )
    }

    /// Whether it takes the place of the result until a key is pressed.
    pub fn is_shown_until_a_key(&self) -> bool {
        !matches!(self, Self::Result) && !self.is_question()
    }
}

impl WatchState {
    /// The state at the beginning, with the result of an earlier run.
    pub fn new(exercise: Exercise, before: Option<LastResult>) -> Self {
        Self {
            exercise,
            status: Status { edited: None, stage: Stage::Unjudged },
            is_secret: false,
            reservation: None,
            next: None,
            tally: Tally::default(),
            busy: None,
            before,
            now: None,
            took: None,
            is_outdated: false,
            beside: Vec::new(),
            panel: Panel::Result,
            has_news: false,
            scrolled: 0,
            prediction: Prediction::default(),
            polls: false,
        }
    }

    /// Shows `panel` from its first line.
    pub fn show(&mut self, panel: Panel) {
        self.panel = panel;
        self.has_news = false;
        self.scrolled = 0;
    }

    /// Shows `text` below `title`.
    pub fn show_text(&mut self, title: &str, text: &str) {
        let lines = text.lines().map(str::to_owned).collect();
        self.show(Panel::Text { title: title.to_owned(), lines });
    }

    /// Asks for a prediction.
    pub fn ask_prediction(&mut self) {
        let questions = Question::all(false);
        self.prediction = Prediction::default();
        self.show(Panel::Predict { questions, typed: String::new(), wrong: None });
    }

    /// A save started another test: shows the result, unless a question is open.
    pub fn saved(&mut self) {
        self.is_outdated = true;
        if !self.panel.is_question() {
            self.show(Panel::Result);
        }
    }

    /// Shows a new result.
    pub fn set_result(&mut self, tested: Tested) {
        if let Some(last) = self.now.replace(tested) {
            self.before = Some(last.result);
        }
        self.is_outdated = false;
        self.has_news = !matches!(self.panel, Panel::Result | Panel::Prediction);
        if !self.has_news {
            self.scrolled = 0;
        }
    }

    /// The measured growth, if the growth trial completed.
    pub fn growth(&self) -> Option<VersionResult> {
        let Some(Tested {
            details: Details::Measured(measured) | Details::Window(measured), ..
        }) = &self.now
        else {
            return None;
        };
        let growth = measured.iter().find(|measured| measured.trial == GROWTH)?;
        let metadata = &self.exercise.metadata;
        let rate = metadata.requests_per_second;
        matches!(growth.ended.ending, Ending::Completed(_))
            .then(|| VersionResult::of_trial(Version::Exercise, &growth.ended, metadata, rate))
    }
}
