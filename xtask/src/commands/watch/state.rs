//! What is known and shown while watching, and what each key does. No terminal, no clock, no files.

use std::path::PathBuf;

use exercise_harness::alone::Ending;

use super::keys::Key;
use crate::commands::diff::{Against, Comparison};
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

/// What a key asks of those who can do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Nothing, or what was done already.
    Nothing,
    /// One more hint.
    Hint,
    /// The difference; to what, if that was chosen.
    Diff(Option<Against>),
    /// A test of every exercise.
    RunAll,
    /// The next exercise.
    Next,
    /// All exercises.
    List,
    /// The exercise as shipped.
    Reset,
    /// The end.
    Quit,
    /// The end, by Ctrl-C.
    Interrupt,
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
        matches!(growth.ended.ending, Ending::Told(_))
            .then(|| VersionResult::of(Version::Exercise, &growth.ended, exercise, rate))
    }

    /// What `key` asks for.
    pub fn key(&mut self, key: Key) -> Act {
        if key == Key::Interrupt {
            return Act::Interrupt;
        }
        match &mut self.panel {
            Panel::Predict { .. } => {
                self.answer(key);
                Act::Nothing
            }
            Panel::AskReset => {
                self.show(Panel::Result);
                if key == Key::Letter('y') { Act::Reset } else { Act::Nothing }
            }
            Panel::AskDiff => {
                self.show(Panel::Result);
                match key {
                    Key::Letter('y') => Act::Diff(Some(Against::Solution)),
                    Key::Letter('s') => Act::Diff(Some(Against::Shipped)),
                    _ => Act::Nothing,
                }
            }
            _ => self.command(key),
        }
    }

    fn command(&mut self, key: Key) -> Act {
        match key {
            Key::Letter('h') => return Act::Hint,
            Key::Letter('d') => return Act::Diff(None),
            Key::Letter('a') => return Act::RunAll,
            Key::Letter('n') => return Act::Next,
            Key::Letter('l') => return Act::List,
            Key::Letter('q') => return Act::Quit,
            Key::Letter('p') => self.ask_prediction(),
            Key::Letter('r') => self.show(Panel::AskReset),
            Key::Enter | Key::Escape => self.show(Panel::Result),
            Key::Up | Key::Letter('k') => self.scrolled = self.scrolled.saturating_sub(1),
            Key::Down | Key::Letter('j') => self.scrolled = self.scrolled.saturating_add(1),
            Key::Letter(' ') => self.scrolled = self.scrolled.saturating_add(10),
            Key::Letter(_) | Key::Backspace | Key::Interrupt => {}
        }
        Act::Nothing
    }

    /// Takes a key of an answer.
    fn answer(&mut self, key: Key) {
        let Panel::Predict { questions, typed, wrong } = &mut self.panel else { return };
        match key {
            Key::Letter(letter) => typed.push(letter),
            Key::Backspace => drop(typed.pop()),
            Key::Escape => questions.clear(),
            Key::Enter => {
                let (answer, question) = (std::mem::take(typed), questions.first().copied());
                match question.map_or(Ok(()), |question| self.prediction.take(question, &answer)) {
                    Ok(()) => {
                        *wrong = None;
                        let prediction = &self.prediction;
                        let mut rest = questions.split_off(questions.len().min(1));
                        rest.retain(|question| !prediction.makes_idle(*question));
                        *questions = rest;
                    }
                    Err(refused) => *wrong = Some(refused),
                }
            }
            Key::Up | Key::Down | Key::Interrupt => {}
        }
        if questions.is_empty() {
            let said = self.prediction.has_answers();
            self.show(if said { Panel::Prediction } else { Panel::Result });
        }
    }
}

#[cfg(test)]
mod tests {
    use exercise_harness::Exercise;

    use super::*;

    fn state() -> State {
        let metadata = "order = 1\ntitle = \"A\"\nservice = \"s\"\nsummary = \"S\"\n\
            difficulty = \"Easy\"\nminutes = 10\noperations_per_round = 100\n\
            requests_per_second = 10.0\n[leak]\nresources = [\"live_blocks\"]\n\
            file = \"src/lib.rs\"\nfunction = \"f\"\n[fix]\nfiles = [\"src/lib.rs\"]\n";
        let metadata = Exercise::parse(metadata).unwrap();
        State::at(PathBuf::from("/w"), Entry { name: "a".to_owned(), metadata }, None)
    }

    fn typed(state: &mut State, text: &str) {
        for letter in text.chars() {
            state.key(if letter == '\n' { Key::Enter } else { Key::Letter(letter) });
        }
    }

    #[test]
    fn each_letter_asks_for_its_own() {
        let asked = [
            ('h', Act::Hint),
            ('d', Act::Diff(None)),
            ('a', Act::RunAll),
            ('n', Act::Next),
            ('l', Act::List),
            ('q', Act::Quit),
            ('x', Act::Nothing),
        ];
        for (letter, act) in asked {
            assert_eq!(state().key(Key::Letter(letter)), act, "{letter}");
        }
        assert_eq!(state().key(Key::Interrupt), Act::Interrupt);
    }

    #[test]
    fn a_reset_is_asked_for_twice_and_any_other_key_takes_it_back() {
        let mut state = state();
        assert_eq!(state.key(Key::Letter('r')), Act::Nothing);
        assert_eq!(state.key(Key::Letter('r')), Act::Nothing);
        assert!(matches!(state.panel, Panel::Result));
        state.key(Key::Letter('r'));
        assert_eq!(state.key(Key::Letter('y')), Act::Reset);
    }

    #[test]
    fn letters_of_an_answer_are_no_commands() {
        let mut state = state();
        state.ask_prediction();
        typed(&mut state, "blocks\nq\n");
        let Panel::Predict { wrong, .. } = &state.panel else { panic!("{:?}", state.panel) };
        assert!(wrong.as_ref().unwrap().contains("no number"));
        typed(&mut state, "2\nno\nthe cache\n");
        assert!(matches!(state.panel, Panel::Prediction), "{:?}", state.panel);
        assert_eq!(state.prediction.rate, Some(2.0));
        assert_eq!(state.prediction.holder.as_deref(), Some("the cache"));
    }

    #[test]
    fn questions_can_be_skipped_one_by_one_or_all_at_once() {
        let mut state = state();
        state.ask_prediction();
        typed(&mut state, "\n\n\n\n");
        assert!(matches!(state.panel, Panel::Result));
        state.ask_prediction();
        state.key(Key::Escape);
        assert!(matches!(state.panel, Panel::Result));
        state.ask_prediction();
        typed(&mut state, "nothing\n");
        assert!(matches!(state.panel, Panel::Prediction));
    }
}
