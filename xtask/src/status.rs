//! The status of an exercise: edited or not, judged or not, and what its code was last found to do.

use std::fmt;

use crate::judgement;
use crate::last_result::{self, ExerciseState};
use crate::shipped::Shipped;
use crate::workspace::{Exercise, Workspace};

/// The status of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Whether it differs from the shipped version; `None` if that is not known.
    pub edited: Option<bool>,
    /// How far the learner is.
    pub stage: Stage,
}

/// How far a learner is with an exercise. Until it is judged, a leak and a decoy have the same stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is not judged yet.
    Unjudged,
    /// It does not leak, and was judged so.
    Judged,
    /// It does not leak, and was taken for a leak.
    Misjudged,
    /// It is judged, and this is the result of its last run.
    Ran(ExerciseState),
    /// It is judged, and its current content was not run.
    NotRun,
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unjudged => formatter.pad("not judged"),
            Self::Judged => formatter.pad("judged"),
            Self::Misjudged => formatter.pad("misjudged"),
            Self::Ran(state) => state.fmt(formatter),
            Self::NotRun => formatter.pad("not run"),
        }
    }
}

impl Stage {
    /// The current stage of `exercise`.
    pub fn read(exercise: &Exercise) -> Self {
        use ExerciseState::Broken;
        let state = last_result::current(exercise).map(|result| result.state);
        let is_decoy = exercise.metadata.is_decoy();
        match (judgement::stored(exercise), state) {
            (None, Some(Broken)) => Self::Ran(Broken),
            (None, _) => Self::Unjudged,
            // An edit can break a decoy, or make it leak.
            (Some(judgement), None | Some(ExerciseState::Fixed)) if is_decoy => {
                if judgement.is_right { Self::Judged } else { Self::Misjudged }
            }
            (Some(_), Some(state)) => Self::Ran(state),
            (Some(_), None) => Self::NotRun,
        }
    }

    /// Whether nothing is left to do: it leaked and is fixed, or it does not leak and was judged so.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Judged | Self::Ran(ExerciseState::Fixed))
    }
}

impl Status {
    /// The current status of `exercise`.
    pub fn read(exercise: &Exercise) -> Self {
        let changes = Shipped::find(exercise).and_then(|shipped| shipped.changes());
        Self {
            edited: changes.ok().map(|changes| !changes.is_empty()),
            stage: Stage::read(exercise),
        }
    }

    /// The current status of each exercise, in teaching order.
    pub fn read_all(workspace: &Workspace) -> Vec<(Exercise, Self)> {
        let exercises = workspace.exercises.iter();
        exercises.map(|exercise| (exercise.clone(), Self::read(exercise))).collect()
    }
}

/// How many exercises are done, and how many are judged. A leak counts as judged before it is fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those in which nothing is left to do; they are judged.
    pub done: usize,
    /// Those that the learner has judged, rightly or not.
    pub judged: usize,
    /// All of them.
    pub all: usize,
}

impl Tally {
    /// The current tally of the workshop.
    pub fn read(workspace: &Workspace) -> Self {
        let exercises = &workspace.exercises;
        Self {
            done: exercises.iter().filter(|exercise| is_done(exercise)).count(),
            judged: exercises.iter().filter(|exercise| !judgement::is_missing(exercise)).count(),
            all: exercises.len(),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, judged, all } = self;
        write!(formatter, "{done} of {all} done, {judged} judged")
    }
}

/// Whether nothing is left to do in `exercise`.
pub fn is_done(exercise: &Exercise) -> bool {
    Stage::read(exercise).is_done()
}

/// The first exercise, in teaching order, in which something is left to do.
pub fn first_open(workspace: &Workspace) -> Option<&Exercise> {
    workspace.exercises.iter().find(|exercise| !is_done(exercise))
}

/// The next exercise after `exercise` in which something is left to do, beginning again after the last.
pub fn next_open<'a>(workspace: &'a Workspace, exercise: &Exercise) -> Option<&'a Exercise> {
    let all = &workspace.exercises;
    let here = all.iter().position(|one| one.name == exercise.name).unwrap_or(0);
    let mut others = (1..all.len()).map(|step| &all[(here + step) % all.len()]);
    others.find(|exercise| !is_done(exercise))
}
