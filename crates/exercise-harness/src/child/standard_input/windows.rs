//! Reads on a thread of its own.

use std::io::{self, BufRead};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use super::Order;

/// How many lines may wait. Room for them is allocated at once, so that input does not change the
/// heap during a soak.
const WAITING: usize = 64;

/// The first line of standard input. What follows may be in the buffer of `Stdin`, from which it is
/// read later.
pub(in crate::child) fn first_line() -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    io::stdin().lock().read_until(b'\n', &mut line)?;
    Ok(line)
}

/// The input of a paced trial.
pub(in crate::child) struct PacedInput {
    orders: Receiver<Order>,
}

impl PacedInput {
    pub(in crate::child) fn new() -> Self {
        let (sender, orders) = mpsc::sync_channel(WAITING);
        // The thread ends with the input, and the input with the parent.
        thread::spawn(move || {
            let mut input = io::stdin().lock();
            let mut line = String::with_capacity(64);
            while input.read_line(&mut line).is_ok_and(|length| length > 0) {
                let order = Order::parse(&line);
                if order == Order::End || sender.send(order).is_err() {
                    return;
                }
                line.clear();
            }
        });
        Self { orders }
    }

    /// The next order.
    pub(in crate::child) fn next(&mut self) -> Order {
        match self.orders.try_recv() {
            Ok(order) => order,
            Err(TryRecvError::Empty) => Order::Wait,
            Err(TryRecvError::Disconnected) => Order::End,
        }
    }
}
