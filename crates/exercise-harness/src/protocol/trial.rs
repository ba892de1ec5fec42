//! The kinds of trials, and the names that suites give them.

/// The trial that soaks the service. Its verdict is the version's verdict.
pub const GROWTH: &str = "memory::growth";
/// The trial that measures memory while the load changes. Only some exercises have one.
pub const PHASES: &str = "memory::phases";
/// The trial that puts the service under full load. It is not listed.
pub const LOAD: &str = "load::full";
/// The beginning of the name of every behaviour trial.
pub const BEHAVIOUR_PREFIX: &str = "behaviour::";
/// The beginning of the name of every memory trial.
pub const MEMORY_PREFIX: &str = "memory::";
pub(crate) const BOUND_PREFIX: &str = "memory::bound_";

/// The kind of a listed trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrialKind {
    /// Passes on every version.
    Behaviour,
    /// Soaks the service.
    Growth,
    /// Measures a resource after a lot of work.
    Bound,
    /// Measures memory while the load changes.
    Phases,
}

impl TrialKind {
    /// The kind of the trial called `name`; `None` if no suite lists a trial of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            GROWTH => Some(Self::Growth),
            PHASES => Some(Self::Phases),
            _ if name.starts_with(BEHAVIOUR_PREFIX) => Some(Self::Behaviour),
            _ if name.starts_with(BOUND_PREFIX) => Some(Self::Bound),
            _ => None,
        }
    }
}
