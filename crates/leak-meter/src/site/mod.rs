//! Call sites: where the live blocks were allocated, round by round.
//!
//! # Layout
//! - `ledger`: each site's readings, round by round.
//! - `names`: resolves return addresses to functions, files and lines; `origin`: the code that these belong to;
//!   `source`: the functions in a source file, found from its `tokens`.
//! - `culprit`: the frame of a call stack that is responsible for an allocation.
//! - `frame`: a frame of a call stack; `stack`: a call stack as text.
//! - `nameless`: places without a name or a line, and the reasons; `signature`: identifies a stack in
//!   suppressions.
//! - `suppression`: places that may grow, by suppressions and declared bounds; `path`: matches functions by the
//!   end of their path.
//! - `capture`: output that the test harness captures; `harness`: the blocks of other tests.

#[cfg(feature = "soak")]
mod capture;
mod culprit;
mod frame;
#[cfg(feature = "soak")]
mod harness;
#[cfg(feature = "soak")]
mod ledger;
mod nameless;
mod names;
mod origin;
#[cfg(any(feature = "holders", feature = "soak"))]
mod path;
#[cfg(feature = "soak")]
mod signature;
mod source;
mod stack;
#[cfg(feature = "soak")]
mod suppression;
mod tokens;

use serde::{Deserialize, Serialize};

use crate::allocator::{self, Method, SiteId};
use crate::symbols;
#[cfg(feature = "soak")]
use crate::verdict::{Reason, Verdict};

#[cfg(feature = "soak")]
pub(crate) use capture::{is_captured_output, may_be_captured_output};
pub(crate) use culprit::culprit;
#[cfg(any(feature = "holders", feature = "soak"))]
pub(crate) use frame::short;
pub(crate) use frame::with_package;
pub use frame::{Frame, Owner, Package};
#[cfg(feature = "soak")]
pub(crate) use harness::SoakedTest;
#[cfg(feature = "soak")]
pub(crate) use ledger::{Excluded, History, Ledger, Reading};
pub(crate) use nameless::nameless;
#[cfg(feature = "soak")]
pub(crate) use nameless::why_no_line;
#[cfg(feature = "command")]
pub(crate) use names::Found;
pub(crate) use names::{Names, frames_at, outside_the_meter};
#[cfg(feature = "holders")]
pub(crate) use origin::relative;
pub use origin::workspace_folder;
#[cfg(feature = "holders")]
pub(crate) use path::ends_with_path;
#[cfg(feature = "soak")]
pub(crate) use signature::of_frames as signature_of;
pub(crate) use source::Sources;
pub(crate) use stack::{through, write_stack};
#[cfg(feature = "soak")]
pub(crate) use suppression::Suppressions;

/// A place in the program whose blocks stay, with the evidence.
#[cfg(feature = "soak")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Site {
    /// The allocating function: the innermost one in the program's own packages, otherwise in a dependency,
    /// otherwise the outermost one with a name.
    pub function: String,
    /// Its file, relative to the workspace if it is inside it. `None` without line tables.
    pub file: Option<String>,
    /// The line in that file. `None` without line tables.
    pub line: Option<u32>,
    /// Why the line is not known, in one sentence, with a remedy if there is one. `None` if the line is known.
    pub no_line: Option<String>,
    /// Whether the place is in the program's own packages.
    pub own: bool,
    /// The package of the place, if it is a dependency.
    pub package: Option<Package>,
    /// The granularity at which the growth is visible.
    pub grain: Grain,
    /// Growing or Undecided; places that are steady are not listed.
    pub verdict: Verdict,
    /// The reason for the verdict; for Undecided, with what may decide it.
    #[serde(with = "crate::verdict::with_text")]
    pub reason: Reason,
    /// Live blocks at the end that were allocated here.
    pub live_blocks: u64,
    /// Live bytes at the end that were allocated here.
    pub live_bytes: u64,
    /// Blocks retained per operation. `None` while undecided.
    pub blocks_per_operation: Option<f64>,
    /// Bytes retained per operation. `None` while undecided.
    pub bytes_per_operation: Option<f64>,
    /// The lower end of the 95 % interval of `bytes_per_operation`.
    pub bytes_low: Option<f64>,
    /// The upper end of the 95 % interval of `bytes_per_operation`.
    pub bytes_high: Option<f64>,
    /// How often blocks of this place were resized.
    pub reallocations: u64,
    /// Live bytes of this place at the end of each round.
    pub history: Vec<u64>,
    /// The complete call stack that allocates the most here, innermost first.
    pub stack: Vec<Frame>,
    /// The signature with which to [suppress](crate::Soak::suppressions) the place: 16 hexadecimal digits that
    /// stay the same as long as the functions on the call stack do. It is a hash of the program's own functions,
    /// or of all functions if there are none. `None` if no function has a name: such a place cannot be
    /// suppressed.
    pub signature: Option<String>,
}

#[cfg(feature = "soak")]
impl Site {
    /// The frame of a dependency through which the place allocates, if the place is in the program's own
    /// packages.
    pub fn through(&self) -> Option<&Frame> {
        stack::through(&self.stack, &self.function, self.line)
    }
}

