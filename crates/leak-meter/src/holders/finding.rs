//! The result: plain values that can be serialised, printed and compared.

use serde::{Deserialize, Serialize};

/// What keeps the live blocks of some places alive.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Holders {
    /// The holders with the blocks that each one holds, most bytes first. Paths to less than a tenth of a
    /// place's blocks are left out.
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
    /// Live blocks that were left out because there were too many. In that case the places with the most
    /// blocks are sampled, and no block is reported as unheld.
    pub left_out: u64,
    /// Pointers between blocks.
    pub pointers: u64,
    /// Blocks that were freed or resized during the scan. They are left out.
    pub moved: u64,
    /// The duration of the scan, in milliseconds.
    pub milliseconds: u64,
    /// Whether the limit on time or pointers was reached before the scan was complete. In that case no block
    /// is reported as unheld.
    #[serde(default)]
    pub partial: bool,
    /// Whether the meter was built without optimisation, which makes a scan ten times slower.
    #[serde(default)]
    pub unoptimised: bool,
}

/// One holder, and the blocks that it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Finding {
    /// The blocks that are held, by allocating place, most bytes first.
    pub held: Vec<Held>,
    /// How they are held.
    pub hold: Hold,
    /// The holder, followed outwards by everything that holds it. For a ring: its steps in order, where each
    /// owns the next, and the last owns the first. Empty if a root is the holder.
    pub steps: Vec<Step>,
    /// How many bytes dropping the holder would free: its own and those that only it holds. This is less than
    /// it holds if other paths lead to the rest. An estimate if blocks were left out; zero if the time ran
    /// out.
    pub retained_bytes: u64,
    /// The number of blocks that dropping it would free.
    pub retained_blocks: u64,
}

/// How blocks are held.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Hold {
    /// By a static of the program or a library.
    Static {
        /// Its path; `None` if it has no symbol.
        name: Option<String>,
        /// The library's file name; `None` for the program itself.
        library: Option<String>,
    },
    /// By a thread-local value.
    ThreadLocal {
        /// Its path; `None` if it has no symbol.
        name: Option<String>,
        /// The thread's name.
        thread: String,
    },
    /// By a value on a thread's stack.
    Stack {
        /// The thread's name.
        thread: String,
        /// The function whose frame contains the value; `None` if frames cannot be distinguished.
        function: Option<String>,
        /// The function's file and the current line in it. `None` as above.
        place: Option<String>,
    },
    /// By values on the stacks of several threads, none of which holds most of the blocks.
    Stacks {
        /// The number of threads.
        threads: u64,
    },
    /// By a tokio runtime, which keeps a task until it ends.
    UnfinishedTask,
    /// By memory that was not allocated through the meter, such as memory of C code.
    Foreign,
    /// By nothing but each other: a ring.
    Ring,
    /// By nothing: an `Rc` or `Arc` counts more owners than there are pointers to it, so an owner was lost
    /// without decrementing the count (`mem::forget`, `into_raw`).
    LeakedCount,
    /// By nothing that was found: the blocks were forgotten, or their addresses are stored in another form.
    Nothing,
}

/// Blocks of one place in a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Held {
    /// The allocating function, as in a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// The number of blocks held this way.
    pub blocks: u64,
    /// The number of scanned blocks of this place.
    pub of: u64,
    /// The number of bytes held this way.
    pub bytes: u64,
    /// The steps between the blocks and the holder on most paths, from the blocks outwards.
    pub through: Vec<Step>,
}

/// Blocks that form one step on a path to the root, or in a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// The kind of block: a hash table, a vector, an `Rc`, ...
    pub what: String,
    /// The function that allocates them, chosen as for a [`Site`](crate::site::Site).
    pub function: String,
    /// Its file. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Whether the place is in the program's own packages.
    pub own: bool,
    /// The number of these blocks on the paths.
    pub blocks: u64,
    /// In a ring: whether to make this reference weak. The blocks of this step own those of the next one by a
    /// counted pointer (`Rc` or `Arc`); a weak one would break the cycle.
    pub weaken: bool,
}

impl Holders {
    /// A result that contains only the reason why there is none.
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
    /// The place to change: the step of a ring to weaken, otherwise the holder. `None` if a root itself is the
    /// holder.
    pub fn place(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.weaken).or(self.steps.first())
    }

    /// The bytes of all listed blocks.
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held.iter().map(|held| held.bytes).sum()
    }

    /// Whether it is a ring.
    pub fn is_ring(&self) -> bool {
        self.hold == Hold::Ring
    }
}
