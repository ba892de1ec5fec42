//! The sockets and tasks of this process, and waiting until they have fallen enough.

use std::time::Duration;

use exercise_harness::runtime::alive_tasks;
use leak_meter::probe::OpenFilesProbe;
use tokio::task::yield_now;
use tokio::time::sleep;

/// How often all other tasks may run before a measurement.
const TURNS: usize = 128;
/// The pause after a measurement that was too high.
const PAUSE: Duration = Duration::from_millis(1);
/// How many measurements in a row may be too high before an [`Observer`] gives up. They are
/// counted, not timed, so that other work on the machine has no effect.
const ATTEMPTS: u32 = 50;

/// The number of sockets and tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub sockets: u64,
    pub tasks: u64,
}

/// Measures the sockets and tasks that the process holds.
#[derive(Debug)]
pub struct Observer {
    probe: OpenFilesProbe,
    attempts: u32,
}

impl Observer {
    pub fn new() -> Self {
        let probe = OpenFilesProbe::new().expect("open files can be counted");
        Self { probe, attempts: ATTEMPTS }
    }

    /// Measures after everything that can run has run.
    pub async fn measure(&mut self) -> Held {
        for _ in 0..TURNS {
            yield_now().await;
        }
        let open = self.probe.usage().expect("open files can be counted again");
        // Where the system does not tell which handles are sockets, all of them are counted.
        Held { sockets: open.sockets.unwrap_or(open.all), tasks: alive_tasks() }
    }

    /// Waits until a measurement satisfies `is_enough`. For a version that leaks, the attempts are
    /// used up, and later calls do not wait any more.
    pub async fn wait_until(&mut self, mut is_enough: impl FnMut(Held) -> bool) {
        while self.attempts > 0 {
            if is_enough(self.measure().await) {
                self.attempts = ATTEMPTS;
                return;
            }
            self.attempts -= 1;
            sleep(PAUSE).await;
        }
    }
}
