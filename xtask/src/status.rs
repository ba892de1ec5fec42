//! The status of an exercise: edited or not, and what its code was last found to do.

use crate::last_result::{self, ExerciseState};
use crate::shipped::Shipped;
use crate::workspace::{Exercise, Workspace};

/// The status of an exercise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether it differs from the shipped version; `None` if that is not known.
    pub edited: Option<bool>,
    /// The result of its last run; `None` if its current content was not run yet.
    pub state: Option<ExerciseState>,
}

impl Status {
    /// The current status of `exercise`.
    pub fn read(exercise: &Exercise) -> Self {
        let changes = Shipped::find(exercise).and_then(|shipped| shipped.changes());
        Self {
            edited: changes.ok().map(|changes| !changes.is_empty()),
            state: last_result::current(exercise).map(|result| result.state),
        }
    }

    /// The current status of each exercise, in teaching order.
    pub fn read_all(workspace: &Workspace) -> Vec<(Exercise, Self)> {
        let exercises = workspace.exercises.iter();
        exercises.map(|exercise| (exercise.clone(), Self::read(exercise))).collect()
    }
}

/// Whether the current content of `exercise` is known to be fixed.
pub fn is_fixed(exercise: &Exercise) -> bool {
    last_result::current(exercise).is_some_and(|result| result.state == ExerciseState::Fixed)
}

/// The first exercise, in teaching order, that is not known to be fixed.
pub fn first_unfixed(workspace: &Workspace) -> Option<&Exercise> {
    workspace.exercises.iter().find(|exercise| !is_fixed(exercise))
}

/// The next exercise after `exercise` that is not known to be fixed, beginning again after the last.
pub fn next_unfixed<'a>(workspace: &'a Workspace, exercise: &Exercise) -> Option<&'a Exercise> {
    let all = &workspace.exercises;
    let here = all.iter().position(|one| one.name == exercise.name).unwrap_or(0);
    let mut others = (1..all.len()).map(|step| &all[(here + step) % all.len()]);
    others.find(|exercise| !is_fixed(exercise))
}
