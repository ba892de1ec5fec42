//! The runner: queues jobs, runs them, and retries those that failed.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::Arc;

use crate::context::{JobContext, Kind, Storage};
use crate::history::History;
use crate::job::{End, Job, Trouble};
use crate::outbox::{Letter, Outbox};
use crate::{backup, export, import};

/// Attempts at a job before it is given up.
const ATTEMPTS: u32 = 3;

/// A waiting job, and how often it has been tried.
struct Waiting {
    context: JobContext,
    attempts: u32,
}

/// Works on the jobs of requests in the background.
pub struct JobRunner {
    waiting: VecDeque<Waiting>,
    storage: Storage,
    history: Arc<History>,
    outbox: Arc<Outbox>,
    last_id: u64,
}

impl JobRunner {
    /// Creates a runner without jobs. Its jobs will put their files into `storage`.
    pub fn new(storage: Storage) -> Self {
        Self {
            waiting: VecDeque::new(),
            storage,
            history: Arc::new(History::new()),
            outbox: Arc::default(),
            last_id: 0,
        }
    }

    /// Queues an export of a table of tasks to a file. Returns the number of the job.
    pub fn export(&mut self, project: &str, table: &[u8], notify: Option<u32>) -> u64 {
        let context = self.open(Kind::Export, project, table);
        if let Some(reader) = notify {
            export::notify(&context, reader);
        }
        self.enqueue(context)
    }

    /// Queues an import of a table of tasks into the project of `owner`.
    pub fn import(&mut self, project: &str, table: &[u8], owner: u32) -> u64 {
        let context = self.open(Kind::Import, project, table);
        import::notify(&context, owner);
        self.enqueue(context)
    }

    /// Queues a backup of a whole project, for which `reader` is responsible.
    pub fn back_up(&mut self, project: &str, content: &[u8], reader: u32) -> u64 {
        let context = self.open(Kind::Backup, project, content);
        backup::notify(&context, reader);
        self.enqueue(context)
    }

    /// Makes an attempt at every waiting job.
    pub fn run(&mut self) {
        for Waiting { context, attempts } in mem::take(&mut self.waiting) {
            let attempts = attempts + 1;
            let end = attempt(&context, attempts);
            context.job.tell(end);
            if end == End::Failed {
                self.waiting.push_back(Waiting { context, attempts });
            }
        }
    }

    /// Cancels a waiting job. Returns whether there was one.
    pub fn cancel(&mut self, id: u64) -> bool {
        let place = self.waiting.iter().position(|waiting| waiting.context.id == id);
        let cancelled = place.and_then(|place| self.waiting.remove(place));
        if let Some(Waiting { context, .. }) = &cancelled {
            context.job.tell(End::Cancelled);
        }
        cancelled.is_some()
    }

    pub fn is_waiting(&self, id: u64) -> bool {
        self.waiting.iter().any(|waiting| waiting.context.id == id)
    }

    /// How the most recent attempts ended, as lines for the status page.
    pub fn history(&self) -> Vec<String> {
        self.history.lines()
    }

    /// Hands the waiting letters to the mail server.
    pub fn deliver(&mut self) -> Vec<Letter> {
        self.outbox.take()
    }

    /// Creates a job that the status page will show.
    fn open(&mut self, kind: Kind, project: &str, body: &[u8]) -> JobContext {
        self.last_id += 1;
        let context = JobContext {
            id: self.last_id,
            kind,
            project: project.into(),
            job: Job::new(body),
            storage: Arc::clone(&self.storage),
            history: Arc::clone(&self.history),
            outbox: Arc::clone(&self.outbox),
        };
        let ctx = context.clone();
        context.job.on_end(Box::new(move |end| ctx.history.note(ctx.kind.name(), ctx.id, end)));
        context
    }

    fn enqueue(&mut self, context: JobContext) -> u64 {
        let id = context.id;
        self.waiting.push_back(Waiting { context, attempts: 0 });
        id
    }
}

/// Makes one attempt at a job.
fn attempt(context: &JobContext, attempts: u32) -> End {
    let worked = match context.kind {
        Kind::Export => export::run(context),
        Kind::Import => import::run(context),
        Kind::Backup => backup::run(context),
    };
    match worked {
        Ok(()) => End::Done,
        Err(Trouble::Busy) if attempts < ATTEMPTS => End::Failed,
        Err(Trouble::Busy | Trouble::Malformed) => End::GivenUp,
    }
}

impl fmt::Debug for JobRunner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JobRunner")
            .field("waiting", &self.waiting.len())
            .field("last_id", &self.last_id)
            .finish_non_exhaustive()
    }
}
