//! Reads an event stream as it grows, and refuses a broken one.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use leak_meter::Round;

use crate::event::{Event, FORMAT, TrialOutcome};
use crate::seal::Seal;

/// How much of a stream may have been read and still be on the disk, in bytes.
const MOST_READ: u64 = 64 * 1024;

/// A reader of one trial's stream.
#[derive(Debug)]
pub struct Reader {
    file: File,
    trial: String,
    seal: Seal,
    /// Bytes taken in.
    length: u64,
    /// Lines taken in.
    lines: usize,
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
    /// Reads the stream of `trial`, sealed by `seal`, from `path`, which must exist.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, trial: &str, seal: Seal) -> io::Result<Self> {
        Ok(Self {
            // Also to be shortened: the child takes it out of its folder.
            file: File::options().read(true).write(true).open(path)?,
            trial: trial.to_owned(),
            seal,
            length: 0,
            lines: 0,
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
        if self.file.metadata()?.len() < self.length {
            self.fault.get_or_insert_with(|| "a part of it was removed".to_owned());
        }
        let before = self.rest.len();
        self.file.read_to_end(&mut self.rest)?;
        let new = self.rest.len() - before;
        self.length += new as u64;
        while self.fault.is_none() {
            let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') else {
                break;
            };
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            match self.event_in(&line) {
                Ok(event) => {
                    self.fault = self.fault_of(&event);
                    if self.fault.is_none() {
                        see(&event);
                        self.take(event);
                    }
                }
                Err(wrong) => {
                    let text = String::from_utf8_lossy(&line);
                    let text: String = text.trim_end().chars().take(80).collect();
                    self.fault = Some(format!("the line {text:?} {wrong}"));
                }
            }
            self.lines += 1;
        }
        Ok(new > 0)
    }

    /// The event in `line`, the next one, or what is wrong with the line.
    fn event_in(&self, line: &[u8]) -> Result<Event, String> {
        let (seal, json) = line.split_at(line.len().min(Seal::LENGTH));
        if *seal != self.seal.of(self.lines, json) {
            return Err("was not written by the harness, or not at this place".to_owned());
        }
        serde_json::from_slice(json).map_err(|error| format!("is not an event: {error}"))
    }

    /// Lets go of the rounds so far: of a stream that may go on for hours.
    pub(crate) fn forget(&mut self) {
        self.rounds.clear();
    }

    /// Shortens the stream's file to nothing, if much of it has been read: only while nobody writes
    /// to it.
    ///
    /// # Errors
    /// When the file cannot be shortened.
    pub(crate) fn shorten(&mut self) -> io::Result<()> {
        if self.rest.is_empty() && self.file.stream_position()? >= MOST_READ {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.length = 0;
        }
        Ok(())
    }

    /// How many bytes of the stream are on the disk.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub(crate) fn on_disk(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
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

    /// What the reader makes of `text`, the stream of the trial `memory::growth`, once it is sealed.
    fn read(text: &str) -> Reader {
        let seal = Seal::new();
        let lines = text.split_inclusive('\n').enumerate();
        let sealed = lines.map(|(number, line)| sealed(seal, number, line) + line);
        reader_of(&sealed.collect::<String>(), seal).0
    }

    /// What stands before the line with this number.
    fn sealed(seal: Seal, number: usize, line: &str) -> String {
        String::from_utf8(seal.of(number, line.as_bytes()).to_vec()).unwrap()
    }

    /// What a reader that knows `seal` makes of `text`, and the file.
    fn reader_of(text: &str, seal: Seal) -> (Reader, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = Reader::open(file.path(), "memory::growth", seal).unwrap();
        reader.advance(|_| {}).unwrap();
        (reader, file)
    }

    const START: &str = r#"{"event":"start","format":3,"trial":"memory::growth"}"#;
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
            (START.replace("\"format\":3", "\"format\":4") + "\n", "its format is 4"),
            (START.replace("growth", "bound") + "\n", "of the trial memory::bound"),
            (START.replace('}', ",\"more\":1}") + "\n", "unknown field"),
        ] {
            let fault = read(&text).final_fault().unwrap_or_default();
            assert!(fault.contains(reason), "{text}: {fault:?} does not say {reason:?}");
        }
    }

    #[test]
    fn a_line_that_the_harness_did_not_write_there_is_refused() {
        let seal = Seal::new();
        let [start, end] = [START, END].map(|line| format!("{line}\n"));
        let first = sealed(seal, 0, &start) + &start;
        for (wrong, line) in [
            ("without a seal", end.clone()),
            ("with another run's", sealed(Seal::new(), 1, &end) + &end),
            ("of another place", sealed(seal, 2, &end) + &end),
            ("with another line's", sealed(seal, 1, &start) + &end),
            ("too short for one", "\n".to_owned()),
        ] {
            let (reader, _) = reader_of(&format!("{first}{line}"), seal);
            let fault = reader.final_fault().unwrap_or_default();
            assert!(fault.contains("was not written by the harness"), "{wrong}: {fault}");
            assert_eq!(reader.outcome, None, "{wrong}");
        }
        let whole = first + &sealed(seal, 1, &end) + &end;
        assert_eq!(reader_of(&whole, seal).0.final_fault(), None);
    }

    #[test]
    fn a_stream_that_became_shorter_is_refused() {
        let seal = Seal::new();
        let start = format!("{START}\n");
        let (mut reader, file) = reader_of(&(sealed(seal, 0, &start) + &start), seal);
        assert_eq!(reader.final_fault(), None);
        file.as_file().set_len(5).unwrap();
        reader.advance(|_| {}).unwrap();
        assert_eq!(reader.final_fault().as_deref(), Some("a part of it was removed"));
    }
}
