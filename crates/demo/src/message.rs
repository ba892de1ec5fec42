//! The messages to the page and the page's commands, as plain data. Recordings hold the same data.

use exercise_harness::plan::Role;
use serde::{Deserialize, Serialize};

use crate::story::Story;

/// The format version of recordings. A reader rejects any other version.
pub const FORMAT: u32 = 2;

/// What is known about an exercise before its processes run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// The part that everybody sees from the start.
    pub shown: Shown,
    /// The part that is revealed step by step.
    pub story: Story,
}

/// The facts about an exercise that everybody sees from the start. None of them reveals its pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Its position in the teaching order, counted from 1.
    pub number: usize,
    /// The number of exercises.
    pub of: usize,
    pub title: String,
    /// The service's name.
    pub service: String,
    /// Whether it leaks. If it only seems to leak, both versions are the same.
    pub leaks: bool,
    /// The measured versions, in the order of their readings.
    pub versions: Vec<Role>,
    /// The bug report's rate, in operations per second.
    pub requests_per_second: f64,
    /// The limits at which a measured process is killed.
    pub cap: Cap,
    /// The resource that shows the leak best. Its curve is the large one.
    pub main: Curve,
}

/// A curve on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// Live bytes.
    Bytes,
    /// Live blocks.
    Blocks,
    /// Open files.
    Files,
    /// Asynchronous tasks.
    Tasks,
}

/// The limits of a measured process: those of the bug report's server, scaled down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Live bytes at which a process is killed.
    pub bytes: u64,
    /// How many times more memory the server may gain than the process.
    pub bytes_scale: f64,
    /// Open files at which a process is killed.
    pub files: u64,
    /// How many times more files the server may open than the process.
    pub files_scale: f64,
}

/// Where the load goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// To every version, in step.
    All,
    /// To the shipped version and the learner's; the solution is idle.
    Exercise,
    /// To the solution; the others are idle.
    Solution,
}

/// The readings of all versions at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Seconds of load since the exercise started.
    pub at: f64,
    /// Where the load goes.
    pub load: Load,
    /// The requested load, in operations per second.
    pub per_second: f64,
    /// The reading of each version, in the order of [`Shown::versions`].
    pub versions: Vec<Reading>,
}

/// The reading of one version at one moment. A figure that is not available is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The state of its process.
    pub state: State,
    /// Live bytes.
    pub bytes: Option<u64>,
    /// Live blocks.
    pub blocks: Option<u64>,
    /// Open files.
    pub files: Option<u64>,
    /// Asynchronous tasks.
    pub tasks: Option<u64>,
    /// Operations since the process started.
    pub operations: u64,
    /// Recent operations per second; 0 without a load.
    pub rate: f64,
    /// Recent growth per operation: bytes, blocks, files, tasks. `None` without a load.
    pub growth: [Option<f64>; 4],
    /// Seconds until the process reaches its cap, at this rate and at the growth of the later half of its
    /// rounds. `None` if there are too few, or if the growth has ended.
    pub seconds_left: Option<f64>,
    /// Seconds until the bug report's server reaches its limit, from the same point in its life.
    pub server_seconds_left: Option<f64>,
}

/// The state of a measured process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs under load.
    Working,
    /// It runs without load.
    Idle,
    /// A signal has stopped it.
    Stopped,
    /// It was killed at its cap, and restarts in a moment.
    Killed,
    /// It did not start, exited by itself, or does not respond.
    Failed,
}

/// An event, with its sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When it happened, on the clock of [`Frame::at`].
    pub at: f64,
    /// The version that it concerns; `None` for all.
    pub version: Option<Role>,
    /// The kind of event.
    pub what: Happened,
    /// The sentence.
    pub text: String,
}

/// The kind of event that a [`Note`] describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// A process reached its cap and was killed.
    Killed,
    /// A process was restarted, or all of them were.
    Restarted,
    /// A process could not run for a while.
    Stopped,
    /// The load moved to another version.
    Swapped,
    /// A process failed.
    Failed,
    /// The exercise was edited after the page's program started. No recording contains it.
    Edited,
}

/// The source of the readings.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// None yet: the shipped version is measured once before the load begins.
    Survey,
    /// Running processes.
    #[default]
    Live,
    Recording,
}

/// The state of the page.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Whether the load is paused.
    pub paused: bool,
    /// The source of the readings.
    pub source: Shows,
    /// The current problems, in sentences.
    pub trouble: Option<String>,
    /// Whether there is a recording of this exercise.
    pub recording: bool,
    /// The step of the story: see [`Step`](crate::story::Step).
    pub step: usize,
    /// The number of steps.
    pub steps: usize,
    /// The parts of the story that the steps so far have revealed.
    pub revealed: Story,
}

/// One message to the page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Everything, for a page that has just been opened, or after a change of exercise.
    All {
        /// The facts about the exercise.
        shown: Option<Shown>,
        /// The state of the page.
        status: Status,
        /// The readings so far.
        frames: Vec<Frame>,
        /// The events so far.
        notes: Vec<Note>,
    },
    /// A new reading.
    Frame {
        /// The reading.
        frame: Frame,
    },
    /// A new event.
    Note {
        /// The event.
        note: Note,
    },
    /// A change of the page's state.
    Status {
        /// The new state.
        status: Status,
    },
}

/// A command from the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Pause or resume.
    Pause,
    /// Move the load to the other version.
    Swap,
    /// Load all versions in step.
    Compare,
    /// Restart all processes.
    Restart,
    /// Forget all readings so far.
    Clear,
    /// Go to the next exercise.
    NextExercise,
    /// Go to the previous exercise.
    PreviousExercise,
    /// Double the load.
    LoadUp,
    /// Halve the load.
    LoadDown,
    /// Go to the next step of the story.
    Forward,
    /// Go to the previous step.
    Back,
    /// Go to the first step.
    First,
    /// Go to the last step.
    Last,
    /// Play the recording of this exercise.
    Play,
}

/// A line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// The first line.
    Start {
        /// The format version: [`FORMAT`].
        format: u32,
        /// The exercise's name.
        exercise: String,
        /// What is known about the exercise.
        scene: Box<Scene>,
    },
    /// A reading.
    Frame {
        /// The reading.
        frame: Frame,
    },
    /// An event.
    Note {
        /// The event.
        note: Note,
    },
}
