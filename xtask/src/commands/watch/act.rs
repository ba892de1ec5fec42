//! What each key does to what is shown, and what it asks of those who can do it.

use super::keys::Key;
use super::state::{Panel, State};
use crate::commands::diff::Against;

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
    use std::path::PathBuf;

    use exercise_harness::Exercise;

    use super::*;
    use crate::workspace::Entry;

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
