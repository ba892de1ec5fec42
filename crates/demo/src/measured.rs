//! One measured process: it is given work, read, ended at its cap, and started afresh.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::Ending;
use exercise_harness::paced::Paced;
use exercise_harness::plan::{PlannedVersion, Role};
use exercise_harness::trial::GROWTH;
use exercise_harness::{SoakSettings, explain, units};
use leak_meter::Round;

use crate::message::{Cap, Reading, State};
use crate::window::{Window, held};

/// How long a process may take for a round until it is said to hang.
const LONGEST_ROUND: Duration = Duration::from_secs(20);
/// How long a process stays ended at its cap before it starts afresh, in seconds of load.
const DOWN: f64 = 2.0;

/// A version that is measured.
#[derive(Debug)]
pub struct Measured {
    pub role: Role,
    binary: Result<PathBuf, String>,
    life: Life,
    operations: u64,
    last: Option<Round>,
    window: Window,
    /// Since when it has been working on a round.
    asked: Option<Instant>,
}

#[derive(Debug)]
enum Life {
    Running(Box<Paced>),
    /// Ended at its cap, to start afresh at this time of the clock of load.
    Killed(f64),
    Failed,
}

/// What came of a look at a process.
#[derive(Debug, PartialEq)]
pub enum Seen {
    Nothing,
    /// It was ended at its cap.
    Killed(String),
    /// It failed.
    Failed(String),
}

impl Measured {
    pub fn new(version: &PlannedVersion) -> Self {
        let binary = version.binary.clone().ok_or_else(|| {
            version.trouble.clone().unwrap_or_else(|| "It has not been built.".to_owned())
        });
        Self {
            role: version.role,
            binary,
            life: Life::Failed,
            operations: 0,
            last: None,
            window: Window::default(),
            asked: None,
        }
    }

    /// Ends the process, if there is one, and starts another.
    pub fn start(&mut self) -> Seen {
        self.end(Life::Failed);
        let started = self.binary.clone().map_err(anyhow::Error::msg).and_then(|binary| {
            Paced::start(&binary, GROWTH, SoakSettings::default())
                .context("its process does not start")
        });
        match started {
            Ok(process) => {
                self.life = Life::Running(Box::new(process));
                // A first reading, before there is any load.
                self.hand_out(1)
            }
            Err(error) => Seen::Failed(format!("{error:#}")),
        }
    }

    fn end(&mut self, life: Life) {
        self.life = life;
        self.operations = 0;
        self.window = Window::default();
        self.asked = None;
        self.last = None;
    }

    /// Whether it can be given work now.
    pub fn is_ready(&self) -> bool {
        matches!(&self.life, Life::Running(process) if process.pending_rounds() == 0)
    }

    /// Whether it runs and is busy.
    pub fn is_busy(&self) -> bool {
        matches!(&self.life, Life::Running(process) if process.pending_rounds() > 0)
    }

    /// Gives it a round of work.
    pub fn hand_out(&mut self, operations: u64) -> Seen {
        let Life::Running(process) = &mut self.life else { return Seen::Nothing };
        self.asked = Some(Instant::now());
        match process.request_round(operations) {
            Ok(()) => Seen::Nothing,
            // It has ended; how, is seen next.
            Err(_) => self.look_at_end(),
        }
    }

    /// Takes in what it has measured. `now` is the clock of load.
    pub fn look(&mut self, now: f64, cap: &Cap, requests_per_second: f64) -> Seen {
        match &mut self.life {
            Life::Failed => return Seen::Nothing,
            Life::Killed(until) => {
                return if now >= *until { self.start() } else { Seen::Nothing };
            }
            Life::Running(process) => match process.new_rounds() {
                Ok(rounds) => {
                    for round in rounds {
                        self.operations += round.operations;
                        self.window.push(now, self.operations, &round);
                        self.last = Some(round);
                    }
                }
                Err(error) => return self.fail(format!("its stream cannot be read: {error}")),
            },
        }
        if let Some(text) = self.over(cap, requests_per_second) {
            self.end(Life::Killed(now + DOWN));
            return Seen::Killed(text);
        }
        if self.is_ready() {
            self.asked = None;
        }
        if self.asked.is_some_and(|asked| asked.elapsed() > LONGEST_ROUND) {
            let after = units::span(LONGEST_ROUND);
            return self.fail(format!("it has not answered for {after}, and was ended"));
        }
        self.look_at_end()
    }

