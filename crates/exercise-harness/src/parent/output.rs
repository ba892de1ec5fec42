//! Captures the output of a child process: counts all of it and keeps the last part.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long to wait for the rest of the output after the processes that write it have ended.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The output of one child process.
#[derive(Debug)]
pub(super) struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    printed: Mutex<Printed>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Printed {
    bytes: u64,
    tail: VecDeque<u8>,
    closed: bool,
}

impl Output {
    /// Captures what is written to the returned pipe, which is for the child, and keeps the last
    /// `kept` bytes.
    ///
    /// # Errors
    /// When the system refuses a pipe or a thread.
    pub(super) fn capture(kept: usize) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let shared = Arc::new(Shared::default());
        let output = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || shared.read(reader, kept))?;
        Ok((output, writer))
    }

    /// The number of bytes printed so far.
    pub(super) fn bytes(&self) -> u64 {
        self.0.printed.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The last part of the output. To be called after the writing processes have ended.
    pub(super) fn tail(&self) -> String {
        let printed = self.0.printed.lock().unwrap_or_else(PoisonError::into_inner);
        // An orphan that could not be found may hold the pipe open, so the wait has a limit.
        let waited =
            self.0.changed.wait_timeout_while(printed, DRAIN_TIMEOUT, |printed| !printed.closed);
        let (mut printed, _) = waited.unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(printed.tail.make_contiguous()).trim().to_owned()
    }
}

impl Shared {
    fn read(&self, mut reader: PipeReader, kept: usize) {
        let mut block = vec![0; 64 * 1024];
        loop {
            let read = reader.read(&mut block);
            if matches!(&read, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
                continue;
            }
            let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
            match read {
                Ok(length) if length > 0 => {
                    printed.bytes += length as u64;
                    printed.tail.extend(&block[..length]);
                    let surplus = printed.tail.len().saturating_sub(kept);
                    printed.tail.drain(..surplus);
                }
                _ => {
                    printed.closed = true;
                    self.changed.notify_all();
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn everything_is_counted_and_the_last_part_is_kept() {
        let (output, mut writer) = Output::capture(1000).unwrap();
        let mut written = 0;
        for number in 0..100_000 {
            let line = format!("line {number}\n");
            writer.write_all(line.as_bytes()).unwrap();
            written += line.len() as u64;
        }
        drop(writer);
        let tail = output.tail();
        assert!(tail.ends_with("line 99998\nline 99999"), "{tail}");
        assert!(tail.len() <= 1000, "{}", tail.len());
        assert_eq!(output.bytes(), written);
    }
}
