//! The trials of one exercise, and the entry of its test binary.

use std::env;
use std::process::ExitCode;

use leak_meter::Report;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::alone::{self, Order};
use crate::child;
use crate::cleanup;
use crate::context::{Bound, Context, SoakSettings};
use crate::exercise::Exercise;
use crate::judge;
use crate::phases::Phases;

/// The name of the trial under full load, which no listing has.
pub const LOAD: &str = "load::full";

/// The trials of one exercise.
#[derive(Debug)]
#[must_use = "a suite does nothing until its main is called"]
pub struct Suite {
    /// The pattern's name, which is also the name of its folders.
    name: &'static str,
    exercise: Exercise,
    trials: Vec<Check>,
}

/// One trial: its full name and what it runs.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) work: Work,
}

/// What a trial runs, by its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work {
    /// Panics if the service does not do what it must.
    Behaviour(fn(&Context)),
    /// Soaks the service; passes if the verdict is Steady.
    Growth(fn(&Context) -> Report),
    /// Measures a resource after much work; passes within the limit.
    Bound(fn(&Context) -> Bound),
    /// Measures memory while the load changes; passes if operations leave no more than they may.
    Phases(fn(&Context) -> Phases),
}

impl Suite {
    /// A suite without trials, for the pattern `name` with the text of its `exercise.toml`.
    ///
    /// # Panics
    /// When the metadata is not valid: the pattern's crate is then wrong as it was built.
    pub fn new(name: &'static str, metadata: &str) -> Self {
        let exercise = Exercise::parse(metadata)
            .unwrap_or_else(|error| panic!("the metadata of {name} is not valid: {error:#}"));
        Self { name, exercise, trials: Vec::new() }
    }

    /// Adds `behaviour::<name>`: passes unless it panics.
    pub fn behaviour(self, name: &str, check: fn(&Context)) -> Self {
        self.with(format!("behaviour::{name}"), Work::Behaviour(check))
    }

    /// Adds `memory::growth`: passes if the soak's verdict is Steady.
    pub fn growth(self, soak: fn(&Context) -> Report) -> Self {
        self.with("memory::growth".to_owned(), Work::Growth(soak))
    }

    /// Adds `memory::bound_<name>`: passes if what it measures is within its limit.
    pub fn bound(self, name: &str, measure: fn(&Context) -> Bound) -> Self {
        self.with(format!("memory::bound_{name}"), Work::Bound(measure))
    }

    /// Adds `memory::phases`: passes if operations leave no more behind than they may.
    pub fn phases(self, measure: fn(&Context) -> Phases) -> Self {
        self.with("memory::phases".to_owned(), Work::Phases(measure))
    }

    /// Adds [`LOAD`], a soak under full load for a runner that asks for it. It is no test: it is not
    /// listed, and goes on until its process runs out of memory, if it does.
    pub fn load(self, soak: fn(&Context) -> Report) -> Self {
        self.with(LOAD.to_owned(), Work::Growth(soak))
    }

    fn with(mut self, name: String, work: Work) -> Self {
        self.trials.push(Check { name, work });
        self
    }

    /// Runs the trials that the command line asks for: as a standard test binary, or one trial
    /// alone for a runner that wants its events (see [`alone`]).
    pub fn main(self) -> ExitCode {
        if let Some(order) = Order::from_arguments(env::args()) {
            return match order {
                Ok(order) => child::run(&self.trials, &self.exercise, &order),
                Err(error) => {
                    eprintln!("This trial's order cannot be read: {error:#}");
                    ExitCode::from(2)
                }
            };
        }
        let arguments = Arguments::from_args();
        cleanup::on_signals();
        let Self { name, exercise, trials } = self;
        let trials = trials
            .into_iter()
            .filter(|check| check.name != LOAD)
            .map(|check| {
                let exercise = exercise.clone();
                Trial::test(check.name.clone(), move || run_trial(name, &exercise, &check))
            })
            .collect();
        libtest_mimic::run(&arguments, trials).exit_code()
    }
}

/// Runs one trial for the standard harness: a memory trial in a process of its own, so that
/// nothing else allocates beside it.
fn run_trial(name: &str, exercise: &Exercise, check: &Check) -> Result<(), Failed> {
    if let Work::Behaviour(behaviour) = check.work {
        let folder = cleanup::Folder::new()?;
        behaviour(&Context::new(folder.path().to_owned(), SoakSettings::default()));
        return Ok(());
    }
    let binary = env::current_exe()?;
    let ended = alone::run(&binary, &check.name, SoakSettings::default(), |_| {})?;
    judge::verdict_of(&ended, exercise).map_err(|sentence| {
        Failed::from(format!(
            "{sentence}\n\nTo see it beside the fixed version: cargo xtask run {name}"
        ))
    })
}
