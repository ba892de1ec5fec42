//! Changing load, and full load.

use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::{Context, Phase, Phases};
use leak_meter::{HeapCounts, Report};

use crate::ApiServer;
use crate::order::Order;
use crate::workload::{FIRST, Scene};

/// Visits per second of ordinary traffic; the last phase has twice as many. They are enough that a
/// table which grows once, or a cache that cleans up late, adds little to each.
const RATE: u64 = 100;
/// The length of each phase, in seconds.
const SECONDS: u64 = 2;
/// The most bytes that a visit may leave behind. The smallest leak leaves more in each phase with
/// traffic; no fix leaves as much in both.
const LIMIT: f64 = 100.0;
/// Visits before the first phase, so that every user has visited once.
const VISITS_BEFORE: u64 = 20;

/// Pages that are read before full load: few, for a small memory.
const PROJECTS: u64 = 120;

/// The number of visits in a rush, and how many of them run concurrently.
const RUSH: u64 = 25;
const AT_ONCE: usize = 8;

/// Traffic, then silence, then traffic at twice the rate.
pub fn phases<S: ApiServer>(context: &Context) -> Phases {
    let mut timed = Timed { context, scene: Scene::expect::<S>(context), visits: 0 };
    for _ in 0..VISITS_BEFORE {
        timed.visit();
    }
    timed.scene.rest();
    let phases = [("traffic", RATE), ("quiet", 0), ("traffic, doubled", RATE * 2)];
    let phases = phases.into_iter().map(|(name, rate)| timed.phase(name, rate)).collect();
    Phases { phases, limit_per_operation: LIMIT }
}

/// A scene, and the number of visits so far.
struct Timed<'a> {
    context: &'a Context,
    scene: Scene,
    visits: u64,
}

impl Timed<'_> {
    fn phase(&mut self, name: &str, rate: u64) -> Phase {
        let bytes_before = HeapCounts::now().live_bytes();
        let began = Instant::now();
        let operations = rate * SECONDS;
        for visit in 0..operations {
            let due = Duration::from_secs(visit) / u32::try_from(rate).unwrap_or(1);
            thread::sleep(due.saturating_sub(began.elapsed()));
            self.visit();
        }
        let whole = Duration::from_secs(SECONDS);
        thread::sleep(whole.saturating_sub(began.elapsed()));
        let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.scene.rest();
        let bytes_after = HeapCounts::now().live_bytes();
        Phase { name: name.to_owned(), operations, nanoseconds, bytes_before, bytes_after }
    }

    fn visit(&mut self) {
        self.scene.carry_out(Order::Visit { number: FIRST + self.visits, seed: self.visits });
        self.visits += 1;
        self.context.progress();
    }
}

/// As many visits as possible, several at once. An operation is a visit; visits come in rushes.
pub fn full<S: ApiServer>(context: &Context) -> Report {
    Scene::soak::<S>(context, PROJECTS, |generator, operation| {
        let made = operation.number() + 1;
        if !made.is_multiple_of(RUSH) {
            return Ok(());
        }
        let first = FIRST + made - RUSH;
        generator.order(Order::Rush { first, visits: RUSH, at_once: AT_ONCE })
    })
}