/// The granularity at which growth is visible.
#[cfg(feature = "soak")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grain {
    /// A single call stack grows.
    CallStack,
    /// A line grows, but no single call stack through it grows by itself.
    Line,
}

/// How the call sites of a report were found, and whether they are complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Attribution {
    /// How call stacks were found.
    pub method: AttributionMethod,
    /// What to change to make the search faster or more exact, or what is wrong with the environment variable
    /// `LEAK_METER_ATTRIBUTION`. `None` if there is no advice.
    pub advice: Option<String>,
    /// The number of compared stacks on which frame pointers (on Windows, unwind tables) and the system's unwinder
    /// agreed.
    pub agreed: usize,
    /// The number of compared stacks on which they disagreed.
    pub disagreed: usize,
    /// The number of call sites seen.
    pub sites: usize,
    /// Allocations since the soak began whose site did not fit in the table. If there are any, nothing is
    /// Steady.
    pub sites_refused: usize,
    /// The meter's own memory on the program's heap, in bytes. No other figure includes it.
    pub meter_bytes: u64,
    /// The program's build ID in hexadecimal digits. It identifies the file with debug information in which the
    /// [addresses of frames](Frame::address) can be resolved later. `None` if the linker wrote none.
    pub build_id: Option<String>,
    /// Address space reserved for the meter's tables, in bytes; only the part that was used takes memory. At
    /// most 9 MB for the call sites, and 1.2 MB for each of at most 256 threads at once.
    pub table_bytes: u64,
}

/// How call stacks were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttributionMethod {
    /// They were not looked for.
    Off,
    /// With frame pointers: every package was built with them.
    FramePointers,
    /// With an unwinder, because frame pointers are missing. On Windows for x86-64, always: with the program's unwind
    /// tables, which are as quick to follow.
    Unwinder,
}

/// The configuration that builds every package with frame pointers.
const FRAME_POINTERS: &str = "rustflags = [\"-C\", \"force-frame-pointers=yes\"]";
/// The same flag for an environment variable.
const FRAME_POINTER_FLAG: &str = "-C force-frame-pointers=yes";

/// What to do if frame pointers are missing; `variable` overrides the configuration.
fn frame_pointer_advice(variable: Option<&str>) -> String {
    let missing = "frame pointers are missing, so call stacks were found by a slow unwinder; to make it fast,";
    format!("{missing} {}", frame_pointer_remedy(variable))
}

/// How to build with frame pointers; `variable` overrides the configuration.
fn frame_pointer_remedy(variable: Option<&str>) -> String {
    match variable {
        None => format!("write {FRAME_POINTERS} under [build] in .cargo/config.toml"),
        Some(variable) => format!(
            "add {FRAME_POINTER_FLAG} to the environment variable {variable}, which is set and takes the place of \
             all rustflags in .cargo/config.toml"
        ),
    }
}

/// How to build this program with frame pointers, as the end of a sentence.
pub(crate) fn how_to_build() -> String {
    frame_pointer_remedy(overriding_variable())
}

/// The environment variable that set the compiler flags when this program was built without frame pointers.
/// Cargo then ignores the flags in its configuration, even if the variable is empty.
fn overriding_variable() -> Option<&'static str> {
    let built = [
        ("CARGO_ENCODED_RUSTFLAGS", option_env!("CARGO_ENCODED_RUSTFLAGS")),
        ("RUSTFLAGS", option_env!("RUSTFLAGS")),
    ];
    let (variable, flags) = built.into_iter().find_map(|(name, flags)| Some((name, flags?)))?;
    (!flags.contains("force-frame-pointers")).then_some(variable)
}

/// How call sites are being found now.
pub(crate) fn attribution() -> Attribution {
    let walks = allocator::walks();
    let capacity = allocator::capacity();
    let (method, to_be_fast) = match allocator::method() {
        Method::Off => (AttributionMethod::Off, None),
        Method::FramePointers => (AttributionMethod::FramePointers, None),
        Method::Unwinder if allocator::UNWINDER_IS_CHEAP => (AttributionMethod::Unwinder, None),
        Method::Unwinder => {
            (AttributionMethod::Unwinder, Some(frame_pointer_advice(overriding_variable())))
        }
    };
    let advice = [allocator::environment_fault(), to_be_fast];
    let advice: Vec<String> = advice.into_iter().flatten().collect();
    Attribution {
        method,
        advice: (!advice.is_empty()).then(|| advice.join("; ")),
        agreed: walks.agreed,
        disagreed: walks.disagreed,
        sites: capacity.used,
        sites_refused: capacity.refused,
        meter_bytes: allocator::counts_of_site(SiteId::METER).live_bytes(),
        build_id: symbols::build_id(),
        table_bytes: allocator::mapped_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_names_the_variable_that_overrides_the_configuration() {
        let advice = frame_pointer_advice(Some("RUSTFLAGS"));
        assert!(
            advice
                .contains("add -C force-frame-pointers=yes to the environment variable RUSTFLAGS")
        );
        let advice = frame_pointer_advice(None);
        assert!(advice.contains("under [build] in .cargo/config.toml"), "{advice}");
        assert!(!advice.contains("variable"), "{advice}");
    }
}
