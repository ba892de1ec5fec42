//! What is open and alive in this process, and the wait until it is as little as it should be.

use std::time::Duration;

use exercise_harness::runtime::alive_tasks;
use leak_meter::probe::OpenFilesProbe;
use tokio::task::yield_now;
use tokio::time::sleep;

/// How often everything else gets its turn before a look.
const TURNS: usize = 128;
/// The pause after a look in vain.
const PAUSE: Duration = Duration::from_millis(1);
/// Looks in vain, one after the other, that an [`Observer`] has. Counted, not timed: a machine that
/// is busy with other work takes nothing away from them.
const LOOKS: u32 = 50;

/// Sockets and tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub sockets: u64,
    pub tasks: u64,
}

/// Looks at what the process holds.
#[derive(Debug)]
pub struct Observer {
    probe: OpenFilesProbe,
    looks: u32,
}

impl Observer {
    pub fn new() -> Self {
        let probe = OpenFilesProbe::new().expect("open files can be counted");
        Self { probe, looks: LOOKS }
    }

    /// What is held when everything that can run has run.
    pub async fn look(&mut self) -> Held {
        for _ in 0..TURNS {
            yield_now().await;
        }
        let open = self.probe.usage().expect("open files can be counted again");
        Held { sockets: open.sockets, tasks: alive_tasks() }
    }

    /// Waits until `is_enough` of what is held. A version that holds on to what it should let go
    /// uses up the looks, and is not waited for any more.
    pub async fn wait_until(&mut self, mut is_enough: impl FnMut(Held) -> bool) {
        while self.looks > 0 {
            if is_enough(self.look().await) {
                self.looks = LOOKS;
                return;
            }
            self.looks -= 1;
            sleep(PAUSE).await;
        }
    }
}
