//! Asks whether there is input before it reads.

use std::io;

use leak_meter::soak::Pace;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The first line of standard input, without reading a byte beyond it.
pub(in crate::child) fn first_line() -> io::Result<Vec<u8>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while rustix::io::read(io::stdin(), &mut byte)? == 1 {
        if byte == *b"\n" {
            break;
        }
        line.push(byte[0]);
    }
    Ok(line)
}

/// The input of a paced trial.
pub(in crate::child) struct PacedInput {
    line: [u8; 32],
    length: usize,
}

impl PacedInput {
    pub(in crate::child) fn new() -> Self {
        Self { line: [0; 32], length: 0 }
    }

    pub(in crate::child) fn pacer(mut self) -> impl FnMut() -> Pace {
        move || self.next().unwrap_or(Pace::End)
    }

    /// The next round, if its line is complete.
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
