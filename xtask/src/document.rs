//! What `run` found, as plain data: the text shows it, and `--format json` prints it.
//!
//! The document is versioned by [`FORMAT`]. Adding a field keeps the number; a field that changes
//! its meaning or goes away raises it. What is not available is `null` (or missing from a map or a
//! list that says so), never 0.

use std::collections::BTreeMap;

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{Ending, TrialRun};
use exercise_harness::{Exercise, Phases, explain};
use leak_meter::report::{GaugeGrowth, Suppressed};
use leak_meter::site::{Attribution, Site};
use leak_meter::{Growth, Holders, Report, Resource, Round, Verdict};
use serde::Serialize;

use crate::workspace::Version;

/// The version of the document.
pub const FORMAT: u32 = 3;

/// The whole document: one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The version of the document: [`FORMAT`].
    pub format: u32,
    /// The chosen exercises, in the order of teaching.
    pub exercises: Vec<ExerciseResult>,
}

/// What was found of one exercise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExerciseResult {
    /// The exercise's name, which is also that of its folders.
    pub exercise: String,
    /// The rate that the times to out-of-memory are stated for, in operations per second.
    pub requests_per_second: f64,
    /// The chosen versions: `exercise` before `solution`.
    pub versions: Vec<VersionResult>,
}

