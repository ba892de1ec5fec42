//! One measured process: it gets work, is read, is killed at its cap, and restarts.
//!
//! Time is what the polls say has passed: none while this program or the machine is suspended.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use exercise_harness::paced::Paced;
use exercise_harness::plan::{PlannedVersion, Role};
use exercise_harness::trial::GROWTH;
use exercise_harness::{SoakSettings, units};
use leak_meter::Round;

use crate::cap;
use crate::message::{Cap, Reading, State};
use crate::request::Question;
use crate::survey::sentence;
use crate::window::{Window, held};

/// How long a round may take before the process counts as hanging, in seconds.
const LONGEST_ROUND: f64 = 20.0;
/// How long after a stop a failure counts as its consequence, in seconds: whoever waited for an answer
/// meanwhile, or for a sign of life, may have given up.
const AFTER_STOP: f64 = 60.0;
/// How long a process stays down after it was killed at its cap, in seconds of load.
const DOWN: f64 = 2.0;

/// A measured version.
#[derive(Debug)]
pub struct Measured {
    pub role: Role,
    binary: Result<PathBuf, String>,
    life: Life,
    operations: u64,
    last: Option<Round>,
    window: Window,
    /// How long its current round has taken, in seconds.
    round: f64,
    /// When a signal stopped it, if it is stopped.
    stopped: Option<Instant>,
    last_stop: Option<Stop>,
    /// The questions what it has leaked, in the order in which it was asked. Dropping one answers that it has ended.
    questions: VecDeque<Question>,
}

/// A time in which a process could not run, and how long ago it ended, in seconds.
#[derive(Debug, Clone, Copy)]
struct Stop {
    took: Duration,
    ago: f64,
}

#[derive(Debug)]
enum Life {
    Running(Box<Paced>),
    /// Killed at its cap, to restart at this time on the load's clock.
    Killed(f64),
    Failed,
}

/// The result of an action on a process.
#[derive(Debug, PartialEq)]
pub enum Event {
    None,
    /// It was killed at its cap.
    Killed(String),
    Failed(String),
    /// A signal stopped it, or continued it.
    Stopped(String),
    /// It failed after a stop, and was started again.
    Restarted(String),
}

impl Measured {
    pub fn new(version: &PlannedVersion) -> Self {
        let binary = version.binary.clone().ok_or_else(|| {
            version.trouble.clone().unwrap_or_else(|| "it has not been built".to_owned())
        });
        Self {
            role: version.role,
            binary,
            life: Life::Failed,
            operations: 0,
            last: None,
            window: Window::default(),
            round: 0.0,
            stopped: None,
            last_stop: None,
            questions: VecDeque::new(),
        }
    }

    /// Starts a new process, after ending the current one if there is one.
    pub fn start(&mut self) -> Event {
        self.end(Life::Failed);
        let started = self.binary.clone().map_err(anyhow::Error::msg).and_then(|binary| {
            Paced::start(&binary, GROWTH, SoakSettings::default())
                .context("its process did not start")
        });
        match started {
            Ok(process) => {
                self.life = Life::Running(Box::new(process));
                // Take a first reading before there is any load.
                self.hand_out(1)
            }
            Err(error) => Event::Failed(format!("{error:#}")),
        }
    }

    fn end(&mut self, life: Life) {
        self.life = life;
        self.operations = 0;
        self.window = Window::default();
        self.round = 0.0;
        self.stopped = None;
        self.last_stop = None;
        self.questions.clear();
        self.last = None;
    }

    /// Whether it can take work now.
    pub fn is_ready(&self) -> bool {
        matches!(&self.life, Life::Running(process) if process.pending() == 0)
    }

    /// Whether it runs and is busy.
    pub fn is_busy(&self) -> bool {
        matches!(&self.life, Life::Running(process) if process.pending() > 0)
    }

    /// Gives it a round of work.
    pub fn hand_out(&mut self, operations: u64) -> Event {
        let Life::Running(process) = &mut self.life else { return Event::None };
        match process.request_round(operations) {
            Ok(()) => Event::None,
            // It has exited: find out how.
            Err(_) => self.check_exit(),
        }
    }

    /// Asks it what it has leaked so far.
    pub fn ask(&mut self, question: Question) -> Event {
        let Life::Running(process) = &mut self.life else {
            question.refuse("The process of this version does not run at the moment.".to_owned());
            return Event::None;
        };
        match process.request_leaks() {
            Ok(()) => {
                self.questions.push_back(question);
                Event::None
            }
            // It has exited: find out how.
            Err(_) => self.check_exit(),
        }
    }

