//! Runs the exercises one at a time, live or from a recording, and follows the page's commands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use exercise_harness::plan::{Plan, Planned, Role};

use crate::cap::Chosen;
use crate::edits::{EDITED, Edits};
use crate::hub::Hub;
use crate::live::Live;
use crate::message::{Command, Happened, Note, Record, Scene, Shows, Status};
use crate::recording::{self, Player, Recording};
use crate::request::{Question, Request};
use crate::story::{self, Step};
use crate::survey::{Survey, Surveyed};
use crate::ticks::{Tick, Ticks};
use crate::trouble::Trouble;

/// The engine's input.
#[derive(Debug)]
pub struct Course {
    /// The exercises and their versions.
    pub plan: Plan,
    /// The file in which to record the first exercise. It must not exist yet.
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
    trouble: Trouble,
    source: Source,
    scene: Option<Scene>,
    surveyed: BTreeMap<usize, Surveyed>,
    recording: Recording,
    edits: Edits,
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
    pub fn new(course: Course, hub: Arc<Hub>) -> anyhow::Result<Self> {
        let Course { plan, record, replay } = course;
        anyhow::ensure!(plan.first < plan.exercises.len(), "There is no exercise to show.");
        let recording = Recording::create(record.as_deref())?;
        let mut engine = Self {
            edits: Edits::new(&plan),
            at: plan.first,
            plan,
            hub,
            step: 0,
            paused: false,
            trouble: Trouble::default(),
            source: Source::Nothing,
            scene: None,
            surveyed: BTreeMap::new(),
            recording,
        };
        match replay {
            Some(path) => engine.play(Player::open(&path)?),
            None => engine.begin(),
        }
        Ok(engine)
    }

    /// Answers requests until all their senders are dropped.
    pub fn run(mut self, requests: &Receiver<Request>) {
        let mut ticks = Ticks::begin(Instant::now());
        loop {
            match requests.recv_timeout(ticks.wait(Instant::now())) {
                Ok(Request::Follow(command)) => self.follow(command),
                Ok(Request::Leaks(question)) => self.ask(question),
                Err(RecvTimeoutError::Timeout) => {
                    let tick = ticks.take(Instant::now());
                    self.tick(tick);
                    self.notice_edits(tick.passed);
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
        if self.surveyed.contains_key(&self.at) {
            return self.go_live();
        }
        self.source = Source::Surveying(Survey::begin(self.planned()));
        self.scene = Some(self.scene().0);
        self.send_all();
    }

    fn go_live(&mut self) {
        self.edits.repeat();
        let (scene, chosen) = self.scene();
        // A file holds one exercise, so a change of exercise ends the recording.
        if let Err(error) = self.recording.begin(&self.plan.exercises[self.at].name, &scene) {
            self.trouble.add(None, format!("{error:#}"));
        }
        self.source = Source::Live(Box::new(Live::start(self.planned(), chosen)));
        self.scene = Some(scene);
        self.send_all();
    }

    /// What is known about the current exercise, and the choices for it.
    fn scene(&self) -> (Scene, Chosen) {
        story::scene(&self.plan, self.at, self.surveyed.get(&self.at))
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
            let name = &self.planned().name;
            let none = format!("There is no recording of {name}; `cargo xtask doctor` makes one.");
            return self.has_trouble(None, none);
        };
        match Player::open(&path) {
            Ok(player) => self.play(player),
            Err(error) => self.has_trouble(None, format!("{error:#}")),
        }
    }

    fn write(&mut self, record: &Record) {
        if let Err(error) = self.recording.write(record) {
            self.has_trouble(None, format!("{error:#}"));
        }
    }

    fn tick(&mut self, Tick { passed, stood_still }: Tick) {
        if let (Some(took), Source::Live(live)) = (stood_still, &mut self.source) {
            live.stood_still(took);
        }
        match &mut self.source {
            Source::Playing(_) if self.paused => {}
            Source::Live(live) if self.paused => {
                let notes = live.watch(passed);
                self.add_notes(notes);
            }
            Source::Surveying(survey) => {
                let Some(result) = survey.result() else { return };
                let trouble = result.map(|found| self.surveyed.insert(self.at, *found)).err();
                self.go_live();
                if let Some(sentence) = trouble {
                    self.has_trouble(Some(Role::Shipped), sentence);
                }
            }
            Source::Live(live) => {
                let (frame, notes) = live.tick(passed);
                self.add_notes(notes);
                self.write(&Record::Frame { frame: frame.clone() });
                self.hub.frame(frame);
            }
            Source::Playing(player) => {
                for record in player.advance(passed) {
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
            Source::Nothing => {}
        }
    }

    /// Says that the exercise was edited, because a facilitator may expect to see that version.
    fn notice_edits(&mut self, passed: f64) {
        if !matches!(self.source, Source::Live(_)) {
            return;
        }
        if self.edits.are_new(self.at, &self.plan.exercises[self.at], passed) {
            let at = self.hub.last().map_or(0.0, |frame| frame.at);
            let text = EDITED.to_owned();
            self.hub.note(Note { at, version: None, what: Happened::Edited, text });
        }
    }

    fn add_notes(&mut self, notes: Vec<Note>) {
        for note in notes {
            self.write(&Record::Note { note: note.clone() });
            if note.what == Happened::Failed {
                self.has_trouble(note.version, note.text.clone());
            }
            self.hub.note(note);
        }
    }

    fn has_trouble(&mut self, version: Option<Role>, sentence: String) {
        self.trouble.add(version, sentence);
        self.send_status();
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
            Command::Clear => return self.hub.clear(),
            Command::Restart => {
                self.trouble.clear();
                self.edits.repeat();
                match std::mem::replace(&mut self.source, Source::Nothing) {
                    Source::Playing(player) => return self.play(player.again()),
                    source => self.source = source,
                }
            }
            _ => {}
        }
        if let Source::Live(live) = &mut self.source {
            live.follow(command);
        }
        self.send_status();
    }

    fn ask(&mut self, question: Question) {
        let reason = match &mut self.source {
            Source::Live(live) => return live.ask(question),
            Source::Surveying(_) => "There is no load yet. Ask again in a few seconds.",
            Source::Playing(_) => {
                "A recording plays. Press Shift+N on the page for a live exercise."
            }
            Source::Nothing => "No process runs.",
        };
        question.refuse(reason.to_owned());
    }

    fn go_to(&mut self, at: usize) {
        if at < self.plan.exercises.len() {
            // End the current processes before starting others.
            self.source = Source::Nothing;
            self.recording.end();
            self.at = at;
            self.step = 0;
            self.begin();
        }
    }

    fn status(&self) -> Status {
        let step = Step::ALL[self.step];
        let revealed = self.scene.as_ref().map(|scene| story::revealed(&scene.story, step));
        Status {
            paused: self.paused,
            source: match self.source {
                Source::Surveying(_) => Shows::Survey,
                Source::Playing(_) => Shows::Recording,
                Source::Live(_) | Source::Nothing => Shows::Live,
            },
            trouble: self.trouble.text(),
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
        let shown = self.scene.as_ref().map(|scene| scene.shown.clone());
        self.hub.begin(shown, self.status(), story::to_html(&self.planned().speaker_notes));
    }
}
