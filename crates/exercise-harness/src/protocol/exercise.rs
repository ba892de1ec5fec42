//! An exercise's metadata: `exercise.toml` in its pattern's crate.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use leak_meter::{Resource, Verdict};
use serde::Deserialize;

/// The metadata of an exercise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "super::exercise_fields::Fields")]
pub struct Exercise {
    /// The position among the exercises, which are taught from the lowest to the highest. A
    /// fraction inserts an exercise without renumbering the others.
    pub order: f64,
    /// The title of its README.
    pub title: String,
    /// The service's name, which must not reveal the pattern.
    pub service: String,
    /// A one-line summary for the table of patterns.
    pub summary: String,
    /// The difficulty.
    pub difficulty: Difficulty,
    /// How many minutes a learner needs.
    pub minutes: u32,
    /// Operations in each round of the soak.
    pub operations_per_round: u64,
    /// Operations in each round of the window that is shown before a judgement: by default a tenth, but 20 if
    /// the soak has as many.
    pub window_operations_per_round: u64,
    /// The bug report's rate, in operations per second. It converts growth into time.
    pub requests_per_second: f64,
    /// The limit of open files of the bug report's server; 65,536 if it is not declared.
    pub open_files_limit: u64,
    /// Whether it leaks, and the properties that `verify` checks.
    pub kind: ExerciseKind,
    /// How to run it until it is out of memory: the table `[load]`, for an exercise with a load
    /// trial.
    pub load: Option<Load>,
}

/// The full load under which an exercise runs out of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// The memory that it may use in addition to what it uses before its first operation, in bytes.
    pub spare_bytes: u64,
    /// The number of operations after which a service that still runs counts as steady.
    pub operations: u64,
    /// Operations between two readings.
    pub operations_per_round: u64,
}

/// The kind of an exercise. Learners are not told; only the metadata declares it.
#[derive(Debug, Clone, PartialEq)]
pub enum ExerciseKind {
    /// The exercise leaks, and its solution does not: the tables `[leak]` and `[fix]`.
    Leak {
        /// The leak.
        leak: Leak,
        /// The fix.
        fix: Fix,
    },
    /// The exercise grows for a while, as intended, and its solution is the same: the table
    /// `[decoy]`.
    Decoy(Decoy),
}

/// The difficulty of an exercise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Difficulty {
    /// One place, which is clear once found.
    Easy,
    /// Two places that must be seen together.
    Medium,
    /// Several leaks that hide one another.
    Hard,
}

/// The declared leak of an exercise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leak {
    /// The resources that must grow.
    pub resources: Vec<Resource>,
    /// The declared growth per operation, in the resource's unit.
    #[serde(default)]
    pub per_operation: BTreeMap<Resource, f64>,
    /// The file, in the exercise's folder, that allocates the retained blocks.
    pub file: PathBuf,
    /// The function in that file.
    pub function: String,
    /// More files, in the exercise's folder, that must contain growing call sites: those that
    /// allocate the holders of the retained blocks.
    #[serde(default)]
    pub also_in: Vec<PathBuf>,
    /// The first reported holder of the retained blocks. Not checked if it is not declared.
    pub holder: Option<Holder>,
}

/// The declared holder of the retained blocks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Holder {
    /// A collection in the exercise.
    Place {
        /// The file, in the exercise's folder, that allocates the holder.
        file: PathBuf,
        /// The function in that file.
        function: String,
    },
    /// A reference cycle.
    Ring {
        /// The functions that allocate the blocks of the cycle, in order, beginning with any of
        /// them.
        ring: Vec<String>,
        /// The function whose reference must become weak.
        weaken: String,
    },
    /// A holder outside of the exercise: a list of its runtime, a static, or a thread's stack.
    Outside {
        /// The beginning of the text that follows "held" in the first line of the finding:
        /// `by the task list of the tokio runtime`, `by the static shop::CACHE`,
        /// `on the stack of main`.
        held: String,
    },
}

/// The declared fix of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The files, in the exercise's folder, that the solution may change.
    pub files: Vec<PathBuf>,
}

