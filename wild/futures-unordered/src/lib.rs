//! Several mirrors are asked for a file: the first answer counts, and the others may be asked again.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::stream::{FuturesUnordered, Stream as _};

/// A request to a mirror.
pub type Request = Pin<Box<dyn Future<Output = u32>>>;

/// Requests that run at once.
pub struct Race {
    requests: FuturesUnordered<Request>,
}

impl Race {
    pub fn new(requests: Vec<Request>) -> Self {
        Self { requests: requests.into_iter().collect() }
    }

    /// The first answer, if there is one by now.
    pub fn poll(&mut self) -> Option<u32> {
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut self.requests).poll_next(&mut context) {
            Poll::Ready(answer) => answer,
            Poll::Pending => None,
        }
    }

    /// The requests without an answer.
    pub fn rest(self) -> Vec<Request> {
        self.requests.into_iter().collect()
    }
}
