//! The reasons for verdicts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units;

/// The reason for the verdict on a series; printed as one sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Growing: it gained as much per round at the end as before.
    GainsLast {
        /// The number of last rounds in which it did.
        rounds: usize,
    },
    /// Growing: a container doubled its capacity in each octave of the work.
    Doubles {
        /// The first round of the comparison: the third round, or the first one with live bytes.
        first: usize,
        /// Bytes after the first round of the comparison.
        from: u64,
        /// Bytes at the end.
        to: u64,
        /// The total number of rounds.
        rounds: usize,
    },
    /// Steady: the same reading in every round of the last part.
    Flat {
        /// The number of rounds in that part.
        rounds: usize,
    },
    /// Steady: nothing stands out from the noise.
    NoRise {
        /// The number of rounds in the last part, which decides.
        rounds: usize,
    },
    /// Steady: the last part rises by less than a tolerance.
    WithinTolerance {
        /// The tolerance, in the unit of the readings.
        tolerance: u64,
        /// The number of rounds in the last part.
        rounds: usize,
    },
    /// Undecided: too few rounds.
    TooFewRounds {
        /// The number of rounds that were run.
        rounds: usize,
        /// The number of rounds that a verdict requires.
        needed: usize,
    },
    /// Undecided: it rises, but the gains fade, as those of a filling cache do.
    Fades {
        /// The number of rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rose and has stopped rising, too recently for Steady.
    Stopped {
        /// The number of rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rises at the end, but no higher than before.
    Swings {
        /// The number of rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: it rises at the end, but too little to distinguish growth from chance or a fill.
    RisesAtEnd {
        /// The number of rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: a container doubled its capacity late in the run.
    LateDoubling {
        /// Bytes at the end.
        to: u64,
        /// The number of rounds that may decide.
        rounds_needed: usize,
    },
    /// Undecided: only the total of live bytes grows, but neither the number of blocks nor any line does.
    OnlyTotalBytes,
    /// Undecided: growth is not visible in the total, but a line of the program grows.
    HiddenByOthers,
    /// Steady: the container that holds the blocks of this line frees the same number of blocks of other
    /// lines.
    Exchanged,
    /// Undecided: other lines freed as many blocks as this one allocated.
    PerhapsExchanged {
        /// Why it is unknown whether the blocks are exchanged, as a sentence without a full stop.
        why: String,
    },
    /// It grew while blocks of other lines were freed, but not after these had run out.
    StoppedWithOthers {
        /// The round in which they had run out.
        round: usize,
    },
    /// Steady: it grows within its declared bound.
    WithinBound {
        /// The bound, in the unit of the readings.
        bound: u64,
    },
    /// Steady: the growth was released in the rest after the load.
    ReleasedAtRest,
    /// Undecided: part of the growth was released in the rest after the load.
    PartlyReleasedAtRest {
        /// The share that was released, from 0 to 1.
        share: f64,
    },
    /// Undecided: a container doubled its capacity in each octave of the work, but at most once since
    /// blocks of other lines were freed.
    RoomKept,
    /// Undecided: the resource came close to its limit, so it could not grow further.
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

/// The representation of a reason in a document: its kind and figures, and its sentence as `text`.
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

const ROOM_KEPT: &str = "its capacity doubled with the work, but at most once since blocks of other lines were \
     freed, as happens if one container held them; if so, declare a bound";

impl Reason {
    /// Whether the readings rise in a way that leaves the verdict open.
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
                "its capacity doubled with the work: {} at round {first}, {} at round {rounds}",
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
                "it rises at the end, but too little or too late to tell growth from chance; a run of \
                 {rounds_needed} rounds, or more operations in each, may decide"
            ),
            Self::LateDoubling { to, rounds_needed } => write!(
                out,
                "one late step to {}, as when a container doubles its capacity; a run of {rounds_needed} \
                 rounds may decide",
                units::bytes(*to as f64)
            ),
            Self::OnlyTotalBytes => write!(
                out,
                "only the total number of bytes grows; neither the number of blocks nor any line does"
            ),
            Self::HiddenByOthers => {
                write!(out, "growth is not visible in the total, but lines of the program grow")
            }
            Self::Exchanged => write!(
                out,
                "it grew, but the same container freed as many blocks of other lines; together they are \
                 steady"
            ),
            Self::PerhapsExchanged { why } => write!(
                out,
                "other lines freed as many blocks as this one allocated, but it is not certain that one \
                 container exchanges them: {why}; a longer run may decide"
            ),
            Self::StoppedWithOthers { round } => write!(
                out,
                "it grew while blocks of other lines were freed, but not after these had run out in round \
                 {round}"
            ),
            Self::WithinBound { bound } => {
                write!(out, "it grows, within its declared bound of {bound}")
            }
            Self::ReleasedAtRest => {
                write!(out, "it grew, and all of it was released in the rest after the load")
            }
            Self::PartlyReleasedAtRest { share } => write!(
                out,
                "it grew, and {:.0} % of that was released in the rest after the load; a longer rest may \
                 decide",
                100.0 * share
            ),
            Self::RoomKept => out.write_str(ROOM_KEPT),
            Self::AtLimit { limit } => write!(
                out,
                "it came close to its limit of {}, so it could not grow further",
                units::count(*limit)
            ),
            Self::EndedEarly { why } => write!(out, "steady until the workload ended early: {why}"),
            Self::NotMeasured { why } => write!(out, "{why}"),
        }
    }
}