    /// The sentence for a process that has reached its cap.
    fn over(&self, cap: &Cap, requests_per_second: f64) -> Option<String> {
        let last = self.last?;
        let (limit, scale) = if last.live_bytes >= cap.bytes {
            (format!("{} of live memory", units::bytes(cap.bytes as f64)), cap.bytes_scale)
        } else if last.open_files.is_some_and(|files| files >= cap.files) {
            (format!("{} open files", cap.files), cap.files_scale)
        } else {
            return None;
        };
        let seconds = self.operations as f64 * scale / requests_per_second;
        let time = units::span(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
        Some(format!(
            "killed after {} operations = {time} at {} (its cap: {limit})",
            units::count(self.operations),
            units::rate(requests_per_second).replace("operation", "request"),
        ))
    }

    fn look_at_end(&mut self) -> Seen {
        let Life::Running(process) = &mut self.life else { return Seen::Nothing };
        match process.try_wait() {
            Ok(None) => Seen::Nothing,
            Ok(Some((ending, printed))) => {
                let text = sentence(&ending);
                let printed = if printed.is_empty() { printed } else { format!("\n{printed}") };
                self.fail(format!("{text}{printed}"))
            }
            Err(error) => self.fail(format!("its process cannot be watched: {error}")),
        }
    }

    fn fail(&mut self, text: String) -> Seen {
        self.end(Life::Failed);
        Seen::Failed(text)
    }

    /// What it holds now. `loaded` is whether it is among those that are given work.
    pub fn reading(&self, now: f64, loaded: bool, cap: &Cap, requests_per_second: f64) -> Reading {
        let state = match self.life {
            Life::Running(_) if loaded => State::Working,
            Life::Running(_) => State::Idle,
            Life::Killed(_) => State::Killed,
            Life::Failed => State::Failed,
        };
        let [bytes, blocks, files, tasks] = self.last.as_ref().map(held).unwrap_or_default();
        let (rate, growth) = (self.window.rate(now), self.window.growth());
        let left = self.operations_left(cap, growth);
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

    /// Operations until the cap, of the process and of the server. `None` if it does not climb, or
    /// would not be there within a thousand times what it has done.
    fn operations_left(&self, cap: &Cap, growth: [Option<f64>; 4]) -> Option<(f64, f64)> {
        let last = self.last?;
        let room = |limit: u64, held: u64| limit.saturating_sub(held) as f64;
        let climbing = |resource: usize| {
            growth[resource].filter(|growth| *growth > 0.0 && self.window.climbs(resource))
        };
        let bytes = climbing(0);
        let bytes =
            bytes.map(|growth| (room(cap.bytes, last.live_bytes) / growth, cap.bytes_scale));
        let files = climbing(2).zip(last.open_files);
        let files = files.map(|(growth, held)| (room(cap.files, held) / growth, cap.files_scale));
        let nearest = [bytes, files].into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let near = nearest.0 <= 1000.0 * (self.operations.max(1) as f64);
        near.then_some((nearest.0, nearest.0 * nearest.1))
    }
}

/// How a trial ended that was to go on.
pub fn sentence(ending: &Ending) -> String {
    match ending {
        Ending::Completed(TrialOutcome::Panicked { message }) => format!("it panicked: {message}"),
        Ending::Completed(TrialOutcome::Soaked { report }) => match &report.stopped {
            Some(stopped) => format!("its workload ended: {stopped}"),
            None => "its workload ended".to_owned(),
        },
        other => explain::failure_text(other, 0),
    }
}
