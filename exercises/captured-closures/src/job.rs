//! A job: the body of a request, and the hooks to call at the end of each attempt.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

/// A callback for the end of each attempt at a job.
pub type Hook = Box<dyn Fn(End) + Send + Sync>;

/// How an attempt at a job has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Done,
    /// The job will be tried again.
    Failed,
    GivenUp,
    Cancelled,
}

/// Why an attempt failed.
pub enum Trouble {
    /// The storage is busy now; it may accept the file later.
    Busy,
    /// The body cannot be processed, now or later.
    Malformed,
}

/// The body of a request, and the hooks to call at the end of each attempt.
pub struct Job {
    body: Vec<u8>,
    hooks: Mutex<Vec<Hook>>,
}

impl Job {
    pub fn new(body: &[u8]) -> Arc<Self> {
        Arc::new(Self { body: body.to_vec(), hooks: Mutex::default() })
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Calls `hook` at the end of every attempt: a job that failed is tried again.
    pub fn on_end(&self, hook: Hook) {
        self.hooks.lock().push(hook);
    }

    /// Calls every hook with the end of an attempt.
    pub fn tell(&self, end: End) {
        for hook in self.hooks.lock().iter() {
            hook(end);
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Done => "done",
            Self::Failed => "failed, to be tried again",
            Self::GivenUp => "given up",
            Self::Cancelled => "cancelled",
        })
    }
}
