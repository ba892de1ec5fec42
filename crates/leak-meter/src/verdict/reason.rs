//! Why a verdict was reached.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units;

/// Why a series has its verdict; printed as one sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Growing: it gained as much per round at the end as before.
    GainsLast {
        /// The rounds over which it did, up to the last one.
        rounds: usize,
    },
    /// Growing: a container doubled its room in each octave of the work.
    Doubles {
        /// The round that the comparison begins with: the third, or the first with anything live.
        first: usize,
        /// Bytes after that round.
        from: u64,
        /// Bytes at the end.
        to: u64,
        /// All rounds.
        rounds: usize,
    },
    /// Steady: the same reading in every round of the last part.
    Flat {
        /// The rounds of that part.
        rounds: usize,
    },
    /// Steady: nothing stands out from the noise.
    NoRise {
        /// The rounds of the last part, which decides.
        rounds: usize,
    },
    /// Steady: the last part rises by less than a tolerance.
    WithinTolerance {
        /// The tolerance, in the unit of the readings.
        tolerance: u64,
        /// The rounds of the last part.
        rounds: usize,
    },
    /// Undecided: too few rounds.
    TooFewRounds {
        /// The rounds that were run.
        rounds: usize,
        /// The rounds that a verdict needs.
        needed: usize,
    },
    /// Undecided: it rises, but the gains fade, as those of a cache that fills do.
    Fades {
        /// The rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rose and has stopped rising, too recently for Steady.
    Stopped {
        /// The rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rises at the end, no higher than it has been before.
    Swings {
        /// The rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rises at the end; too little to tell growth from chance or a fill.
    RisesAtEnd {
        /// The rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: a container doubled its room late in the run.
    LateDoubling {
        /// Bytes at the end.
        to: u64,
        /// The rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: only the total of live bytes grows, and neither the number of blocks nor a line does.
    OnlyTotalBytes,
    /// Undecided: growth does not stand out in the total, but a line of the program grows.
    HiddenByOthers,
    /// Steady: the container that holds the blocks of this line gives up as many blocks of other lines.
    Exchanged,
    /// Undecided: other lines freed as many blocks as this one allocated.
    PerhapsExchanged {
        /// Why it is unknown whether they are exchanged, as a sentence without a full stop.
        why: String,
    },
    /// It grew while blocks of other lines were freed, and not after these had run out.
    StoppedWithOthers {
        /// The round in which they had run out.
        round: usize,
    },
    /// Steady: it grows within the bound that was declared for it.
    WithinBound {
        /// The bound, in the unit of the readings.
        bound: u64,
    },
    /// Steady: what had grown went away in the rest after the load.
    ReleasedAtRest,
    /// Undecided: part of what had grown went away in the rest after the load.
    PartlyReleasedAtRest {
        /// The share that went away, from 0 to 1.
        share: f64,
    },
    /// Undecided: a container doubled its room in each octave of the work, but at most once since blocks of
    /// other lines went away.
    RoomKept,
    /// Undecided: the resource came close to its limit, so that it could not grow further.
    AtLimit {
        /// The limit.
        limit: u64,
    },
    /// Undecided: steady until the workload ended early.
    EndedEarly {
        /// Why it ended, as a sentence without a full stop.
        why: String,
    },
    /// Undecided: it was not measured in every round.
    NotMeasured {
        /// Why, as a sentence without a full stop.
        why: String,
    },
}

/// The form of a reason in a document: its kind and figures, with its sentence as `text`.
pub(crate) mod with_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Reason;

    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        reason: &'a Reason,
        text: String,
    }

    #[derive(Deserialize)]
    struct Read {
        #[serde(flatten)]
        reason: Reason,
    }

    pub(crate) fn serialize<S: Serializer>(
        reason: &Reason,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        Written { reason, text: reason.to_string() }.serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Reason, D::Error> {
        Read::deserialize(deserializer).map(|read| read.reason)
    }
}

const ROOM_KEPT: &str = "its room doubled with the work, but at most once since blocks of other lines went \
     away, as that of a container does that held them; if it did, declare a bound";

impl Reason {
    /// Whether the readings rise, in a way that leaves the verdict open.
    pub(crate) fn is_a_rise(&self) -> bool {
        matches!(
            self,
            Self::Fades { .. }
                | Self::Stopped { .. }
                | Self::Swings { .. }
                | Self::RisesAtEnd { .. }
                | Self::LateDoubling { .. }
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GainsLast { rounds } => write!(
                out,
                "it rises up to the end, and in the last {rounds} rounds its gains do not fade"
            ),
            Self::Doubles { first, from, to, rounds } => write!(
                out,
                "its room doubled with the work: {} at round {first}, {} at round {rounds}",
                units::bytes(*from as f64),
                units::bytes(*to as f64)
            ),
            Self::Flat { rounds } => {
                write!(out, "the same reading in each of the last {rounds} rounds")
            }
            Self::NoRise { rounds } => {
                write!(out, "no rise beyond the noise in the last {rounds} rounds")
            }
            Self::WithinTolerance { tolerance, rounds } => write!(
                out,
                "within {} over the last {rounds} rounds, which freed memory in the allocator's caches \
                 may account for",
                units::bytes(*tolerance as f64)
            ),
            Self::TooFewRounds { rounds, needed } => write!(
                out,
                "{rounds} {} too few to tell a leak from a warm-up; at least {needed} are required",
                if *rounds == 1 { "round is" } else { "rounds are" }
            ),
            Self::Fades { rounds_needed } => write!(
                out,
                "it rises, but its gains fade, as those of a filling cache do; a run of {rounds_needed} \
                 rounds may decide"
            ),
            Self::Stopped { rounds_needed } => write!(
                out,
                "it rose and then stopped, too recently to be sure; a run of {rounds_needed} rounds may \
                 decide"
            ),
            Self::Swings { rounds_needed } => write!(
                out,
                "it rises at the end, but no higher than it has been before; a run of {rounds_needed} \
                 rounds may decide"
            ),
            Self::RisesAtEnd { rounds_needed } => write!(
                out,
                "it rises at the end, too little or too late to tell growth from chance; a run of \
                 {rounds_needed} rounds, or more operations in each, may decide"
            ),
            Self::LateDoubling { to, rounds_needed } => write!(
                out,
                "one late step to {}, as of a container that doubles its room; a run of {rounds_needed} \
                 rounds may decide",
                units::bytes(*to as f64)
            ),
            Self::OnlyTotalBytes => write!(
                out,
                "only the total number of bytes grows; neither the number of blocks nor any line does"
            ),
            Self::HiddenByOthers => {
                write!(out, "growth does not stand out in the total, but lines of the program grow")
            }
            Self::Exchanged => write!(
                out,
                "it grew, but the same container freed as many blocks of other lines; together they are \
                 steady"
            ),
            Self::PerhapsExchanged { why } => write!(
                out,
                "other lines freed as many blocks as this one allocated, and whether one container \
                 exchanges them is not certain: {why}; a longer run may decide"
            ),
            Self::StoppedWithOthers { round } => write!(
                out,
                "it grew while blocks of other lines were freed, and not after these had run out in round \
                 {round}"
            ),
            Self::WithinBound { bound } => {
                write!(out, "it grows, within its declared bound of {bound}")
            }
            Self::ReleasedAtRest => {
                write!(out, "it grew, and all of it went away in the rest after the load")
            }
            Self::PartlyReleasedAtRest { share } => write!(
                out,
                "it grew, and {:.0} % of that went away in the rest after the load; a longer rest may \
                 decide",
                100.0 * share
            ),
            Self::RoomKept => out.write_str(ROOM_KEPT),
            Self::AtLimit { limit } => write!(
                out,
                "it came close to its limit of {}, so that it could not grow further",
                units::count(*limit)
            ),
            Self::EndedEarly { why } => write!(out, "steady until the workload ended early: {why}"),
            Self::NotMeasured { why } => write!(out, "{why}"),
        }
    }
}