/// The declared growth of an exercise that does not leak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoy {
    /// The resources that rise until they level off.
    pub resources: Vec<Resource>,
    /// The number of operations after which they no longer rise.
    pub levels_off_after: u64,
    /// The memory at which the bug report's server levels off, in bytes.
    pub server_level_bytes: u64,
    /// A run that is too short to show that they level off.
    pub too_short: ShortRun,
}

/// A run that ends before its growth can be distinguished from a leak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortRun {
    /// The number of rounds.
    pub rounds: usize,
    /// Operations per round; by default the exercise's own number.
    pub operations_per_round: Option<u64>,
    /// The expected verdict of the run, and of each declared resource.
    pub verdict: Verdict,
}

impl Exercise {
    /// Reads the text of an `exercise.toml`.
    ///
    /// # Errors
    /// When the text is not TOML, when a field is missing, unknown or of the wrong type, or when
    /// the tables do not determine the exercise's kind.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).context("exercise.toml cannot be read")
    }

    /// The declared resources: those that leak, or that rise for a while.
    pub fn resources(&self) -> &[Resource] {
        match &self.kind {
            ExerciseKind::Leak { leak, .. } => &leak.resources,
            ExerciseKind::Decoy(decoy) => &decoy.resources,
        }
    }

    /// Whether its growth is fine, so that there is nothing to fix.
    pub fn is_decoy(&self) -> bool {
        matches!(self.kind, ExerciseKind::Decoy(_))
    }

    /// The files that the solution may change; a decoy has none.
    pub fn fixed_files(&self) -> &[PathBuf] {
        match &self.kind {
            ExerciseKind::Leak { fix, .. } => &fix.files,
            ExerciseKind::Decoy(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exercise_fields::usual_window;
    use super::*;

    const HEAD: &str = "order = 2.5\ntitle = \"T\"\nservice = \"s\"\nsummary = \"S\"\n\
                        difficulty = \"Easy\"\nminutes = 10\noperations_per_round = 100\n\
                        requests_per_second = 1.0\n";
    const LEAK: &str = "[leak]\nresources = [\"live_blocks\"]\nfile = \"src/a.rs\"\n\
                        function = \"f\"\n";
    const FIX: &str = "[fix]\nfiles = [\"src/a.rs\"]\n";
    const DECOY: &str = "[decoy]\nresources = [\"live_bytes\"]\nlevels_off_after = 700\n\
                         server_level_bytes = 500_000_000\n\
                         too_short = { rounds = 12, verdict = \"undecided\" }\n";

    #[test]
    fn the_tables_determine_the_kind_of_an_exercise() {
        let leak = Exercise::parse(&[HEAD, LEAK, FIX].concat()).unwrap();
        assert_eq!(leak.resources(), [Resource::LiveBlocks]);
        assert_eq!(leak.fixed_files(), [PathBuf::from("src/a.rs")]);
        let decoy = Exercise::parse(&[HEAD, DECOY].concat()).unwrap();
        assert_eq!(decoy.resources(), [Resource::LiveBytes]);
        assert!(decoy.fixed_files().is_empty());
        assert_eq!([5, 100, 1000].map(usual_window), [5, 20, 100]);
        let ExerciseKind::Decoy(Decoy { too_short, .. }) = decoy.kind else { panic!("{decoy:?}") };
        assert_eq!((too_short.rounds, too_short.operations_per_round), (12, None));
        assert_eq!(too_short.verdict, Verdict::Undecided);
    }

    #[test]
    fn tables_that_determine_no_kind_are_rejected_with_advice() {
        for (tables, sentence) in [
            (&[][..], "add [leak] and [fix] if it leaks, or [decoy] if its growth is fine"),
            (&[LEAK, FIX, DECOY], "it has [decoy] beside [leak] or [fix]"),
            (&[FIX, DECOY], "it has [decoy] beside [leak] or [fix]"),
            (&[LEAK], "it has [leak] and lacks [fix]"),
            (&[FIX], "it has [fix] and lacks [leak]"),
        ] {
            let error = Exercise::parse(&[HEAD, &tables.concat()].concat()).unwrap_err();
            assert!(format!("{error:#}").contains(sentence), "{error:#}");
        }
    }
}
