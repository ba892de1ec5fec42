//! The processes of one exercise under one paced load.

use exercise_harness::plan::{Planned, Role};

use crate::cap::Chosen;
use crate::measured::{Measured, Seen};
use crate::message::{Frame, Happened, Load, Note};

/// The time between two readings, in seconds.
pub const TICK: f64 = 0.125;
/// How far the load can be turned up or down, as powers of two.
const FARTHEST: i32 = 5;

/// What is measured at this moment.
#[derive(Debug)]
pub struct Live {
    chosen: Chosen,
    requests_per_second: f64,
    versions: Vec<Measured>,
    load: Load,
    /// The load, as the power of two that the first one is multiplied by.
    turned: i32,
    /// Seconds of load so far.
    clock: f64,
    /// Operations that are due and have not been handed out.
    due: f64,
    notes: Vec<Note>,
}

impl Live {
    /// Starts every version of `planned`.
    pub fn start(planned: &Planned, chosen: Chosen) -> Self {
        let mut live = Self {
            chosen,
            requests_per_second: planned.requests_per_second,
            versions: planned.versions.iter().map(Measured::new).collect(),
            load: Load::All,
            turned: 0,
            clock: 0.0,
            due: 0.0,
            notes: Vec::new(),
        };
        live.start_all();
        live
    }

    fn start_all(&mut self) {
        for at in 0..self.versions.len() {
            let seen = self.versions[at].start();
            self.note(at, seen);
        }
    }

    /// Ends every process and starts it afresh.
    pub fn restart(&mut self) {
        self.say(None, Happened::Restarted, "restarted".to_owned());
        self.start_all();
    }

    /// Moves the load to the other version; first away from the buggy one.
    pub fn swap(&mut self) {
        let (load, role, text) = match self.load {
            Load::All | Load::Exercise => {
                (Load::Solution, Role::Solution, "the load moves to the solution")
            }
            Load::Solution => {
                (Load::Exercise, Role::Shipped, "the load moves back to the shipped version")
            }
        };
        self.load = load;
        self.say(Some(role), Happened::Swapped, text.to_owned());
    }

    /// Loads every version in step.
    pub fn compare(&mut self) {
        self.load = Load::All;
        self.say(None, Happened::Swapped, "all versions are loaded in step".to_owned());
    }

    /// Turns the load to so many times two of what it is.
    pub fn turn(&mut self, by: i32) {
        self.turned = (self.turned + by).clamp(-FARTHEST, FARTHEST);
    }

    fn per_second(&self) -> f64 {
        self.chosen.per_second * 2.0_f64.powi(self.turned)
    }

    /// One tick of load: takes in what was measured, and hands out what is due.
    pub fn tick(&mut self) -> (Frame, Vec<Note>) {
        self.clock += TICK;
        for at in 0..self.versions.len() {
            let cap = &self.chosen.cap;
            let seen = self.versions[at].look(self.clock, cap, self.requests_per_second);
            self.note(at, seen);
        }
        self.hand_out();
        (self.frame(), std::mem::take(&mut self.notes))
    }

    /// In step: nobody gets more work while another of those that are loaded is busy.
    fn hand_out(&mut self) {
        let per_tick = self.per_second() * TICK;
        // What could not be handed out in time is not made up for in a burst.
        self.due = (self.due + per_tick).min(per_tick.max(1.0) * 2.0);
        let loaded = |version: &Measured| is_loaded(self.load, version.role);
        if self.due < 1.0 || self.versions.iter().any(|one| loaded(one) && one.is_busy()) {
            return;
        }
        let operations = whole(self.due);
        self.due -= operations as f64;
        for at in 0..self.versions.len() {
            if is_loaded(self.load, self.versions[at].role) && self.versions[at].is_ready() {
                let seen = self.versions[at].hand_out(operations);
                self.note(at, seen);
            }
        }
    }

    fn frame(&self) -> Frame {
        let reading = |version: &Measured| {
            let loaded = is_loaded(self.load, version.role);
            version.reading(self.clock, loaded, &self.chosen.cap, self.requests_per_second)
        };
        Frame {
            at: self.clock,
            load: self.load,
            per_second: self.per_second(),
            versions: self.versions.iter().map(reading).collect(),
        }
    }

    fn note(&mut self, at: usize, seen: Seen) {
        let role = Some(self.versions[at].role);
        match seen {
            Seen::Nothing => {}
            Seen::Killed(text) => self.say(role, Happened::Killed, text),
            Seen::Failed(text) => self.say(role, Happened::Failed, text),
        }
    }

    fn say(&mut self, version: Option<Role>, what: Happened, text: String) {
        self.notes.push(Note { at: self.clock, version, what, text });
    }
}

/// The learner's own version is loaded with the one that it comes from.
fn is_loaded(load: Load, role: Role) -> bool {
    match load {
        Load::All => true,
        Load::Exercise => role != Role::Solution,
        Load::Solution => role == Role::Solution,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}
