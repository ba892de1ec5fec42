//! Asks whether there is input before it reads.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::Order;

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

    /// The next order.
    pub(in crate::child) fn next(&mut self) -> Order {
        self.read().unwrap_or(Order::End)
    }

    fn read(&mut self) -> io::Result<Order> {
        let input = io::stdin();
        loop {
            let mut ready = [PollFd::new(&input, PollFlags::IN)];
            if poll(&mut ready, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))? == 0 {
                return Ok(Order::Wait);
            }
            // Reads single bytes and bypasses the buffer of `Stdin`, which would hide input from
            // `poll`.
            let mut byte = [0];
            if rustix::io::read(&input, &mut byte)? == 0 {
                return Ok(Order::End);
            }
            if byte != *b"\n" {
                let place = self.line.get_mut(self.length).ok_or(io::ErrorKind::InvalidData)?;
                *place = byte[0];
                self.length += 1;
                continue;
            }
            let line = std::str::from_utf8(&self.line[..self.length]);
            self.length = 0;
            return Ok(line.map_or(Order::End, Order::parse));
        }
    }
}
