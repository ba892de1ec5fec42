//! What the page is told and what it asks for, as plain data; recordings hold the same.

use exercise_harness::plan::Role;
use serde::{Deserialize, Serialize};

/// The version of recordings. A reader refuses any other.
pub const FORMAT: u32 = 1;

/// All that is known of an exercise before its processes run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// What everybody sees from the start.
    pub shown: Shown,
    /// What is told step by step.
    pub story: Story,
}

/// What everybody sees of an exercise from the start. Nothing here gives its pattern away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// Its place in the order of teaching, counted from 1.
    pub number: usize,
    /// How many exercises there are.
    pub of: usize,
    /// Its title.
    pub title: String,
    /// The service's name.
    pub service: String,
    /// Whether it leaks: an exercise that only seems to has versions that are alike.
    pub leaks: bool,
    /// The versions that are measured, in the order of their readings.
    pub versions: Vec<Role>,
    /// The bug report's rate, in operations per second.
    pub requests_per_second: f64,
    /// When a measured process is ended.
    pub cap: Cap,
    /// The resource that the leak is told by: its curve is the large one.
    pub main: Curve,
}

/// The curves that are drawn.
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

/// What a measured process may hold: the limits of the bug report's server, scaled down.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Live bytes at which a process is ended.
    pub bytes: u64,
    /// How many times more the server's memory may grow than the process's.
    pub bytes_scale: f64,
    /// Open files at which a process is ended.
    pub files: u64,
    /// How many times more files the server may open than the process.
    pub files_scale: f64,
}

/// What is told step by step.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The bug report, as HTML.
    pub report: String,
    /// The lines that grow, the one that retains most first.
    pub lines: Vec<Line>,
    /// Who holds what those lines allocate, in words. `None` if that was not found out.
    pub holder: Option<String>,
    /// Where the growth ends by itself, in words. `None` for a leak, and if it was not measured.
    pub level: Option<String>,
    /// Why that is no leak, as HTML; empty for a leak.
    pub fine: String,
    /// The pattern's name.
    pub pattern: String,
    /// One line on the pattern, as HTML.
    pub summary: String,
    /// What the fix changes.
    pub diff: Vec<FileDiff>,
}

/// A growing line with its source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The function, without the crate's name.
    pub function: String,
    /// The file, relative to the version's folder.
    pub file: String,
    /// The line's number.
    pub line: u32,
    /// What it retains per operation, in words.
    pub keeps: String,
    /// The source around it.
    pub source: Vec<SourceLine>,
}

/// One line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceLine {
    /// Its number.
    pub number: u32,
    /// Its text.
    pub text: String,
    /// Whether it is the growing one.
    pub grows: bool,
}

/// What the fix changes in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDiff {
    /// The file, relative to the version's folder.
    pub file: String,
    /// Its hunks, each with the unchanged lines around it.
    pub hunks: Vec<Vec<DiffLine>>,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffLine {
    /// What became of it.
    pub sign: Sign,
    /// Its text in parts, and whether each part is what changed within the line.
    pub parts: Vec<(bool, String)>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// It is in both.
    Same,
    /// It went away.
    Out,
    /// It came.
    In,
}

/// Where the load goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Load {
    /// To every version, in step.
    All,
    /// To the buggy version; the others are idle.
    Exercise,
    /// To the solution; the others are idle.
    Solution,
}

/// The readings of one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Seconds of load since the exercise came on.
    pub at: f64,
    /// Where the load goes.
    pub load: Load,
    /// The load that is asked for, in operations per second.
    pub per_second: f64,
    /// Each version, in the order of [`Shown::versions`].
    pub versions: Vec<Reading>,
}

/// One version at one moment. What is not available is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// How its process is.
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
    /// Operations per second, of late.
    pub rate: f64,
    /// What an operation leaves behind, of late: bytes, blocks, files, tasks.
    pub growth: [Option<f64>; 4],
    /// Seconds until the process reaches its cap at this growth and rate.
    pub seconds_left: Option<f64>,
    /// Seconds until the bug report's server reaches its limit, from the same point of its life.
    pub server_seconds_left: Option<f64>,
}

/// How a measured process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It runs and is given work.
    Working,
    /// It runs and is given none.
    Idle,
    /// It was ended at its cap, and starts afresh in a moment.
    Killed,
    /// It did not start, ended by itself, or does not answer.
    Failed,
}

/// Something worth a sentence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// When, on the clock of [`Frame::at`].
    pub at: f64,
    /// Which version it is about; `None` for all.
    pub version: Option<Role>,
    /// What happened.
    pub what: Happened,
    /// The sentence.
    pub text: String,
}

/// What a [`Note`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// A process reached its cap and was ended.
    Killed,
    /// All processes were ended and started afresh.
    Restarted,
    /// The load moved.
    Swapped,
    /// A process failed.
    Failed,
}

/// Where readings come from.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// Nowhere yet: the buggy version is measured once before the start.
    Survey,
    /// From processes that run now.
    #[default]
    Live,
    /// From a recording.
    Recording,
}

/// Where the page is in its course.
#[derive(Debug, Default, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Whether the load stands still.
    pub paused: bool,
    /// Where the readings come from.
    pub source: Shows,
    /// What is wrong, in sentences.
    pub trouble: Option<String>,
    /// Whether there is a recording of this exercise to be played.
    pub recording: bool,
    /// The step of the story: see [`Step`](crate::story::Step).
    pub step: usize,
    /// How many steps there are.
    pub steps: usize,
    /// What the steps so far have told.
    pub told: Story,
}

/// One message to the page.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Everything, for a page that has just been opened, or after another exercise came on.
    All {
        /// What everybody sees.
        shown: Option<Shown>,
        /// Where the page is.
        status: Status,
        /// The readings so far.
        frames: Vec<Frame>,
        /// What happened so far.
        notes: Vec<Note>,
    },
    /// One more reading.
    Frame {
        /// It.
        frame: Frame,
    },
    /// Something happened.
    Note {
        /// What.
        note: Note,
    },
    /// The page moved on.
    Status {
        /// Where it is now.
        status: Status,
    },
}

/// What a page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Stand still, or go on.
    Pause,
    /// Move the load to the other version.
    Swap,
    /// Load all versions in step.
    Compare,
    /// End all processes and start them afresh.
    Restart,
    /// Go to the next exercise.
    NextExercise,
    /// Go to the exercise before.
    PreviousExercise,
    /// Twice the load.
    LoadUp,
    /// Half the load.
    LoadDown,
    /// The next step of the story.
    Forward,
    /// The step before.
    Back,
    /// The story's beginning.
    First,
    /// All of the story.
    Last,
    /// Play the recording of this exercise.
    Play,
}

/// A line of a recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// Its first line.
    Start {
        /// The version of recordings: [`FORMAT`].
        format: u32,
        /// The exercise's name.
        exercise: String,
        /// The exercise.
        scene: Box<Scene>,
    },
    /// A reading.
    Frame {
        /// It.
        frame: Frame,
    },
    /// Something happened.
    Note {
        /// What.
        note: Note,
    },
}
