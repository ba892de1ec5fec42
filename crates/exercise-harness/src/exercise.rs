//! An exercise's metadata: `exercise.toml` in its pattern's crate.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use leak_meter::{Resource, Verdict};
use serde::Deserialize;

/// What the workshop knows of an exercise before it is run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Exercise {
    /// Where it stands among the others, which are taught from the lowest to the highest. A
    /// fraction fits between two whole numbers, so that no other has to move.
    pub order: f64,
    /// The title that its README carries.
    pub title: String,
    /// The service's name, which does not give the pattern away.
    pub service: String,
    /// One line for the table of patterns.
    pub summary: String,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// How long a learner takes, in minutes.
    pub minutes: u32,
    /// Operations in each round of the soak.
    pub operations_per_round: u64,
    /// The rate at which growth is turned into time, in operations per second.
    pub requests_per_second: f64,
    /// Whether it leaks, and what must be true of it then.
    pub kind: Kind,
    /// How to run it until it is out of memory, for an exercise with a load trial: `[load]`.
    pub load: Option<Load>,
}

/// The full load under which an exercise runs out of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// What the process needs before it has served anybody, in bytes of data.
    pub idle_bytes: u64,
    /// What it may use on top.
    pub spare_bytes: u64,
    /// Operations after which a service that still stands is taken to be steady.
    pub operations: u64,
    /// Operations in each reading.
    pub operations_per_round: u64,
}

/// What an exercise is. Only its metadata says so: to the learner all look alike.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// It leaks, and its solution does not: the tables `[leak]` and `[fix]`.
    Leak {
        /// Where it leaks.
        leak: Leak,
        /// Where the solution differs.
        fix: Fix,
    },
    /// It grows for a while, rightly; its solution changes nothing: the table `[decoy]`.
    Decoy(Decoy),
}

/// How hard an exercise is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Difficulty {
    /// One place, once seen.
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
    /// By how much an operation makes them grow, in the resource's unit, where that is declared.
    #[serde(default)]
    pub per_operation: BTreeMap<Resource, f64>,
    /// The file, in the exercise's folder, that allocates what is retained.
    pub file: PathBuf,
    /// The function in that file.
    pub function: String,
    /// Further files, in the exercise's folder, that must have growing lines: those of whatever
    /// holds what is retained, where that is allocated in lines of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_in: Vec<PathBuf>,
    /// Who keeps alive what stays: the first holder that is found. Not checked where it is not
    /// declared.
    pub holder: Option<Holder>,
}

/// The declared holder of what an exercise retains.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Holder {
    /// What gathers it.
    Place {
        /// The file, in the exercise's folder, that allocates the holder.
        file: PathBuf,
        /// The function in that file.
        function: String,
    },
    /// Blocks that hold each other.
    Ring {
        /// The functions that allocate the blocks of each step, in order; whichever comes first.
        ring: Vec<String>,
        /// The function whose step is the one to weaken.
        weaken: String,
    },
    /// What lies outside the exercise: a list of its runtime's, a static, a thread's stack.
    Outside {
        /// What follows "held" in the first line of the finding, from its beginning on as far as it is
        /// to be checked: `by the task list of the tokio runtime`, `by the static shop::CACHE`,
        /// `on the stack of main`.
        held: String,
    },
}

/// The declared fix of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The files, in the exercise's folder, in which the solution may differ.
    pub files: Vec<PathBuf>,
}

/// The declared growth of an exercise that does not leak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decoy {
    /// The resources that rise until they level off.
    pub resources: Vec<Resource>,
    /// The operations after which they rise no more.
    pub levels_off_after: u64,
    /// A run in which that cannot be seen.
    pub too_short: ShortRun,
}

/// A run that ends before its growth can be told from a leak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShortRun {
    /// Its rounds.
    pub rounds: usize,
    /// Operations in each of them; without the field, the exercise's own number.
    pub operations_per_round: Option<u64>,
    /// What the meter says after it, in all and of each declared resource.
    pub verdict: Verdict,
}