/// What was found of one version of an exercise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionResult {
    /// Which version: `exercise` or `solution`.
    pub version: Version,
    /// How its measurement ended.
    pub outcome: Outcome,
    /// What happened, in sentences, the compiler's own message or the end of what it printed
    /// included. `null` if the outcome is `measured`.
    pub message: Option<String>,
    /// `growing`, `steady` or `undecided`. `null` unless the outcome is `measured`.
    pub verdict: Option<Verdict>,
    /// The seed that the operations' random choices came from; with it and the same numbers of
    /// rounds and operations, the run is repeated. `null` unless the outcome is `measured`.
    pub seed: Option<u64>,
    /// Every round, the warm-up included, in order. `operations`, `allocations`, `deallocations`
    /// and `reallocations` (each a count) and `nanoseconds` are of this round; the other numbers
    /// are readings at its end: counts, or bytes where the name says so, `null` where not
    /// available. `settled` is whether the counts had come to rest. If the outcome is `panicked`,
    /// `timed_out`, `exited` or `aborted`: the rounds up to then. Empty for `did_not_build` and
    /// `malformed`.
    pub rounds: Vec<Round>,
    /// Resources that could not be measured, each with the reason: their readings are `null`, and
    /// `growth` has no entry for them. Empty unless the outcome is `measured`.
    pub unavailable: BTreeMap<Resource, String>,
    /// For each measured resource its own `verdict` with its `reason` (its `kind`, its figures, and
    /// its sentence as `text`), and its growth in blocks, bytes, files, ... per operation (resident
    /// memory is read and never judged, so it has none): the mean gain (`per_operation`) and its 95 %
    /// interval (`low`, `high`), `null` while undecided; and the `detection_limit`, the growth that such a
    /// run finds in at least 95 % of cases, `null` unless steady. Empty unless the outcome is `measured`.
    pub growth: Vec<Growth>,
    /// The same for each gauge of the program's own, by its `name`, in the gauge's unit, with its
    /// `readings` after each round. Empty without gauges, or unless the outcome is `measured`.
    pub gauges: Vec<GaugeGrowth>,
    /// The lines that grow or may grow: those of the standard library last; of the others growing ones
    /// first, then those of the program's own packages (`own`), then by `bytes_per_operation`; the first
    /// growing one is the finding. Each has its `function`, the `package` of a dependency (its `name` and
    /// `version`, `null` where the path does not tell) and, where line tables tell, `file` (relative to the workspace) and
    /// `line`, else `no_line`, why not; `grain` (`call_stack`, or `line` if none of its stacks grows by itself), `verdict`
    /// and `reason`; at the end `live_blocks`, `live_bytes` and `reallocations` so far; the growth
    /// `blocks_per_operation` and `bytes_per_operation`, and the latter's 95 % interval (`bytes_low`,
    /// `bytes_high`), each `null` while undecided; `history`, its live bytes after each round; the whole `stack`, innermost call first, each frame with its
    /// `function`, `file`, `line`, `address` in the program's file, `owner` (`program`, `tests`, `dependency`,
    /// `standard`, `system`, `meter` or `unknown`) and `package`; and a
    /// `signature` that stays while the functions on the way do, `null` where none has a name. Steady lines are not listed; empty
    /// unless the outcome is `measured`.
    pub sites: Vec<Site>,
    /// Who keeps the blocks of the growing lines alive: `findings`, the weightiest first, each with what is `held` (its `function`, `file` and `line`, how many `blocks` are held
    /// so `of` those looked at, their `bytes`, and the steps `through` which), how (`hold`, by its
    /// `kind`: `static`, `thread_local`, `stack`, `stacks` of several threads, `unfinished_task` of a tokio
    /// runtime, `foreign`, `ring`, `leaked_count`, `nothing`, with names where there are any), the `steps` from the holder outwards (of a ring: in order, the one to
    /// `weaken` marked), and what dropping it would free (`retained_bytes`, `retained_blocks`); the
    /// `look`, what was looked at; and why there is none (`unavailable`). `null` if nothing grows, or
    /// unless the outcome is `measured`.
    pub holders: Option<Holders>,
    /// Lines that grow and are allowed to, each a `site` as above with the `reason`: suppressions and
    /// declared bounds. Empty unless the outcome is `measured`.
    pub suppressed: Vec<Suppressed>,
    /// Suppressions that matched nothing that grew, each as `signature (reason)`. Empty unless the
    /// outcome is `measured`.
    pub unmatched_suppressions: Vec<String>,
    /// Bytes live at the end that other tests of the same process allocated, which no other figure
    /// blames on this one. 0 in a process of its own. `null` unless the outcome is `measured`.
    pub other_tests_bytes: Option<u64>,
    /// Bytes live at the end of output that the test harness captured, which no other figure blames on
    /// the program. 0 if it captured none. `null` unless the outcome is `measured`.
    pub captured_output_bytes: Option<u64>,
    /// How the lines were found: the `method` (`frame_pointers`, `unwinder` or `off`), `advice` on
    /// how to do better (`null` if there is none), how many stacks `agreed` and `disagreed` where
    /// both methods were compared, the call `sites` seen and those `sites_refused` for want of room
    /// (then nothing is steady), and `meter_bytes`, the meter's own memory, which is in no other
    /// figure, `build_id`, the program's build ID (`null` if the linker wrote none), and
    /// `table_bytes`, the address space of its tables. `null` unless the outcome is `measured`.
    pub attribution: Option<Attribution>,
    /// Why the workload ended before its last round. `null` if it did not, or if the outcome is
    /// not `measured`.
    pub stopped: Option<String>,
    /// The names of the programs that it had started and that did not end with it; they were ended.
    pub left_running: Vec<String>,
    /// How long the bug report's server lives at this growth and at `requests_per_second`, in
    /// seconds. `null` unless live bytes are found to grow.
    pub seconds_to_out_of_memory: Option<f64>,
    /// Memory while the load changes: the `phases` of the trial in order, each with its `name`,
    /// `operations`, `nanoseconds`, and the live bytes before and after it (`bytes_before`,
    /// `bytes_after`); and the most live bytes that an operation may leave behind
    /// (`limit_per_operation`). `null` if the exercise has no such trial, or it came to no end.
    pub phases: Option<Phases>,
    /// Why `phases` came to no end, in sentences. `null` if they did, or there are none.
    pub phases_message: Option<String>,
}

/// How the measurement of a version ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// To its end: there is a verdict.
    Measured,
    /// It was not begun: the compiler refused the version, or one of its dependencies.
    DidNotBuild,
    /// By a panic.
    Panicked,
    /// It fell silent or took too long.
    TimedOut,
    /// Its process ended itself.
    Exited,
    /// A signal ended its process.
    Aborted,
    /// It streamed something that is not a measurement.
    Malformed,
}

