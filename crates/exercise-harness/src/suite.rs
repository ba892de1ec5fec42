//! The trials of one exercise, and the entry point of its test binary.

use std::env;
use std::process::ExitCode;

use leak_meter::Report;
use libtest_mimic::{Arguments, Failed};

use crate::child::context::Context;
use crate::child::request;
use crate::child::trial::{self, Trial, TrialFunction};
use crate::parent::{cleanup, explain, isolated};
use crate::protocol::bound::Bound;
use crate::protocol::exercise::Exercise;
use crate::protocol::phases::Phases;
use crate::protocol::request::SoakSettings;
use crate::protocol::trial::{BEHAVIOUR_PREFIX, BOUND_PREFIX, GROWTH, LOAD, PHASES};

/// The trials of one exercise.
#[derive(Debug)]
#[must_use = "a suite does nothing until its main is called"]
pub struct Suite {
    /// The pattern's name, which is also the name of its folders.
    name: &'static str,
    exercise: Exercise,
    trials: Vec<Trial>,
}

impl Suite {
    /// A suite without trials for the pattern `name`. `metadata` is the text of its
    /// `exercise.toml`.
    ///
    /// # Panics
    /// When the metadata is invalid.
    pub fn new(name: &'static str, metadata: &str) -> Self {
        let exercise = Exercise::parse(metadata)
            .unwrap_or_else(|error| panic!("the metadata of {name} is not valid: {error:#}"));
        Self { name, exercise, trials: Vec::new() }
    }

    /// Adds `behaviour::<name>`, which passes unless it panics.
    pub fn behaviour(self, name: &str, check: fn(&Context)) -> Self {
        self.with(format!("{BEHAVIOUR_PREFIX}{name}"), TrialFunction::Behaviour(check))
    }

    /// Adds `memory::growth`, which passes if the soak's verdict is Steady.
    pub fn growth(self, soak: fn(&Context) -> Report) -> Self {
        self.with(GROWTH.to_owned(), TrialFunction::Growth(soak))
    }

    /// Adds `memory::bound_<name>`, which passes if its measurement is within its limit.
    pub fn bound(self, name: &str, measure: fn(&Context) -> Bound) -> Self {
        self.with(format!("{BOUND_PREFIX}{name}"), TrialFunction::Bound(measure))
    }

    /// Adds what `add` adds, if this system has what it needs.
    pub fn when(self, is_available: bool, add: impl FnOnce(Self) -> Self) -> Self {
        if is_available { add(self) } else { self }
    }

    /// Adds `memory::phases`, which passes if operations retain no more than their limit.
    pub fn phases(self, measure: fn(&Context) -> Phases) -> Self {
        self.with(PHASES.to_owned(), TrialFunction::Phases(measure))
    }

    /// Adds [`LOAD`], a soak under full load. It is not a test, so it is not listed; the runner
    /// asks for it by name. A leaking service serves until its process is out of memory.
    pub fn load(self, soak: fn(&Context) -> Report) -> Self {
        self.with(LOAD.to_owned(), TrialFunction::Growth(soak))
    }

    fn with(mut self, name: String, function: TrialFunction) -> Self {
        self.trials.push(Trial { name, function });
        self
    }

    /// Runs the trials that the command line selects, as a standard test binary, or the one
    /// isolated trial that a parent requests.
    pub fn main(self) -> ExitCode {
        if let Some(request) = request::read(env::args()) {
            return match request {
                Ok(request) => trial::run(&self.trials, &self.exercise, &request),
                Err(error) => {
                    eprintln!("The trial request cannot be read: {error:#}");
                    ExitCode::from(2)
                }
            };
        }
        let arguments = Arguments::from_args();
        cleanup::install_signal_handler();
        let Self { name, exercise, trials } = self;
        let trials = trials
            .into_iter()
            .filter(|trial| trial.name != LOAD)
            .map(|trial| {
                let exercise = exercise.clone();
                libtest_mimic::Trial::test(trial.name.clone(), move || {
                    run_isolated(name, &exercise, &trial.name)
                })
            })
            .collect();
        libtest_mimic::run(&arguments, trials).exit_code()
    }
}

/// Runs one trial in its own process, so that no other trial allocates during it, and so that a
/// trial that ends its process does not end the others.
fn run_isolated(name: &str, exercise: &Exercise, trial: &str) -> Result<(), Failed> {
    let binary = env::current_exe()?;
    let run = isolated::run(&binary, trial, SoakSettings::default(), |_| {})?;
    if !run.output.is_empty() {
        eprintln!("{trial} printed:\n{}", run.output);
    }
    explain::verdict(&run, exercise).map_err(|sentence| {
        Failed::from(format!(
            "{sentence}\n\nTo see it beside the fixed version: cargo xtask run {name}"
        ))
    })
}
