//! Reads an event stream as it grows, and rejects an invalid one.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use leak_meter::Round;

use crate::protocol::event::{Event, FORMAT, TrialOutcome};
use crate::protocol::seal::Seal;

/// How many bytes of a stream may have been read and still be on disk.
const MAX_READ_ON_DISK: u64 = 64 * 1024;

/// A reader of one trial's stream.
#[derive(Debug)]
pub(super) struct EventReader {
    file: File,
    trial: String,
    seal: Seal,
    /// Bytes read so far.
    length: u64,
    /// Complete lines read so far.
    lines: usize,
    /// Bytes that do not yet make a complete line.
    rest: Vec<u8>,
    started: bool,
    /// The rounds so far.
    pub(super) rounds: Vec<Round>,
    /// The trial's outcome, once the stream has ended.
    pub(super) outcome: Option<TrialOutcome>,
    /// What is wrong with the stream.
    pub(super) fault: Option<String>,
}

impl EventReader {
    /// A reader of the file at `path`: the stream of `trial`, sealed with `seal`.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(super) fn open(path: &Path, trial: &str, seal: Seal) -> io::Result<Self> {
        Ok(Self {
            // Writable for `truncate`: the child unlinks the file.
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

    /// Reads what was written since the last call, and calls `on_event` with each complete event.
    /// Returns whether anything was written. After a fault, further events are ignored.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn advance(&mut self, mut on_event: impl FnMut(&Event)) -> io::Result<bool> {
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
            match self.parse(&line) {
                Ok(event) => {
                    self.fault = self.fault_of(&event);
                    if self.fault.is_none() {
                        on_event(&event);
                        self.accept(event);
                    }
                }
                Err(fault) => {
                    let text = String::from_utf8_lossy(&line);
                    let text: String = text.trim_end().chars().take(80).collect();
                    self.fault = Some(format!("the line {text:?} {fault}"));
                }
            }
            self.lines += 1;
        }
        Ok(new > 0)
    }