    /// Reads the rounds that it has measured. `now` is the time on the load's clock; `passed` is the time
    /// since the last poll, in seconds.
    pub fn poll(&mut self, now: f64, passed: f64, cap: &Cap, requests_per_second: f64) -> Event {
        match &mut self.life {
            Life::Failed => return Event::None,
            Life::Killed(until) => {
                return if now >= *until { self.start() } else { Event::None };
            }
            Life::Running(process) => match process.new_rounds() {
                Ok(rounds) => {
                    for round in rounds {
                        self.operations += round.operations;
                        self.window.push(now, self.operations, &round);
                        self.last = Some(round);
                    }
                    for leaks in process.take_leaks() {
                        if let Some(question) = self.questions.pop_front() {
                            // Whoever asked may have gone.
                            let _ = question.answer.send(Ok(Box::new(leaks)));
                        }
                    }
                }
                Err(error) => return self.fail(format!("its stream cannot be read: {error}")),
            },
        }
        let killed = self
            .last
            .and_then(|last| cap::reached(cap, &last, self.operations, requests_per_second));
        if let Some(text) = killed {
            self.end(Life::Killed(now + DOWN));
            return Event::Killed(text);
        }
        if let Some(event) = self.check_stop(passed) {
            return event;
        }
        self.round = if self.is_busy() { self.round + passed } else { 0.0 };
        if self.round > LONGEST_ROUND {
            let after = units::span(Duration::from_secs_f64(LONGEST_ROUND));
            return self.fail(format!("it did not respond for {after}, and was killed"));
        }
        self.check_exit()
    }

    /// Notices that it was stopped or continued. While it is stopped, it does not count as hanging.
    fn check_stop(&mut self, passed: f64) -> Option<Event> {
        let Life::Running(process) = &self.life else { return None };
        match (process.is_stopped().unwrap_or(false), self.stopped) {
            (true, None) => {
                self.stopped = Some(Instant::now());
                Some(Event::Stopped("stopped by a signal".to_owned()))
            }
            (true, Some(_)) => Some(Event::None),
            (false, Some(since)) => {
                self.stopped = None;
                let took = since.elapsed();
                self.stood_still(took);
                Some(Event::Stopped(format!("continues after {}", units::span(took))))
            }
            (false, None) => {
                if let Some(stop) = &mut self.last_stop {
                    stop.ago += passed;
                }
                None
            }
        }
    }

    /// Takes note that it could not run for this long.
    pub fn stood_still(&mut self, took: Duration) {
        self.last_stop = Some(Stop { took, ago: 0.0 });
    }

    fn check_exit(&mut self) -> Event {
        let Life::Running(process) = &mut self.life else { return Event::None };
        match process.try_wait() {
            Ok(None) => Event::None,
            Ok(Some((ending, printed))) => {
                let text = sentence(&ending);
                let printed = if printed.is_empty() { printed } else { format!("\n{printed}") };
                self.fail(format!("{text}{printed}"))
            }
            Err(error) => self.fail(format!("the status of its process cannot be read: {error}")),
        }
    }

    fn fail(&mut self, text: String) -> Event {
        let stop = self.last_stop.filter(|stop| stop.ago <= AFTER_STOP);
        self.end(Life::Failed);
        let Some(stop) = stop else { return Event::Failed(text) };
        match self.start() {
            Event::None => Event::Restarted(format!(
                "restarted: it had stood still for {}, and then ended ({})",
                units::span(stop.took),
                text.lines().next().unwrap_or_default()
            )),
            failed => failed,
        }
    }

    /// Its current reading. `load` is the load that it is under, in operations per second, if any.
    pub fn reading(
        &self,
        now: f64,
        load: Option<f64>,
        cap: &Cap,
        requests_per_second: f64,
    ) -> Reading {
        let state = match self.life {
            Life::Running(_) if self.stopped.is_some() => State::Stopped,
            Life::Running(_) if load.is_some() => State::Working,
            Life::Running(_) => State::Idle,
            Life::Killed(_) => State::Killed,
            Life::Failed => State::Failed,
        };
        let [bytes, blocks, files, tasks] = self.last.as_ref().map(held).unwrap_or_default();
        // Without a load nothing happens, so the figures of the last rounds no longer apply.
        let rate = load.map_or(0.0, |load| self.window.rate(now, load));
        let (growth, trend) =
            load.map_or_else(Default::default, |_| (self.window.growth(), self.window.trend()));
        let left = self.last.and_then(|last| cap::left(cap, &last, self.operations, trend));
        Reading {
            state,
            bytes,
            blocks,
            files,
            tasks,
            operations: self.operations,
            rate,
            growth,
            seconds_left: left.map(|(own, _)| own / rate).filter(|left| left.is_finite()),
            server_seconds_left: left.map(|(_, server)| server / requests_per_second),
        }
    }
}
