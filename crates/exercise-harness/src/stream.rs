//! Reads an event stream as it grows, and refuses a broken one.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use leak_meter::Round;

use crate::event::{Event, FORMAT, TrialOutcome};

/// How much of a stream may have been read and still be on the disk, in bytes.
const MOST_READ: u64 = 64 * 1024;

/// A reader of one trial's stream.
#[derive(Debug)]
pub struct Reader {
    file: File,
    trial: String,
    /// Bytes read that do not yet make a whole line.
    rest: Vec<u8>,
    started: bool,
    /// Every round so far.
    pub rounds: Vec<Round>,
    /// How the trial ended, once it has.
    pub outcome: Option<TrialOutcome>,
    /// What is wrong with the stream, once something is.
    pub fault: Option<String>,
}

impl Reader {
    /// Reads the stream of `trial` from `path`, which must exist.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, trial: &str) -> io::Result<Self> {
        Ok(Self {
            file: File::open(path)?,
            trial: trial.to_owned(),
            rest: Vec::new(),
            started: false,
            rounds: Vec::new(),
            outcome: None,
            fault: None,
        })
    }

    /// Takes in what was written since the last call, and hands each whole event to `see`. Returns
    /// whether there was any. After a fault nothing more is taken in.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn advance(&mut self, mut see: impl FnMut(&Event)) -> io::Result<bool> {
        let before = self.rest.len();
        self.file.read_to_end(&mut self.rest)?;
        let grew = self.rest.len() > before;
        while self.fault.is_none() {
            let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            match serde_json::from_slice::<Event>(&line) {
                Ok(event) => {
                    self.fault = self.fault_of(&event);
                    if self.fault.is_none() {
                        see(&event);
                        self.take(event);
                    }
                }
                Err(error) => {
                    let text = String::from_utf8_lossy(&line);
                    let text: String = text.trim_end().chars().take(80).collect();
                    self.fault = Some(format!("the line {text:?} is not an event: {error}"));
                }
            }
        }
        Ok(grew)
    }

    /// Lets go of the rounds so far: of a stream that may go on for hours.
    pub(crate) fn forget(&mut self) {
        self.rounds.clear();
    }

    /// Shortens the stream's file at `path` to nothing, if much of it has been read: only while
    /// nobody writes to it.
    ///
    /// # Errors
    /// When the file cannot be shortened.
    pub(crate) fn shorten(&mut self, path: &Path) -> io::Result<()> {
        if self.rest.is_empty() && self.file.stream_position()? >= MOST_READ {
            File::options().write(true).open(path)?.set_len(0)?;
            self.file.rewind()?;
        }
        Ok(())
    }

    /// What is wrong with `event` at this place in the stream.
    fn fault_of(&self, event: &Event) -> Option<String> {
        if self.outcome.is_some() {
            return Some("something was written after the end".to_owned());
        }
        match event {
            Event::Start { format, .. } if *format != FORMAT => {
                Some(format!("its format is {format}, and this program reads {FORMAT}"))
            }
            Event::Start { trial, .. } if *trial != self.trial => {
                Some(format!("it is of the trial {trial}"))
            }
            Event::Start { .. } if self.started => Some("it starts twice".to_owned()),
            Event::Round { .. } | Event::End { .. } if !self.started => {
                Some("it does not begin with its start".to_owned())
            }
            Event::End { outcome: TrialOutcome::Soaked { report } }
                if report.rounds != self.rounds =>
            {
                Some("the report's rounds are not those that were streamed".to_owned())
            }
            _ => None,
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Start { .. } => self.started = true,
            Event::Round { round } => self.rounds.push(round),
            Event::End { outcome } => self.outcome = Some(outcome),
        }
    }

    /// What is wrong with a stream that nothing more is written to.
    pub fn final_fault(&self) -> Option<String> {
        let unfinished = !self.rest.is_empty() && self.fault.is_none();
        self.fault.clone().or(unfinished.then(|| "its last line was cut".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What the reader makes of `text`, the stream of the trial `memory::growth`.
    fn read(text: &str) -> Reader {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = Reader::open(file.path(), "memory::growth").unwrap();
        reader.advance(|_| {}).unwrap();
        reader
    }

    const START: &str = r#"{"event":"start","format":1,"trial":"memory::growth"}"#;
    const END: &str = r#"{"event":"end","outcome":{"kind":"behaved"}}"#;

    #[test]
    fn a_whole_stream_has_an_outcome_and_no_fault() {
        let reader = read(&format!("{START}\n{END}\n"));
        assert_eq!(reader.outcome, Some(TrialOutcome::Behaved));
        assert_eq!(reader.final_fault(), None);
    }

    #[test]
    fn a_stream_without_its_end_has_no_outcome() {
        assert_eq!(read(&format!("{START}\n")).outcome, None);
    }

    #[test]
    fn each_broken_stream_is_refused_for_its_reason() {
        let cut = &END[..END.len() - 3];
        for (text, reason) in [
            (format!("{START}\n{cut}"), "last line was cut"),
            (format!("{END}\n"), "does not begin"),
            (format!("{START}\n{START}\n"), "starts twice"),
            (format!("{START}\n{END}\n{END}\n"), "after the end"),
            (format!("{START}\nall is well\n"), "is not an event"),
            (START.replace("\"format\":1", "\"format\":2") + "\n", "its format is 2"),
            (START.replace("growth", "bound") + "\n", "of the trial memory::bound"),
            (START.replace('}', ",\"more\":1}") + "\n", "unknown field"),
        ] {
            let fault = read(&text).final_fault().unwrap_or_default();
            assert!(fault.contains(reason), "{text}: {fault:?} does not say {reason:?}");
        }
    }
}
