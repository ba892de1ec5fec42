//! What a learner expects before a measurement, and the questions about it.

use leak_meter::Resource;

use crate::judgement::Answer;

/// Why a prediction without a judgement is not compared with an exercise that is not judged yet.
pub const NO_JUDGEMENT: &str = "Without an answer to the first question, the measurement is not shown: it \
                                would tell whether the exercise leaks.";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// What will grow.
    Grows,
    /// Roughly how much of it each operation leaks.
    Rate,
    /// Whether it falls when the traffic stops.
    Falls,
    /// Who holds it.
    Holder,
    /// Which pattern it is.
    Exercise,
}

/// The answers. `None` means that the question was skipped.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prediction {
    /// What will grow; empty for nothing.
    pub grows: Option<Vec<Resource>>,
    /// The growth per operation of the first resource in `grows`.
    pub rate: Option<f64>,
    /// Whether it falls when the traffic stops.
    pub falls: Option<bool>,
    /// Who holds it, in the learner's words.
    pub holder: Option<String>,
    /// Which pattern it is, in the learner's words.
    pub pattern: Option<String>,
}

/// The words for what may grow.
const WORDS: [(&str, Resource); 9] = [
    ("temporary files", Resource::TemporaryFiles),
    ("temporary bytes", Resource::TemporaryBytes),
    ("temp files", Resource::TemporaryFiles),
    ("disk", Resource::TemporaryBytes),
    ("blocks", Resource::LiveBlocks),
    ("bytes", Resource::LiveBytes),
    ("files", Resource::OpenFiles),
    ("threads", Resource::Threads),
    ("tasks", Resource::Tasks),
];

impl Question {
    /// The questions in the order in which they are asked, with the one about the pattern if
    /// `asks_pattern`.
    pub fn all(asks_pattern: bool) -> Vec<Self> {
        let all = [Self::Grows, Self::Rate, Self::Falls, Self::Holder];
        all.into_iter().chain(asks_pattern.then_some(Self::Exercise)).collect()
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Grows => {
                "What will grow without end? One or more of: blocks, bytes, files, temporary files, disk, threads, \
                 tasks; or: nothing"
            }
            Self::Rate => {
                "Roughly how much of the first of these does each operation leak? (a number)"
            }
            Self::Falls => "Does it fall when the traffic stops? (yes or no)",
            Self::Holder => "Who will hold it? (in your own words)",
            Self::Exercise => "Which pattern is it? (in your own words)",
        }
    }
}

impl Prediction {
    /// Records the answer `text` to `question`; an empty answer skips the question.
    pub fn answer(&mut self, question: Question, text: &str) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        match question {
            Question::Grows => self.grows = Some(resources(text)?),
            Question::Rate => {
                let number = text.replace(',', ".").parse::<f64>().ok();
                let number = number.filter(|number| number.is_finite() && *number >= 0.0);
                let wrong = || format!("{text:?} is not a number, such as 0 or 1.5.");
                self.rate = Some(number.ok_or_else(wrong)?);
            }
            Question::Falls => {
                self.falls = Some(match text.to_lowercase().as_str() {
                    "y" | "yes" => true,
                    "n" | "no" => false,
                    _ => return Err(format!("{text:?} is neither yes nor no.")),
                });
            }
            Question::Holder => self.holder = Some(text.to_owned()),
            Question::Exercise => self.pattern = Some(text.to_owned()),
        }
        Ok(())
    }

    /// The judgement that the prediction contains; `None` if that question was skipped.
    pub fn judgement(&self) -> Option<Answer> {
        let grows = self.grows.as_ref()?;
        Some(if grows.is_empty() { Answer::NoLeak } else { Answer::Leak })
    }

    /// Whether any question was answered.
    pub fn has_answers(&self) -> bool {
        *self != Self::default()
    }

    /// Whether the answers so far make `question` pointless: if nothing grows, there is no rate.
    pub fn makes_pointless(&self, question: Question) -> bool {
        let nothing = self.grows.as_ref().is_some_and(Vec::is_empty);
        nothing && matches!(question, Question::Rate | Question::Falls | Question::Holder)
    }
}

fn resources(text: &str) -> Result<Vec<Resource>, String> {
    let text = text.to_lowercase();
    if ["nothing", "none"].contains(&text.trim()) {
        return Ok(Vec::new());
    }
    let parts = text.split([',', ';']).flat_map(|part| part.split(" and "));
    let mut found = Vec::new();
    for part in parts.map(str::trim).filter(|part| !part.is_empty()) {
        let part = part.trim_start_matches("live ").trim_start_matches("open ");
        let named = WORDS.iter().find(|(word, _)| *word == part);
        // Words without a separator: "blocks bytes".
        let several: Option<Vec<Resource>> = part
            .split_whitespace()
            .map(|word| WORDS.iter().find(|(known, _)| *known == word).map(|(_, what)| *what))
            .collect();
        match (named, several) {
            (Some((_, resource)), _) => found.push(*resource),
            (None, Some(several)) => found.extend(several),
            (None, None) => {
                let words = "blocks, bytes, files, temporary files, disk, threads, tasks, nothing";
                return Err(format!("{part:?} is not one of: {words}."));
            }
        }
    }
    found.dedup();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_understood_by_the_words_of_the_question() {
        let both = vec![Resource::LiveBlocks, Resource::LiveBytes];
        for text in ["blocks, bytes", "Blocks and bytes", "live blocks; live bytes", "blocks bytes"]
        {
            assert_eq!(resources(text), Ok(both.clone()), "{text}");
        }
        let files = vec![Resource::OpenFiles, Resource::TemporaryFiles];
        assert_eq!(resources("open files, temporary files"), Ok(files));
        assert_eq!(resources("nothing"), Ok(Vec::new()));
        assert!(resources("memory").unwrap_err().contains("\"memory\" is not one of: blocks"));
    }

    #[test]
    fn an_invalid_answer_is_refused_and_an_empty_one_skips() {
        let mut prediction = Prediction::default();
        assert!(prediction.answer(Question::Rate, "many").unwrap_err().contains("not a number"));
        assert!(prediction.answer(Question::Rate, "-1").is_err());
        assert!(prediction.answer(Question::Falls, "perhaps").unwrap_err().contains("neither"));
        assert_eq!(prediction.answer(Question::Holder, "  "), Ok(()));
        assert!(!prediction.has_answers());
        assert_eq!(prediction.answer(Question::Rate, "1,5"), Ok(()));
        assert_eq!(prediction.rate, Some(1.5));
    }

    #[test]
    fn if_nothing_grows_its_rate_is_not_asked_for() {
        let mut prediction = Prediction::default();
        assert!(!prediction.makes_pointless(Question::Rate));
        prediction.answer(Question::Grows, "nothing").unwrap();
        assert!(prediction.makes_pointless(Question::Rate));
        assert!(!prediction.makes_pointless(Question::Exercise));
    }
}
