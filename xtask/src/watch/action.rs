//! What each key changes in the state, and which action it requests.

use super::keys::Key;
use super::state::{Panel, WatchState};
use crate::difference::Against;
use crate::judgement::Answer;
use crate::prediction::NO_JUDGEMENT;

/// An action that a key requests from the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Nothing more.
    Nothing,
    /// Show the next hint.
    Hint,
    /// Show the differences, to this version if it was chosen.
    Diff(Option<Against>),
    /// Test every exercise.
    RunAll,
    /// Go to the next exercise.
    Next,
    /// Go to the exercise before this one.
    Back,
    /// Go to the exercise with this name or number.
    GoTo(String),
    /// Ask for a prediction.
    Predict,
    /// Judge the exercise, for this reason.
    Judge(Answer, String),
    /// Show everything that was found about what holds the growing memory.
    Holders,
    /// List all exercises.
    List,
    /// Reset the exercise.
    Reset,
    /// Quit.
    Quit,
    /// Quit after Ctrl-C.
    Interrupt,
}

impl WatchState {
    /// Processes `key`, and returns the requested action.
    pub fn press(&mut self, key: Key) -> Action {
        if key == Key::Interrupt {
            return Action::Interrupt;
        }
        match &mut self.panel {
            Panel::Predict { .. } => self.type_answer(key),
            Panel::Judge { answer: None, .. } => {
                match key {
                    Key::Letter('l') => self.ask_why(Answer::Leak),
                    Key::Letter('n') => self.ask_why(Answer::NoLeak),
                    _ => self.show(Panel::Result),
                }
                Action::Nothing
            }
            Panel::Judge { answer: Some(answer), typed } => match key {
                Key::Letter(_) | Key::Backspace => edit(typed, key),
                Key::Enter => Action::Judge(*answer, std::mem::take(typed)),
                Key::Escape => {
                    self.show(Panel::Result);
                    Action::Nothing
                }
                Key::Up | Key::Down | Key::Interrupt => Action::Nothing,
            },
            Panel::AskReset => {
                self.show(Panel::Result);
                if key == Key::Letter('y') { Action::Reset } else { Action::Nothing }
            }
            Panel::AskDiff => {
                self.show(Panel::Result);
                match key {
                    Key::Letter('y') => Action::Diff(Some(Against::Solution)),
                    Key::Letter('s') => Action::Diff(Some(Against::Shipped)),
                    _ => Action::Nothing,
                }
            }
            Panel::GoTo { typed, .. } => match key {
                Key::Letter(_) | Key::Backspace => edit(typed, key),
                Key::Enter if !typed.is_empty() => Action::GoTo(typed.clone()),
                Key::Enter | Key::Escape => {
                    self.show(Panel::Result);
                    Action::Nothing
                }
                Key::Up | Key::Down | Key::Interrupt => Action::Nothing,
            },
            _ => self.command(key),
        }
    }

    fn command(&mut self, key: Key) -> Action {
        match key {
            Key::Letter('h') => return Action::Hint,
            Key::Letter('d') => return Action::Diff(None),
            Key::Letter('a') => return Action::RunAll,
            Key::Letter('n') => return Action::Next,
            Key::Letter('b') => return Action::Back,
            Key::Letter('g') => self.show(Panel::GoTo { typed: String::new(), wrong: None }),
            Key::Letter('l') => return Action::List,
            Key::Letter('w') => return Action::Holders,
            Key::Letter('q') => return Action::Quit,
            Key::Letter('p') => return Action::Predict,
            Key::Letter('v') => self.show(Panel::Judge { answer: None, typed: String::new() }),
            Key::Letter('r') => self.show(Panel::AskReset),
            Key::Enter | Key::Escape => self.show(Panel::Result),
            Key::Up | Key::Letter('k') => self.scrolled = self.scrolled.saturating_sub(1),
            Key::Down | Key::Letter('j') => self.scrolled = self.scrolled.saturating_add(1),
            Key::Letter(' ') => self.scrolled = self.scrolled.saturating_add(10),
            Key::Letter(_) | Key::Backspace | Key::Interrupt => {}
        }
        Action::Nothing
    }

    fn ask_why(&mut self, answer: Answer) {
        self.show(Panel::Judge { answer: Some(answer), typed: String::new() });
    }

