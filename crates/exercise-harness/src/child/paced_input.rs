//! Reads the work of a paced trial from standard input, without blocking.

use std::io;

use leak_meter::soak::Pace;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The input of a paced trial: the number of operations of each round, one per line.
pub(super) struct PacedInput {
    line: [u8; 32],
    length: usize,
}

impl PacedInput {
    pub(super) fn new() -> Self {
        Self { line: [0; 32], length: 0 }
    }

    pub(super) fn pacer(mut self) -> impl FnMut() -> Pace {
        move || self.next().unwrap_or(Pace::End)
    }

    /// The next round, if its line is complete. The end of input and a line that is not a number
    /// end the soak.
    fn next(&mut self) -> io::Result<Pace> {
        let input = io::stdin();
        loop {
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            if poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0 {
                return Ok(Pace::Wait);
            }
            // Reads single bytes and bypasses the buffer of `Stdin`, which would hide input from
            // `poll`.
            let mut byte = [0];
            if rustix::io::read(&input, &mut byte)? == 0 {
                return Ok(Pace::End);
            }
            if byte != *b"\n" {
                let place = self.line.get_mut(self.length).ok_or(io::ErrorKind::InvalidData)?;
                *place = byte[0];
                self.length += 1;
                continue;
            }
            let line = std::str::from_utf8(&self.line[..self.length]).ok();
            self.length = 0;
            return Ok(line.and_then(|line| line.parse().ok()).map_or(Pace::End, Pace::Round));
        }
    }
}