impl Exercise {
    /// Reads the text of an `exercise.toml`.
    ///
    /// # Errors
    /// When the text is not TOML, a field is missing, unknown or of the wrong type, or the tables
    /// do not say of which kind the exercise is.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        toml::from_str(text).context("exercise.toml cannot be read")
    }

    /// The resources that the metadata says something about: those that leak, or rise for a while.
    pub fn resources(&self) -> &[Resource] {
        match &self.kind {
            Kind::Leak { leak, .. } => &leak.resources,
            Kind::Decoy(decoy) => &decoy.resources,
        }
    }

    /// The files in which the solution may differ; a decoy has none.
    pub fn fixed_files(&self) -> &[PathBuf] {
        match &self.kind {
            Kind::Leak { fix, .. } => &fix.files,
            Kind::Decoy(_) => &[],
        }
    }
}

/// The fields as they stand in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    order: f64,
    title: String,
    service: String,
    summary: String,
    difficulty: Difficulty,
    minutes: u32,
    operations_per_round: u64,
    requests_per_second: f64,
    leak: Option<Leak>,
    fix: Option<Fix>,
    decoy: Option<Decoy>,
    load: Option<Load>,
}

impl TryFrom<Fields> for Exercise {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let kind = match (fields.leak, fields.fix, fields.decoy) {
            (Some(leak), Some(fix), None) => Kind::Leak { leak, fix },
            (None, None, Some(decoy)) => Kind::Decoy(decoy),
            (_, _, Some(_)) => {
                return Err("it has [decoy] beside [leak] or [fix]; a decoy does not leak and is \
                            not fixed, so remove the one or the others"
                    .to_owned());
            }
            (None, None, None) => {
                return Err(
                    "it does not say of which kind it is; add [leak] and [fix] if it leaks, \
                            or [decoy] if its growth is fine"
                        .to_owned(),
                );
            }
            (leak, _, None) => {
                let [has, lacks] = if leak.is_some() { ["leak", "fix"] } else { ["fix", "leak"] };
                return Err(format!("it has [{has}] and lacks [{lacks}]; what leaks has both"));
            }
        };
        Ok(Self {
            order: fields.order,
            title: fields.title,
            service: fields.service,
            summary: fields.summary,
            difficulty: fields.difficulty,
            minutes: fields.minutes,
            operations_per_round: fields.operations_per_round,
            requests_per_second: fields.requests_per_second,
            kind,
            load: fields.load,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "order = 2.5\ntitle = \"T\"\nservice = \"s\"\nsummary = \"S\"\n\
                        difficulty = \"Easy\"\nminutes = 10\noperations_per_round = 100\n\
                        requests_per_second = 1.0\n";
    const LEAK: &str = "[leak]\nresources = [\"live_blocks\"]\nfile = \"src/a.rs\"\n\
                        function = \"f\"\n";
    const FIX: &str = "[fix]\nfiles = [\"src/a.rs\"]\n";
    const DECOY: &str = "[decoy]\nresources = [\"live_bytes\"]\nlevels_off_after = 700\n\
                         too_short = { rounds = 12, verdict = \"undecided\" }\n";

    #[test]
    fn the_tables_say_of_which_kind_an_exercise_is() {
        let leak = Exercise::parse(&[HEAD, LEAK, FIX].concat()).unwrap();
        assert_eq!(leak.resources(), [Resource::LiveBlocks]);
        assert_eq!(leak.fixed_files(), [PathBuf::from("src/a.rs")]);
        let decoy = Exercise::parse(&[HEAD, DECOY].concat()).unwrap();
        assert_eq!(decoy.resources(), [Resource::LiveBytes]);
        assert!(decoy.fixed_files().is_empty());
        let Kind::Decoy(Decoy { too_short, .. }) = decoy.kind else { panic!("{decoy:?}") };
        assert_eq!((too_short.rounds, too_short.operations_per_round), (12, None));
        assert_eq!(too_short.verdict, Verdict::Undecided);
    }

    #[test]
    fn tables_that_say_two_kinds_or_none_are_refused_with_what_to_do() {
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
