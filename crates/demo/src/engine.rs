//! Runs the exercises one at a time, live or from a recording, and follows the page's commands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use exercise_harness::plan::{Plan, Planned, Role};
use leak_meter::Report;

use crate::cap::{self, Chosen};
use crate::hub::Hub;
use crate::live::{Live, TICK};
use crate::message::{Command, Happened, Note, Record, Scene, Shown, Shows, Status};
use crate::recording::{self, Player, Recorder};
use crate::story::{self, Step};
use crate::survey::Survey;

/// The engine's input.
#[derive(Debug)]
pub struct Course {
    /// The exercises and their versions.
    pub plan: Plan,
    /// The file in which to record the first exercise.
    pub record: Option<PathBuf>,
    /// A recording to play first.
    pub replay: Option<PathBuf>,
}

/// Runs processes and reports to the hub, until the senders of commands are dropped.
#[derive(Debug)]
pub struct Engine {
    plan: Plan,
    hub: Arc<Hub>,
    at: usize,
    step: usize,
    paused: bool,
    trouble: BTreeMap<Option<Role>, String>,
    source: Source,
    scene: Option<Scene>,
    reports: BTreeMap<usize, Report>,
    record: Option<PathBuf>,
    recorder: Option<Recorder>,
}

#[derive(Debug)]
enum Source {
    /// The shipped version is measured once, for the growing lines and the scale.
    Surveying(Survey),
    Live(Box<Live>),
    Playing(Box<Player>),
    /// There is nothing to show except problems.
    Nothing,
}

impl Engine {
    /// Starts with the first exercise, or with the recording to be played.
    ///
    /// # Errors
    /// If the plan has no first exercise, or the recording cannot be read.
    pub fn new(course: Course, hub: Arc<Hub>) -> anyhow::Result<Self> {
        let Course { plan, record, replay } = course;
        anyhow::ensure!(plan.first < plan.exercises.len(), "There is no exercise to show.");
        let mut engine = Self {
            at: plan.first,
            plan,
            hub,
            step: 0,
            paused: false,
            trouble: BTreeMap::new(),
            source: Source::Nothing,
            scene: None,
            reports: BTreeMap::new(),
            record,
            recorder: None,
        };
        match replay {
            Some(path) => engine.play(Player::open(&path)?),
            None => engine.begin(),
        }
        Ok(engine)
    }

