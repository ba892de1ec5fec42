//! The learner's version of an exercise, compared with the shipped version or the solution.

use anyhow::Context as _;

use super::{FileDifference, between, reasons};
use crate::files::{self, Files};
use crate::readme::Readme;
use crate::shipped::Shipped;
use crate::status;
use crate::workspace::{Exercise, Version};

/// The version that the learner's is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The shipped version, which is the old one.
    Shipped,
    /// The solution, which is the new one.
    Solution,
}

/// The learner's version of an exercise, compared with another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The other version.
    pub against: Against,
    pub files: Vec<FileDifference>,
    /// The changes since the exercise was shipped; `None` if they are not known.
    pub edited: Option<Vec<String>>,
}

/// Whether a comparison with the solution would tell the learner something new: whether the exercise
/// is not known to be fixed.
pub fn reveals_solution(exercise: &Exercise) -> bool {
    !status::is_done(exercise)
}

/// Compares the learner's version of `exercise`.
pub fn compare(exercise: &Exercise, against: Against) -> anyhow::Result<Comparison> {
    let files = match against {
        Against::Shipped => {
            let mut shipped = Shipped::find(exercise)?.files()?;
            shipped.remove("README.md");
            between(&shipped, &read(exercise, Version::Exercise)?)
        }
        Against::Solution => {
            // Without the README, the changes have no reasons.
            to_solution(exercise, &Readme::load(exercise, Version::Solution).reasons())?.0
        }
    };
    let edited = Shipped::find(exercise).and_then(|shipped| shipped.changes());
    let edited = edited.ok().map(|changes| changes.iter().map(ToString::to_string).collect());
    Ok(Comparison { against, files, edited })
}

/// The differences from the exercise to the solution, each hunk with the `points` that explain it; and the
/// points that explain none.
pub fn to_solution<'a>(
    exercise: &Exercise,
    points: &'a [String],
) -> anyhow::Result<(Vec<FileDifference>, Vec<&'a String>)> {
    let mine = read(exercise, Version::Exercise)?;
    let solution = with_exercise_names(read(exercise, Version::Solution)?, exercise);
    let mut files = between(&mine, &solution);
    let unused = reasons::explain(&mut files, points);
    Ok((files, unused))
}

/// The files of a version except its README.
fn read(exercise: &Exercise, version: Version) -> anyhow::Result<Files> {
    let folder = exercise.folder(version);
    let mut files = files::read_below(&exercise.path(&folder))
        .with_context(|| format!("{folder} cannot be compared"))?;
    files.remove("README.md");
    Ok(files)
}

/// The solution's files with the names of the exercise's package and library, so that these do not
/// count as differences.
fn with_exercise_names(files: Files, exercise: &Exercise) -> Files {
    let library = |version: Version| exercise.package(version).replace('-', "_");
    let pairs = [
        (exercise.package(Version::Solution), exercise.package(Version::Exercise)),
        (library(Version::Solution), library(Version::Exercise)),
    ];
    let renamed = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => pairs.iter().fold(text, |text, (from, to)| text.replace(from, to)).into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    };
    files.into_iter().map(|(file, bytes)| (file, renamed(bytes))).collect()
}
