//! A board that shows the messages of a channel, and does other work while there are none.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use flume::Sender;
use flume::r#async::RecvStream;
use futures_util::Stream as _;

/// The board, and what it shows.
pub struct Board {
    messages: Pin<Box<RecvStream<'static, String>>>,
    shown: Vec<String>,
    ticks: u64,
}

impl Board {
    /// A board, and where its messages are sent.
    pub fn new() -> (Sender<String>, Self) {
        let (sender, receiver) = flume::unbounded();
        (sender, Self { messages: Box::pin(receiver.into_stream()), shown: Vec::new(), ticks: 0 })
    }

    /// One turn of the event loop: shows what has arrived, and counts.
    pub fn tick(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(message)) = self.messages.as_mut().poll_next(&mut context) {
            self.shown.push(message);
            let surplus = self.shown.len().saturating_sub(10);
            self.shown.drain(..surplus);
        }
        self.ticks += 1;
    }

    /// The latest ten messages.
    pub fn shown(&self) -> &[String] {
        &self.shown
    }

    pub fn ticks(&self) -> u64 {
        self.ticks
    }
}