impl ExerciseResult {
    /// The result of one version, if it was chosen.
    pub fn version(&self, version: Version) -> Option<&VersionResult> {
        self.versions.iter().find(|result| result.version == version)
    }

    /// Whether every chosen version ended with a verdict.
    pub fn is_measured(&self) -> bool {
        self.versions.iter().all(|version| version.outcome == Outcome::Measured)
    }
}

impl VersionResult {
    /// A version that did not build, in the compiler's words.
    pub fn not_built(version: Version, message: &str) -> Self {
        Self {
            version,
            outcome: Outcome::DidNotBuild,
            message: Some(message.trim().to_owned()),
            verdict: None,
            seed: None,
            rounds: Vec::new(),
            unavailable: BTreeMap::new(),
            growth: Vec::new(),
            gauges: Vec::new(),
            sites: Vec::new(),
            holders: None,
            suppressed: Vec::new(),
            unmatched_suppressions: Vec::new(),
            other_tests_bytes: None,
            captured_output_bytes: None,
            attribution: None,
            stopped: None,
            left_running: Vec::new(),
            seconds_to_out_of_memory: None,
            phases: None,
            phases_message: None,
        }
    }

    /// A version whose trial of growth was run.
    pub fn of(version: Version, ended: &TrialRun, exercise: &Exercise, rate: f64) -> Self {
        let outcome = match &ended.ending {
            Ending::Completed(TrialOutcome::Soaked { report }) => {
                return Self::measured(version, report, &ended.left_running, rate);
            }
            Ending::Completed(TrialOutcome::Panicked { .. }) => Outcome::Panicked,
            Ending::Completed(
                TrialOutcome::Behaved | TrialOutcome::Bounded { .. } | TrialOutcome::Phased { .. },
            )
            | Ending::Malformed { .. } => Outcome::Malformed,
            // Also what the harness has ended by a signal, because it printed too much.
            Ending::Aborted { .. }
            | Ending::OutOfMemory
            | Ending::StackOverflowed
            | Ending::Flooded => Outcome::Aborted,
            Ending::Exited { .. } => Outcome::Exited,
            Ending::TimedOut { .. } => Outcome::TimedOut,
        };
        let message = explain::verdict(ended, exercise).err();
        let message =
            message.unwrap_or_else(|| "`memory::growth` did not produce a soak report.".to_owned());
        let rounds = if outcome == Outcome::Malformed { Vec::new() } else { ended.rounds.clone() };
        let left_running = ended.left_running.clone();
        Self { outcome, rounds, left_running, ..Self::not_built(version, &message) }
    }

    fn measured(version: Version, report: &Report, left_running: &[String], rate: f64) -> Self {
        Self {
            version,
            outcome: Outcome::Measured,
            message: None,
            verdict: Some(report.verdict),
            seed: Some(report.seed),
            rounds: report.rounds.clone(),
            unavailable: report.unavailable.clone(),
            growth: report.growth.clone(),
            gauges: report.gauges.clone(),
            sites: report.sites.clone(),
            holders: report.holders.clone(),
            suppressed: report.suppressed.clone(),
            unmatched_suppressions: report.unmatched_suppressions.clone(),
            other_tests_bytes: Some(report.other_tests_bytes),
            captured_output_bytes: Some(report.captured_output_bytes),
            attribution: Some(report.attribution.clone()),
            stopped: report.stopped.clone(),
            left_running: left_running.to_vec(),
            seconds_to_out_of_memory: explain::time_to_out_of_memory(report, rate)
                .map(|time| time.as_secs_f64()),
            phases: None,
            phases_message: None,
        }
    }

    /// The findings that grow, those of `first` before the others.
    pub fn growing(&self, first: &[Resource]) -> Vec<&Growth> {
        let growing = |growth: &&Growth| growth.verdict == Verdict::Growing;
        let mut found: Vec<&Growth> = self.growth.iter().filter(growing).collect();
        let place = |growth: &&Growth| first.iter().position(|one| *one == growth.resource);
        found.sort_by_key(|growth| place(growth).unwrap_or(usize::MAX));
        found
    }
}
