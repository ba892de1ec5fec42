//! A job: what was sent with a request, and who hears how the work on it ends.

use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;

/// Called whenever an attempt at a job has ended.
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

/// Why an attempt came to nothing.
pub enum Trouble {
    /// The storage takes nothing now; it may later.
    Busy,
    /// What was sent cannot be worked on, now or later.
    Malformed,
}

/// What was sent with a request, and the hooks of those who want to hear of it.
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

    /// Tells everyone how an attempt has ended.
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
