//! What a child prints: counted, and its end kept, however much it is.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How long the end of the output is waited for, once its writers have been ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// The output of one child.
#[derive(Debug)]
pub struct Output(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    printed: Mutex<Printed>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Printed {
    bytes: u64,
    end: VecDeque<u8>,
    closed: bool,
}

impl Output {
    /// Listens to what is written to the second part, which is the child's, and keeps this many bytes
    /// from its end.
    ///
    /// # Errors
    /// When the system refuses a pipe or a thread.
    pub fn listen(kept: usize) -> io::Result<(Self, PipeWriter)> {
        let (reader, writer) = io::pipe()?;
        let shared = Arc::new(Shared::default());
        let output = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || shared.read(reader, kept))?;
        Ok((output, writer))
    }

    /// How many bytes were printed so far.
    pub fn bytes(&self) -> u64 {
        self.0.printed.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The end of what was printed by processes that have ended.
    pub fn end(&self) -> String {
        let printed = self.0.printed.lock().unwrap_or_else(PoisonError::into_inner);
        // A process that could not be found may hold the pipe open; what it prints is not missed.
        let waited =
            self.0.changed.wait_timeout_while(printed, LAST_WORDS, |printed| !printed.closed);
        let (mut printed, _) = waited.unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(printed.end.make_contiguous()).trim().to_owned()
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
                    printed.end.extend(&block[..length]);
                    let surplus = printed.end.len().saturating_sub(kept);
                    printed.end.drain(..surplus);
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
    fn all_is_counted_and_the_end_is_kept() {
        let (output, mut writer) = Output::listen(1000).unwrap();
        let mut written = 0;
        for number in 0..100_000 {
            let line = format!("line {number}\n");
            writer.write_all(line.as_bytes()).unwrap();
            written += line.len() as u64;
        }
        drop(writer);
        let end = output.end();
        assert!(end.ends_with("line 99998\nline 99999"), "{end}");
        assert!(end.len() <= 1000, "{}", end.len());
        assert_eq!(output.bytes(), written);
    }
}