    /// Processes a key while an answer is typed. The first answer to an exercise that is not judged yet is
    /// a judgement.
    fn type_answer(&mut self, key: Key) -> Action {
        let Panel::Predict { questions, typed, wrong } = &mut self.panel else {
            return Action::Nothing;
        };
        match key {
            Key::Letter(_) | Key::Backspace => return edit(typed, key),
            Key::Escape => questions.clear(),
            Key::Enter => {
                let (answer, question) = (std::mem::take(typed), questions.first().copied());
                match question.map_or(Ok(()), |question| self.prediction.answer(question, &answer))
                {
                    Ok(()) => {
                        *wrong = None;
                        let prediction = &self.prediction;
                        let mut rest = questions.split_off(questions.len().min(1));
                        rest.retain(|question| !prediction.makes_pointless(*question));
                        *questions = rest;
                    }
                    Err(refused) => *wrong = Some(refused),
                }
            }
            Key::Up | Key::Down | Key::Interrupt => {}
        }
        if questions.is_empty() {
            return self.end_prediction();
        }
        Action::Nothing
    }

    /// Compares the answers with the measurement, once there is one that may be shown.
    fn end_prediction(&mut self) -> Action {
        if !self.prediction.has_answers() {
            self.show(Panel::Result);
            return Action::Nothing;
        }
        match self.prediction.judgement() {
            None if self.is_secret => self.show_text("no judgement", NO_JUDGEMENT),
            Some(answer) if self.is_secret => {
                self.show(Panel::Prediction);
                return Action::Judge(answer, self.prediction.holder.clone().unwrap_or_default());
            }
            _ => self.show(Panel::Prediction),
        }
        Action::Nothing
    }
}

/// Adds a letter to what was typed, or takes the last one back.
fn edit(typed: &mut String, key: Key) -> Action {
    match key {
        Key::Letter(letter) => typed.push(letter),
        _ => drop(typed.pop()),
    }
    Action::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::toy_cache;

    fn state() -> WatchState {
        WatchState::new(toy_cache(), None)
    }

    fn typed(state: &mut WatchState, text: &str) {
        for letter in text.chars() {
            state.press(if letter == '\n' { Key::Enter } else { Key::Letter(letter) });
        }
    }

    #[test]
    fn each_letter_has_its_action() {
        let actions = [
            ('h', Action::Hint),
            ('d', Action::Diff(None)),
            ('a', Action::RunAll),
            ('n', Action::Next),
            ('b', Action::Back),
            ('l', Action::List),
            ('p', Action::Predict),
            ('w', Action::Holders),
            ('q', Action::Quit),
            ('x', Action::Nothing),
        ];
        for (letter, action) in actions {
            assert_eq!(state().press(Key::Letter(letter)), action, "{letter}");
        }
        assert_eq!(state().press(Key::Interrupt), Action::Interrupt);
    }

    #[test]
    fn a_reset_needs_a_confirmation_and_any_other_key_cancels_it() {
        let mut state = state();
        assert_eq!(state.press(Key::Letter('r')), Action::Nothing);
        assert_eq!(state.press(Key::Letter('r')), Action::Nothing);
        assert!(matches!(state.panel, Panel::Result));
        state.press(Key::Letter('r'));
        assert_eq!(state.press(Key::Letter('y')), Action::Reset);
    }

    #[test]
    fn a_judgement_is_an_answer_and_a_reason() {
        let mut state = state();
        typed(&mut state, "vx");
        assert!(matches!(state.panel, Panel::Result));
        typed(&mut state, "vnq");
        let judged = state.press(Key::Enter);
        assert_eq!(judged, Action::Judge(Answer::NoLeak, "q".to_owned()));
    }

    #[test]
    fn the_first_answer_of_a_prediction_is_a_judgement_if_there_is_none() {
        for (is_secret, expected) in
            [(true, Action::Judge(Answer::NoLeak, String::new())), (false, Action::Nothing)]
        {
            let mut state = state();
            state.is_secret = is_secret;
            state.ask_prediction();
            typed(&mut state, "nothing");
            assert_eq!(state.press(Key::Enter), expected);
        }
    }

    #[test]
    fn without_an_answer_to_the_first_question_nothing_is_measured_before_a_judgement() {
        let mut state = state();
        state.is_secret = true;
        state.ask_prediction();
        typed(&mut state, "\n2\nno\nthe cache");
        assert_eq!(state.press(Key::Enter), Action::Nothing);
        let Panel::Text { lines, .. } = &state.panel else { panic!("{:?}", state.panel) };
        assert!(lines[0].contains("would tell whether the exercise leaks"), "{lines:?}");
    }

    #[test]
    fn letters_of_an_answer_are_not_commands() {
        let mut state = state();
        state.ask_prediction();
        typed(&mut state, "blocks\nq\n");
        let Panel::Predict { wrong, .. } = &state.panel else { panic!("{:?}", state.panel) };
        assert!(wrong.as_ref().unwrap().contains("not a number"));
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
        state.press(Key::Escape);
        assert!(matches!(state.panel, Panel::Result));
        state.ask_prediction();
        typed(&mut state, "nothing\n");
        assert!(matches!(state.panel, Panel::Prediction));
    }
}
