//! Settling: waiting, for a bounded time, until the heap's counts have stopped changing.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use crate::allocator::HeapCounts;

/// The pauses between two readings of the counts. Their sum, a quarter of a second, bounds the wait.
const PAUSES: [Duration; 8] = [
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(4),
    Duration::from_millis(8),
    Duration::from_millis(16),
    Duration::from_millis(32),
    Duration::from_millis(64),
    Duration::from_millis(128),
];
/// The number of readings that the program's own step precedes.
const STEPS: usize = 2;
/// After this many consecutive rounds that did not settle, the following ones wait only for the first pauses.
const RESTLESS: u32 = 2;
/// The number of those first pauses.
const PAUSES_OF_RESTLESS: usize = 2;
/// How often other tasks of the runtime may run between two readings of the clock: more often than it takes
/// for a runtime to poll its timers and sockets.
const YIELDS: usize = 128;
/// How long the thread sleeps in between, so that other threads can use the processor.
const BREATH: Duration = Duration::from_micros(100);

/// A step that finishes the program's deferred work.
pub(super) type SettlingStep<'a> = Box<dyn FnMut() + 'a>;

/// The same for an asynchronous program. This is a trait rather than a closure that returns a boxed future,
/// so that a soak can be used where one with a shorter lifetime is expected.
pub(super) trait AsyncStep {
    /// Polls the current step, or a new one.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
}

/// A closure that creates a new future for each step.
pub(super) struct FutureStep<S, F> {
    step: S,
    running: Option<Pin<Box<F>>>,
}

impl<S, F> FutureStep<S, F> {
    pub(super) fn new(step: S) -> Self {
        Self { step, running: None }
    }
}

impl<S: FnMut() -> F, F: Future<Output = ()>> AsyncStep for FutureStep<S, F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let running = self.running.get_or_insert_with(|| Box::pin((self.step)()));
        let poll = running.as_mut().poll(context);
        if poll.is_ready() {
            self.running = None;
        }
        poll
    }
}

/// How a soak settles.
#[derive(Default)]
pub(super) struct Settling<'a> {
    pub(super) step: Option<SettlingStep<'a>>,
    pub(super) async_step: Option<Box<dyn AsyncStep + 'a>>,
    /// The number of consecutive rounds that did not settle.
    restless: u32,
}

impl Settling<'_> {
    /// Calls the program's own step, then waits until two readings agree. Returns whether they did.
    pub(super) fn settle(&mut self, longest: Duration) -> bool {
        let began = Instant::now();
        for (attempt, pause) in self.pauses().iter().enumerate() {
            if attempt < STEPS
                && let Some(step) = &mut self.step
            {
                step();
            }
            let before = HeapCounts::now();
            thread::sleep(*pause);
            if HeapCounts::now() == before {
                return self.settled(true);
            }
            if began.elapsed() >= longest {
                break;
            }
        }
        self.settled(false)
    }

    /// Like [`settle`](Self::settle), while the runtime keeps running.
    pub(super) async fn settle_async(&mut self, longest: Duration) -> bool {
        let began = Instant::now();
        for (attempt, pause) in self.pauses().iter().enumerate() {
            if attempt < STEPS {
                if let Some(step) = &mut self.step {
                    step();
                }
                if let Some(step) = &mut self.async_step {
                    poll_fn(|context| step.poll(context)).await;
                }
            }
            // Ready tasks run first, so that their work does not count as movement.
            give_way().await;
            let before = HeapCounts::now();
            rest_async(*pause).await;
            if HeapCounts::now() == before {
                return self.settled(true);
            }
            if began.elapsed() >= longest {
                break;
            }
        }
        self.settled(false)
    }

    /// The pauses to use: fewer of them once the work has repeatedly failed to settle.
    fn pauses(&self) -> &'static [Duration] {
        if self.restless >= RESTLESS { &PAUSES[..PAUSES_OF_RESTLESS] } else { &PAUSES }
    }

    fn settled(&mut self, settled: bool) -> bool {
        self.restless = if settled { 0 } else { self.restless.saturating_add(1) };
        settled
    }
}

/// Waits while the runtime's tasks, timers and sockets keep running. Works on any runtime, since it does not
/// use the runtime's timers.
pub(super) async fn rest_async(time: Duration) {
    let began = Instant::now();
    loop {
        give_way().await;
        if began.elapsed() >= time {
            return;
        }
        thread::sleep(BREATH);
    }
}

async fn give_way() {
    for _ in 0..YIELDS {
        yield_now().await;
    }
}

/// Lets every other ready task of the runtime run once.
pub(super) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
