//! What is told of who holds what: plain values that can be serialised, printed and compared.

use serde::{Deserialize, Serialize};

/// Who keeps the live blocks of some places alive.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Holders {
    /// The holders, each with all that it holds; what holds the most bytes first. Ways
    /// that account for less than a tenth of a place's blocks are left out.
    pub findings: Vec<Finding>,
    /// What was looked at. `None` if nothing could be.
    pub look: Option<Look>,
    /// Why there are no findings, where the platform or the moment did not allow a look. `None`
    /// otherwise.
    pub unavailable: Option<String>,
}

/// What a scan of the heap covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Look {
    /// Live blocks of the program that were taken in.
    pub blocks: u64,
    /// Live blocks that were left out because there were too many: the places with the most blocks
    /// are then judged by a sample, and "held by nothing" is not said.
    pub left_out: u64,
    /// Pointers from block to block.
    pub pointers: u64,
    /// Blocks that were given back or resized while it was looked: nothing is said of them.
    pub moved: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Whether the limit on the time, or on the pointers, was reached before the scan was complete: then
    /// "held by nothing" is not said.
    #[serde(default)]
    pub partial: bool,
    /// Whether the meter was built without optimisation, and this took ten times as long.
    #[serde(default)]
    pub unoptimised: bool,
}

/// One holder, and what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Finding {
    /// The blocks that are held, by the place that allocated them; most bytes first.
    pub held: Vec<Held>,
    /// How they are held.
    pub hold: Hold,
    /// The holder, and from it on, outwards, what holds it in turn. For a ring: its steps in order,
    /// each owning the next, the last one the first. Empty where a root itself is the holder.
    pub steps: Vec<Step>,
    /// How many bytes dropping the holder would free: of the holder and of all that nothing else
    /// holds. Less than is held where other ways lead there too. If blocks were left out, an
    /// estimate; zero if there was no time to find out.
    pub retained_bytes: u64,
    /// The blocks that these are.
    pub retained_blocks: u64,
}

/// In which way something is held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Hold {
    /// By a static of the program or a library.
    Static {
        /// Its path; `None` where there is no symbol for it.
        name: Option<String>,
        /// The library's file name; `None` for the program itself.
        library: Option<String>,
    },
    /// By a thread-local value.
    ThreadLocal {
        /// Its path; `None` where there is no symbol for it.
        name: Option<String>,
        /// The thread's name.
        thread: String,
    },
    /// By what lies on a thread's stack.
    Stack {
        /// The thread's name.
        thread: String,
        /// The function whose frame it is; `None` where frames cannot be told apart.
        function: Option<String>,
        /// The function's file and the line it was at. `None` as above.
        place: Option<String>,
    },
    /// By what lies on the stacks of several threads, none of which has most of it.
    Stacks {
        /// How many threads these are.
        threads: u64,
    },
    /// By a tokio runtime, which keeps a task until it ends.
    UnfinishedTask,
    /// By memory that was not allocated through the meter, for instance by C code.
    Foreign,
    /// By nothing but each other: a ring.
    Ring,
    /// By nobody, of an `Rc` or `Arc`: it counts more owners than there are pointers to it, so an owner
    /// went away without counting down (`mem::forget`, `into_raw`).
    LeakedCount,
    /// By nothing that was found: forgotten, or its address is kept in another form.
    Nothing,
}

/// Blocks of one place that a finding is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Held {
    /// The function that allocates, as in a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Blocks that are held so.
    pub blocks: u64,
    /// Blocks of the place that were looked at.
    pub of: u64,
    /// The bytes of those that are held so.
    pub bytes: u64,
    /// What stands between them and the holder, from them outwards, on most ways.
    pub through: Vec<Step>,
}

/// Blocks on the way, or in a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// What they are: a hash table, a vector, an `Rc`, ...
    pub what: String,
    /// The function that allocates them, chosen as for a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Whether that place lies in the program's own packages.
    pub own: bool,
    /// How many of them there are on these ways.
    pub blocks: u64,
    /// In a ring: whether this is the step to weaken. Its blocks own those of the next step by a
    /// counted pointer (of an `Rc` or `Arc`), and a weak one would open the ring.
    pub weaken: bool,
}

impl Holders {
    /// Nothing but the reason.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self { unavailable: Some(reason.into()), ..Self::default() }
    }
}

impl Hold {
    /// Whether no root leads to what is held so.
    #[cfg(feature = "holders")]
    pub(crate) fn is_by_no_root(&self) -> bool {
        matches!(self, Self::Foreign | Self::Ring | Self::LeakedCount | Self::Nothing)
    }
}

impl Finding {
    /// The place to change: the step to weaken of a ring, else the holder. `None` where a root
    /// itself is the holder.
    pub fn place(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.weaken).or(self.steps.first())
    }

    /// The bytes of all that is listed as held.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held.iter().map(|held| held.bytes).sum()
    }

    /// Whether it is a ring.
    pub fn is_ring(&self) -> bool {
        self.hold == Hold::Ring
    }
}