    /// The event in `line`, the next line of the stream, or what is wrong with the line.
    fn parse(&self, line: &[u8]) -> Result<Event, String> {
        let (signature, json) = line.split_at(line.len().min(Seal::LENGTH));
        if *signature != self.seal.sign(self.lines, json) {
            return Err("was not written by the harness, or not at this place".to_owned());
        }
        serde_json::from_slice(json).map_err(|error| format!("is not an event: {error}"))
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
                Some(format!("it is the stream of the trial {trial}"))
            }
            Event::Start { .. } if self.started => Some("it starts twice".to_owned()),
            Event::Round { .. } | Event::Progress | Event::Leaks { .. } | Event::End { .. }
                if !self.started =>
            {
                Some("it does not begin with its start".to_owned())
            }
            Event::End { outcome: TrialOutcome::Soaked { report } }
                if report.rounds != self.rounds =>
            {
                Some("the report's rounds differ from the streamed rounds".to_owned())
            }
            _ => None,
        }
    }

    fn accept(&mut self, event: Event) {
        match event {
            Event::Start { .. } => self.started = true,
            Event::Round { round } => self.rounds.push(round),
            Event::Progress | Event::Leaks { .. } => {}
            Event::End { outcome } => self.outcome = Some(outcome),
        }
    }

    /// Empties the file if much of it has been read. Only allowed while nobody writes to it.
    ///
    /// # Errors
    /// When the file cannot be truncated.
    pub(super) fn truncate(&mut self) -> io::Result<()> {
        if self.rest.is_empty() && self.file.stream_position()? >= MAX_READ_ON_DISK {
            self.file.set_len(0)?;
            self.file.rewind()?;
            self.length = 0;
        }
        Ok(())
    }

    /// The size of the file, in bytes.
    ///
    /// # Errors
    /// When the file's metadata cannot be read.
    pub(super) fn bytes_on_disk(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// What is wrong with the stream, once nothing more is written to it.
    pub(super) fn final_fault(&self) -> Option<String> {
        let is_cut = !self.rest.is_empty() && self.fault.is_none();
        self.fault.clone().or(is_cut.then(|| "its last line was cut".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A reader that has read `text`, the stream of the trial `memory::growth`, after sealing it.
    fn read(text: &str) -> EventReader {
        let seal = Seal::new();
        let lines = text.split_inclusive('\n').enumerate();
        let sealed = lines.map(|(number, line)| signature(seal, number, line) + line);
        reader_of(&sealed.collect::<String>(), seal).0
    }

    /// The signature of `line`, which has this number.
    fn signature(seal: Seal, number: usize, line: &str) -> String {
        String::from_utf8(seal.sign(number, line.as_bytes()).to_vec()).unwrap()
    }

    /// A reader with this `seal` that has read `text`, and its file.
    fn reader_of(text: &str, seal: Seal) -> (EventReader, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut reader = EventReader::open(file.path(), "memory::growth", seal).unwrap();
        reader.advance(|_| {}).unwrap();
        (reader, file)
    }

    const START: &str = r#"{"event":"start","format":5,"trial":"memory::growth"}"#;
    const END: &str = r#"{"event":"end","outcome":{"kind":"behaved"}}"#;

    #[test]
    fn a_complete_stream_has_an_outcome_and_no_fault() {
        let reader = read(&format!("{START}\n{END}\n"));
        assert_eq!(reader.outcome, Some(TrialOutcome::Behaved));
        assert_eq!(reader.final_fault(), None);
    }

    #[test]
    fn a_stream_without_an_end_has_no_outcome() {
        assert_eq!(read(&format!("{START}\n")).outcome, None);
    }

    #[test]
    fn each_invalid_stream_is_rejected_with_its_reason() {
        let cut = &END[..END.len() - 3];
        for (text, reason) in [
            (format!("{START}\n{cut}"), "last line was cut"),
            (format!("{END}\n"), "does not begin"),
            (format!("{START}\n{START}\n"), "starts twice"),
            (format!("{START}\n{END}\n{END}\n"), "after the end"),
            (format!("{START}\nall is well\n"), "is not an event"),
            (START.replace("\"format\":5", "\"format\":99") + "\n", "its format is 99"),
            (START.replace("growth", "bound") + "\n", "stream of the trial memory::bound"),
            (START.replace('}', ",\"more\":1}") + "\n", "unknown field"),
        ] {
            let fault = read(&text).final_fault().unwrap_or_default();
            assert!(fault.contains(reason), "{text}: {reason:?} is not in {fault:?}");
        }
    }

    #[test]
    fn a_line_that_the_harness_did_not_write_there_is_rejected() {
        let seal = Seal::new();
        let [start, end] = [START, END].map(|line| format!("{line}\n"));
        let first = signature(seal, 0, &start) + &start;
        for (wrong, line) in [
            ("no signature", end.clone()),
            ("another run's signature", signature(Seal::new(), 1, &end) + &end),
            ("another line number's signature", signature(seal, 2, &end) + &end),
            ("another line's signature", signature(seal, 1, &start) + &end),
            ("too short for a signature", "\n".to_owned()),
        ] {
            let (reader, _) = reader_of(&format!("{first}{line}"), seal);
            let fault = reader.final_fault().unwrap_or_default();
            assert!(fault.contains("was not written by the harness"), "{wrong}: {fault}");
            assert_eq!(reader.outcome, None, "{wrong}");
        }
        let whole = first + &signature(seal, 1, &end) + &end;
        assert_eq!(reader_of(&whole, seal).0.final_fault(), None);
    }

    #[test]
    fn a_stream_that_became_shorter_is_rejected() {
        let seal = Seal::new();
        let start = format!("{START}\n");
        let (mut reader, file) = reader_of(&(signature(seal, 0, &start) + &start), seal);
        assert_eq!(reader.final_fault(), None);
        file.as_file().set_len(5).unwrap();
        reader.advance(|_| {}).unwrap();
        assert_eq!(reader.final_fault().as_deref(), Some("a part of it was removed"));
    }
}
