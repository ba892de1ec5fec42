//! The processes of one exercise under one paced load.

use std::time::Duration;

use exercise_harness::plan::{Planned, Role};
use exercise_harness::units;

use crate::cap::Chosen;
use crate::measured::{Event, Measured};
use crate::message::{Command, Frame, Happened, Load, Note};
use crate::request::Question;
use crate::ticks::TICK;

/// How many times the load can be doubled or halved.
const MOST_DOUBLINGS: i32 = 5;

/// The running processes of one exercise.
#[derive(Debug)]
pub struct Live {
    chosen: Chosen,
    requests_per_second: f64,
    versions: Vec<Measured>,
    load: Load,
    /// The power of two by which the initial load is multiplied.
    doublings: i32,
    /// Seconds of load so far.
    clock: f64,
    /// Operations that are due but have not been handed out yet.
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
            doublings: 0,
            clock: 0.0,
            due: 0.0,
            notes: Vec::new(),
        };
        live.start_all();
        live
    }

    fn start_all(&mut self) {
        for at in 0..self.versions.len() {
            let event = self.versions[at].start();
            self.note(at, event);
        }
    }

    /// Follows the commands about the load.
    pub fn follow(&mut self, command: Command) {
        match command {
            Command::Swap => self.swap(),
            Command::Compare => self.compare(),
            Command::Restart => self.restart(),
            Command::LoadUp => self.double_load(1),
            Command::LoadDown => self.double_load(-1),
            _ => {}
        }
    }

    /// Passes the question on to the version that it concerns.
    pub fn ask(&mut self, question: Question) {
        let loaded = if self.load == Load::Solution { Role::Solution } else { Role::Shipped };
        let asked = question.version.unwrap_or(loaded);
        match self.versions.iter().position(|version| version.role == asked) {
            Some(at) => {
                let event = self.versions[at].ask(question);
                self.note(at, event);
            }
            None => question.refuse("There is no edited version of this exercise.".to_owned()),
        }
    }

    /// Restarts every process.
    fn restart(&mut self) {
        self.add_note(None, Happened::Restarted, "every process was restarted".to_owned());
        self.start_all();
    }

    /// Moves the load to the other version, at first to the solution.
    fn swap(&mut self) {
        let (load, role, text) = match self.load {
            Load::All | Load::Exercise => {
                (Load::Solution, Role::Solution, "the load moves to the solution")
            }
            Load::Solution => {
                (Load::Exercise, Role::Shipped, "the load moves back to the shipped version")
            }
        };
        self.load = load;
        self.add_note(Some(role), Happened::Swapped, text.to_owned());
    }

    /// Loads every version in step.
    fn compare(&mut self) {
        self.load = Load::All;
        self.add_note(None, Happened::Swapped, "all versions are loaded in step".to_owned());
    }

    /// Doubles the load `times` times, or halves it if `times` is negative.
    fn double_load(&mut self, times: i32) {
        self.doublings = (self.doublings + times).clamp(-MOST_DOUBLINGS, MOST_DOUBLINGS);
    }

    fn per_second(&self) -> f64 {
        self.chosen.per_second * 2.0_f64.powi(self.doublings)
    }

    /// One tick of load, `passed` seconds after the last one: reads the measurements, and hands out the
    /// operations that are due.
    pub fn tick(&mut self, passed: f64) -> (Frame, Vec<Note>) {
        self.clock += passed;
        self.poll(passed);
        self.hand_out(passed);
        (self.frame(), std::mem::take(&mut self.notes))
    }

    /// Watches the processes while the load is paused, `passed` seconds after it last did.
    pub fn watch(&mut self, passed: f64) -> Vec<Note> {
        self.poll(passed);
        std::mem::take(&mut self.notes)
    }

    /// Takes note that this program could not run for this long, and perhaps the processes neither.
    pub fn stood_still(&mut self, took: Duration) {
        self.versions.iter_mut().for_each(|version| version.stood_still(took));
        let text = format!("the page's program stood still for {}", units::span(took));
        self.add_note(None, Happened::Stopped, text);
    }

    fn poll(&mut self, passed: f64) {
        for at in 0..self.versions.len() {
            let cap = &self.chosen.cap;
            let event = self.versions[at].poll(self.clock, passed, cap, self.requests_per_second);
            self.note(at, event);
        }
    }

    /// Hands out work in step: no version gets more work while another loaded version is busy.
    fn hand_out(&mut self, passed: f64) {
        let per_tick = self.per_second() * TICK.as_secs_f64();
        // Operations that could not be handed out in time are not made up for in a burst.
        self.due = (self.due + self.per_second() * passed).min(per_tick.max(1.0) * 2.0);
        let loaded = |version: &Measured| is_loaded(self.load, version.role);
        if self.due < 1.0 || self.versions.iter().any(|one| loaded(one) && one.is_busy()) {
            return;
        }
        let operations = units::whole(self.due);
        self.due -= operations as f64;
        for at in 0..self.versions.len() {
            if is_loaded(self.load, self.versions[at].role) && self.versions[at].is_ready() {
                let event = self.versions[at].hand_out(operations);
                self.note(at, event);
            }
        }
    }

    fn frame(&self) -> Frame {
        let reading = |version: &Measured| {
            let load = is_loaded(self.load, version.role).then(|| self.per_second());
            version.reading(self.clock, load, &self.chosen.cap, self.requests_per_second)
        };
        Frame {
            at: self.clock,
            load: self.load,
            per_second: self.per_second(),
            versions: self.versions.iter().map(reading).collect(),
        }
    }

    fn note(&mut self, at: usize, event: Event) {
        let role = Some(self.versions[at].role);
        match event {
            Event::None => {}
            Event::Killed(text) => self.add_note(role, Happened::Killed, text),
            Event::Failed(text) => self.add_note(role, Happened::Failed, text),
            Event::Stopped(text) => self.add_note(role, Happened::Stopped, text),
            Event::Restarted(text) => self.add_note(role, Happened::Restarted, text),
        }
    }

    fn add_note(&mut self, version: Option<Role>, what: Happened, text: String) {
        self.notes.push(Note { at: self.clock, version, what, text });
    }
}

/// The learner's version is loaded together with the shipped one.
fn is_loaded(load: Load, role: Role) -> bool {
    match load {
        Load::All => true,
        Load::Exercise => role != Role::Solution,
        Load::Solution => role == Role::Solution,
    }
}

#[cfg(test)]
mod tests {
    use exercise_harness::Exercise;

    use super::*;
    use crate::cap;

    #[test]
    fn the_clock_shows_the_time_that_has_passed() {
        let text = include_str!("../../rc-cycles/exercise.toml");
        let planned = Planned::new("rc-cycles", &Exercise::parse(text).unwrap());
        let mut live = Live::start(&planned, cap::choose(&planned, None));
        let at = [0.125, 0.5, 2.0].map(|passed| live.tick(passed).0.at);
        for (at, expected) in at.into_iter().zip([0.125, 0.625, 2.625]) {
            assert!((at - expected).abs() < 1e-9, "{at} s instead of {expected} s");
        }
    }
}
