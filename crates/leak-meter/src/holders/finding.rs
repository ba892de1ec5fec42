//! The result: plain values that can be serialised, printed and compared.

use serde::{Deserialize, Serialize};

/// Who keeps the live blocks of some places alive.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Holders {
    /// The holders with what each one holds, most bytes first. Paths to less than a tenth of a place's blocks
    /// are left out.
    pub findings: Vec<Finding>,
    /// What the scan covered. `None` if there was no scan.
    pub look: Option<Look>,
    /// Why the heap could not be scanned. `None` if it was.
    pub unavailable: Option<String>,
}

/// What a scan of the heap covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Look {
    /// Live blocks of the program that were scanned.
    pub blocks: u64,
    /// Live blocks that were left out because there were too many. The places with the most blocks are then
    /// sampled, and no block is reported as unheld.
    pub left_out: u64,
    /// Pointers from block to block.
    pub pointers: u64,
    /// Blocks that were freed or resized during the scan. They are left out.
    pub moved: u64,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Whether the limit on time or pointers was reached before the scan was complete. Then no block is
    /// reported as unheld.
    #[serde(default)]
    pub partial: bool,
    /// Whether the meter was built without optimisation, which makes a scan take ten times as long.
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
    /// The holder, followed outwards by what holds it. For a ring: its steps in order, each owning the next,
    /// and the last one the first. Empty if a root is the holder.
    pub steps: Vec<Step>,
    /// How many bytes dropping the holder would free: its own and those of everything that only it holds. Less
    /// than it holds where other paths lead to the rest. An estimate if blocks were left out; zero if the time
    /// ran out.
    pub retained_bytes: u64,
    /// The number of those blocks.
    pub retained_blocks: u64,
}

/// How blocks are held.
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
    /// By a value on a thread's stack.
    Stack {
        /// The thread's name.
        thread: String,
        /// The function whose frame it is; `None` where frames cannot be distinguished.
        function: Option<String>,
        /// The function's file and the line it was at. `None` as above.
        place: Option<String>,
    },
    /// By values on the stacks of several threads, none of which holds most of the blocks.
    Stacks {
        /// How many threads.
        threads: u64,
    },
    /// By a tokio runtime, which keeps a task until it ends.
    UnfinishedTask,
    /// By memory that was not allocated through the meter, for instance by C code.
    Foreign,
    /// By nothing but each other: a ring.
    Ring,
    /// By nobody: an `Rc` or `Arc` counts more owners than there are pointers to it, so an owner went away
    /// without counting down (`mem::forget`, `into_raw`).
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
    /// Blocks that are held this way.
    pub blocks: u64,
    /// Scanned blocks of the place.
    pub of: u64,
    /// Bytes that are held this way.
    pub bytes: u64,
    /// What lies between them and the holder, on most paths, from them outwards.
    pub through: Vec<Step>,
}

/// Blocks on a path to the root, or in a ring.
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
    /// How many of them lie on these paths.
    pub blocks: u64,
    /// In a ring: whether to make this reference weak. Its blocks own those of the next step by a counted
    /// pointer (`Rc` or `Arc`); a weak one would break the cycle.
    pub weaken: bool,
}

impl Holders {
    /// Nothing but the reason.
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self { unavailable: Some(reason.into()), ..Self::default() }
    }
}

impl Hold {
    /// Whether no root leads to the held blocks.
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

    /// The bytes of all held blocks that are listed.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held.iter().map(|held| held.bytes).sum()
    }

    /// Whether it is a ring.
    pub fn is_ring(&self) -> bool {
        self.hold == Hold::Ring
    }
}
