//! What a service must do while many sessions are open, and on several threads.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use exercise_harness::runtime::{eventually, within};
use exercise_harness::{Context, cost};
use tokio::runtime::{Builder, Runtime};

use crate::CommentDrafts;
use crate::clock::{submit, write};

/// The number of sessions that are open meanwhile in the small service and in the large one.
const OPEN: [u64; 2] = [10, 20_000];
/// The number of sessions on each side of the comparison.
const SESSIONS: u64 = 300;
/// How many times as much a session may cost in the large service.
const LIMIT: f64 = 5.0;

/// The threads of the runtime.
const WORKERS: usize = 2;
/// The number of authors, and the tasks on which each of them writes.
const AUTHORS: u64 = 40;
const TASKS: Range<u64> = 1..80;
/// The time that one piece of other work takes.
const OTHER_WORK: Duration = Duration::from_millis(2);
/// The deadline for an author on a busy machine, and three times what the contract allows for a save.
const DEADLINE: Duration = Duration::from_secs(15);

/// A session costs about as much while many others are open.
pub fn many_sessions_cost_no_more<S: CommentDrafts>(_: &Context) {
    let [small, large] = OPEN.map(|open| Server::<S>::start(open));
    let ratio = cost::ratio(|| small.write_comments(), || large.write_comments());
    // The end of the process ends the sessions. One by one, a slow service would take minutes.
    std::mem::forget([small, large]);
    assert!(
        ratio < LIMIT,
        "a session takes {ratio:.0} times the CPU time while {} others are open instead of {}; at \
         most {LIMIT} times is allowed",
        OPEN[1],
        OPEN[0]
    );
}

/// A service with open sessions, and its runtime.
struct Server<S: CommentDrafts> {
    runtime: Runtime,
    service: S,
    _open: Vec<S::Session>,
}

impl<S: CommentDrafts> Server<S> {
    fn start(open: u64) -> Self {
        let builder = &mut Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build().expect("a runtime");
        let (service, open) = runtime.block_on(async {
            let service = S::start();
            let open = (0..open).map(|author| service.open(author, author % 100)).collect();
            (service, open)
        });
        Self { runtime, service, _open: open }
    }

    /// Opens an editor, types a little, and submits it or leaves, [`SESSIONS`] times.
    fn write_comments(&self) {
        self.runtime.block_on(async {
            for number in 0..SESSIONS {
                let mut session = self.service.open(7, 1_000 + number);
                write::<S>(&mut session, "well, ").await.expect("the session is open");
                if number % 2 == 0 {
                    submit::<S>(session).await.expect("the session is open");
                }
            }
        });
    }
}

/// Authors write, submit and leave on several threads that have other work as well, and no text is
/// lost.
pub fn threads_write_at_once<S: CommentDrafts>(_: &Context) {
    let builder = &mut Builder::new_multi_thread();
    let runtime = builder.worker_threads(WORKERS).enable_all().build().expect("a runtime");
    let result = runtime.block_on(async {
        let service = Arc::new(S::start());
        for author in 0..AUTHORS {
            let author = tokio::spawn(write_and_leave(Arc::clone(&service), author));
            let ended = within(DEADLINE, "the end of an author", author).await;
            ended.map_err(|late| late.to_string())?.map_err(|error| error.to_string())??;
        }
        let mut missing: Vec<(u64, u64)> =
            (0..AUTHORS).flat_map(|author| TASKS.map(move |task| (author, task))).collect();
        let stored = eventually(DEADLINE, "what all authors typed", || {
            missing.retain(|(author, task)| !is_stored(&*service, *author, *task));
            missing.is_empty()
        })
        .await;
        stored.map_err(|late| format!("{late}: {} drafts and comments are missing", missing.len()))
    });
    // Does not wait for tasks that never end.
    runtime.shutdown_background();
    result.unwrap_or_else(|error: String| panic!("{error}"));
}

/// What an author types on a task.
fn text(author: u64, task: u64) -> String {
    format!("I am {author}, and this is {task}.")
}

fn is_submitted(task: u64) -> bool {
    task >= 70
}

fn is_stored<S: CommentDrafts>(service: &S, author: u64, task: u64) -> bool {
    let (text, draft) = (text(author, task), service.draft(author, task));
    if is_submitted(task) {
        draft.is_none() && service.comments(task).contains(&text)
    } else {
        draft == Some(text)
    }
}

/// Writes on every task in turn. Submits some comments and leaves the others.
async fn write_and_leave<S: CommentDrafts>(service: Arc<S>, author: u64) -> Result<(), String> {
    for task in TASKS {
        if task.is_multiple_of(10) {
            tokio::spawn(async { busy_for(OTHER_WORK) });
        }
        let mut session = service.open(author, task);
        write::<S>(&mut session, &text(author, task)).await?;
        if is_submitted(task) {
            submit::<S>(session).await?;
        }
    }
    Ok(())
}

/// Occupies a thread of the runtime, as an expensive request does.
fn busy_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}