    /// Follows commands until all their senders are dropped.
    pub fn run(mut self, commands: &Receiver<Command>) {
        let tick = Duration::from_secs_f64(TICK);
        let mut next = Instant::now() + tick;
        loop {
            match commands.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Ok(command) => self.follow(command),
                Err(RecvTimeoutError::Timeout) => {
                    self.tick();
                    // A laptop that has slept does not make up for the ticks it missed.
                    next = Instant::now().max(next) + tick;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn planned(&self) -> &Planned {
        &self.plan.exercises[self.at]
    }

    fn begin(&mut self) {
        self.trouble.clear();
        self.paused = false;
        self.scene = None;
        self.source = match self.reports.get(&self.at) {
            Some(_) => Source::Nothing,
            None => Source::Surveying(Survey::begin(self.planned())),
        };
        if let Source::Nothing = self.source {
            self.go_live();
        } else {
            let shown = self.shown(cap::choose(self.planned(), None));
            self.scene = Some(Scene { shown, story: story::read(self.planned(), None) });
            self.send_all();
        }
    }

    fn go_live(&mut self) {
        let report = self.reports.get(&self.at);
        let chosen = cap::choose(self.planned(), report);
        let story = story::read(self.planned(), report);
        let scene = Scene { shown: self.shown(chosen), story };
        self.record(&scene);
        self.source = Source::Live(Box::new(Live::start(self.planned(), chosen)));
        self.scene = Some(scene);
        self.send_all();
    }

    fn shown(&self, chosen: Chosen) -> Shown {
        let planned = self.planned();
        Shown {
            number: self.at + 1,
            of: self.plan.exercises.len(),
            title: planned.title.clone(),
            service: planned.service.clone(),
            leaks: planned.levels_off_after.is_none(),
            versions: planned.versions.iter().map(|version| version.role).collect(),
            requests_per_second: planned.requests_per_second,
            cap: chosen.cap,
            main: chosen.main,
        }
    }

    fn play(&mut self, player: Player) {
        let place = self.plan.exercises.iter().position(|one| one.name == player.exercise);
        self.at = place.unwrap_or(self.at);
        self.paused = false;
        self.trouble.clear();
        self.scene = Some(player.scene.clone());
        self.source = Source::Playing(Box::new(player));
        self.send_all();
    }

    /// Plays the recording of this exercise, if there is one.
    fn play_recording(&mut self) {
        let Some(path) = recording::find(&self.plan.recordings, &self.planned().name) else {
            return;
        };
        match Player::open(&path) {
            Ok(player) => self.play(player),
            Err(error) => {
                self.trouble.insert(None, format!("{error:#}"));
                self.send_status();
            }
        }
    }

    fn record(&mut self, scene: &Scene) {
        let name = &self.plan.exercises[self.at].name;
        // A file holds one exercise, so a change of exercise ends the recording.
        self.recorder = None;
        let Some(path) = self.record.take() else { return };
        match Recorder::create(&path, name, scene) {
            Ok(recorder) => self.recorder = Some(recorder),
            Err(error) => {
                self.trouble.insert(None, format!("{error:#}"));
            }
        }
    }

    fn write(&mut self, record: &Record) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Err(error) = recorder.write(record) {
            self.recorder = None;
            self.trouble.insert(None, format!("{error:#}"));
            self.send_status();
        }
    }

    fn tick(&mut self) {
        match &mut self.source {
            Source::Surveying(survey) => match survey.result() {
                None => {}
                Some(Ok(report)) => {
                    self.reports.insert(self.at, *report);
                    self.go_live();
                }
                Some(Err(sentence)) => {
                    self.go_live();
                    self.trouble.insert(Some(Role::Shipped), sentence);
                    self.send_status();
                }
            },
            Source::Live(live) if !self.paused => {
                let (frame, notes) = live.tick();
                for note in notes {
                    self.write(&Record::Note { note: note.clone() });
                    self.noted(&note);
                    self.hub.note(note);
                }
                self.write(&Record::Frame { frame: frame.clone() });
                self.hub.frame(frame);
            }
            Source::Playing(player) if !self.paused => {
                for record in player.advance(TICK) {
                    match record {
                        Record::Frame { frame } => self.hub.frame(frame),
                        Record::Note { note } => self.hub.note(note),
                        Record::Start { .. } => {}
                    }
                }
                if player.is_over() {
                    self.paused = true;
                    self.send_status();
                }
            }
            Source::Live(_) | Source::Playing(_) | Source::Nothing => {}
        }
    }

    fn noted(&mut self, note: &Note) {
        if note.what == Happened::Failed {
            self.trouble.insert(note.version, note.text.clone());
            self.send_status();
        }
    }

    fn follow(&mut self, command: Command) {
        match command {
            Command::Pause => self.paused = !self.paused,
            Command::NextExercise => return self.go_to(self.at + 1),
            Command::PreviousExercise => return self.go_to(self.at.wrapping_sub(1)),
            Command::Forward => self.step = (self.step + 1).min(Step::ALL.len() - 1),
            Command::Back => self.step = self.step.saturating_sub(1),
            Command::First => self.step = 0,
            Command::Last => self.step = Step::ALL.len() - 1,
            Command::Play => return self.play_recording(),
            Command::Restart => {
                if matches!(self.source, Source::Playing(_)) {
                    return self.play_again();
                }
                self.trouble.clear();
            }
            _ => {}
        }
        if let Source::Live(live) = &mut self.source {
            match command {
                Command::Swap => live.swap(),
                Command::Compare => live.compare(),
                Command::Restart => live.restart(),
                Command::LoadUp => live.double_load(1),
                Command::LoadDown => live.double_load(-1),
                _ => {}
            }
        }
        // The files may have changed since the last command.
        if let (Some(scene), false) = (&mut self.scene, matches!(self.source, Source::Playing(_))) {
            let report = self.reports.get(&self.at);
            scene.story = story::read(&self.plan.exercises[self.at], report);
        }
        self.send_status();
    }

    /// Plays the current recording from its beginning.
    fn play_again(&mut self) {
        let Source::Playing(player) = std::mem::replace(&mut self.source, Source::Nothing) else {
            return;
        };
        self.play(player.again());
    }

    fn go_to(&mut self, at: usize) {
        if at < self.plan.exercises.len() {
            // End the current processes before starting others.
            self.source = Source::Nothing;
            self.recorder = None;
            self.at = at;
            self.step = 0;
            self.begin();
        }
    }

    fn status(&self) -> Status {
        let trouble: Vec<String> =
            self.trouble.iter().map(|(role, text)| describe(*role, text)).collect();
        let step = Step::ALL[self.step];
        let revealed = self.scene.as_ref().map(|scene| story::revealed(&scene.story, step));
        Status {
            paused: self.paused,
            source: match self.source {
                Source::Surveying(_) => Shows::Survey,
                Source::Playing(_) => Shows::Recording,
                Source::Live(_) | Source::Nothing => Shows::Live,
            },
            trouble: (!trouble.is_empty()).then(|| trouble.join("\n")),
            recording: recording::find(&self.plan.recordings, &self.planned().name).is_some(),
            step: self.step,
            steps: Step::ALL.len(),
            revealed: revealed.unwrap_or_default(),
        }
    }

    fn send_status(&self) {
        self.hub.status(self.status());
    }

    fn send_all(&self) {
        self.hub.begin(self.scene.as_ref().map(|scene| scene.shown.clone()), self.status());
    }
}

/// The description of a problem, beginning with the version that has it.
fn describe(role: Option<Role>, text: &str) -> String {
    match role {
        Some(Role::Shipped) => format!("The shipped version: {text}"),
        Some(Role::Solution) => format!("The solution: {text}"),
        Some(Role::Edited) => format!("Your version: {text}"),
        None => text.to_owned(),
    }
}
