//! A thread that takes the readings of a watch.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Watch;

/// A thread that takes a reading of a [`Watch`] at each interval. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "the thread ends when this is dropped"]
pub struct WatchThread {
    /// Dropping it wakes and ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Starts a thread, named `leak-meter`, that takes a reading immediately and then one after each interval.
    ///
    /// # Errors
    /// If the system refuses another thread.
    pub fn read_every(self: &Arc<Self>, interval: Duration) -> io::Result<WatchThread> {
        let watch = Arc::clone(self);
        let (stop, stopped) = mpsc::channel();
        let work = move || {
            loop {
                watch.read();
                if stopped.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("leak-meter".to_owned()).spawn(work)?;
        Ok(WatchThread { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for WatchThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of a callback was printed when it happened.
            let _ = thread.join();
        }
    }
}
