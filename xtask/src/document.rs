//! The results of `run` as plain data: shown as text, or printed by `--format json`.
//!
//! The document is versioned by [`FORMAT`]. A new field keeps the number; a field that changes its
//! meaning or is removed raises it. A value that is not available is `null` (or missing from a map
//! or a list that is documented so), never 0.

use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{Ending, LeftBehind, TrialRun};
use exercise_harness::{Exercise, Phases, explain};
use leak_meter::site::Site;
use leak_meter::{Growth, Holders, Report, Resource, Round, Verdict};
use serde::Serialize;
use serde_json::Value;

use crate::judgement;
use crate::workspace::Version;

/// The version of the document.
pub const FORMAT: u32 = 5;

/// The whole document: one object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The version of the document: [`FORMAT`].
    pub format: u32,
    /// The selected exercises, in teaching order.
    pub exercises: Vec<ExerciseResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExerciseResult {
    /// The exercise's name, which is also the name of its folders.
    pub exercise: String,
    /// Whether the learner has judged it, or has asked to reveal it. If not, only the learner's version is
    /// measured, and every `verdict` and what follows from it (`reason`, `per_operation`, `low`, `high`,
    /// `detection_limit`, `holders`, `seconds_to_out_of_memory`, and with more than 11 rounds `sites`) is
    /// `null`.
    pub is_judged: bool,
    /// The rate that the times to out-of-memory are stated for, in operations per second.
    pub requests_per_second: f64,
    /// The selected versions, in this order: `shipped`, `exercise`, `solution`.
    pub versions: Vec<VersionResult>,
}

/// The result of one version of an exercise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionResult {
    /// Which version: `shipped`, `exercise` or `solution`.
    pub version: Version,
    /// How its measurement ended.
    pub outcome: VersionOutcome,
    /// What happened, in sentences, with the compiler's message or the end of the trial's output.
    /// `null` if the outcome is `measured`.
    pub message: Option<String>,
    /// The report of the growth trial. `null` unless the outcome is `measured`. Its fields:
    ///
    /// - `verdict`: `growing`, `steady` or `undecided`.
    /// - `seed` of the operations' random choices. The same seed gives the same operations; how many of
    ///   them are run depends on the machine, unless both numbers are given.
    /// - `rounds`: every round, the warm-up included, in order. `operations`, `allocations`,
    ///   `deallocations` and `reallocations` (each a count) and `nanoseconds` cover this round; the
    ///   other numbers are readings at its end: counts, or bytes if the name says so, `null` if not
    ///   available. `settled` is whether the counts had stopped changing. `after_rest`: the same
    ///   after the rest that followed the load, `null` if there was none.
    /// - `unavailable`: resources that could not be measured, each with the reason: their readings
    ///   are `null`, and `growth` has no entry for them.
    /// - `growth`: for each measured resource except resident memory, which is never judged: its
    ///   `verdict` with the `reason` (`kind`, figures, and a sentence as `text`), and its growth in
    ///   blocks, bytes, files, ... per operation: the mean (`per_operation`) and its 95 % interval
    ///   (`low`, `high`), `null` while undecided; and the `detection_limit`, the growth that such a
    ///   run finds in at least 95 % of cases, `null` unless steady. `gauges`: the same for each of
    ///   the program's own gauges, by `name`, with its `readings` after each round.
    /// - `open_files`: what the descriptors are open on whose number rose: the `group`, and how many
    ///   were open after the `first` and after the `last` round.
    /// - `sites`: the lines that grow or may grow. Those of the standard library come last; of the
    ///   others, growing ones come first, then those of the program's own packages (`own`), then the
    ///   larger `bytes_per_operation`. The first growing line is the finding. Each line has
    ///   - `function`; `package`, for a dependency, with `name` and `version` (`null` if its path
    ///     does not tell); `file` (relative to the workspace) and `line`, or `no_line`, why they are
    ///     missing;
    ///   - `grain` (`call_stack`, or `line` if none of its call stacks grows by itself), `verdict`,
    ///     `reason`;
    ///   - at the end of the run: `live_blocks`, `live_bytes`, and the number of `reallocations`;
    ///   - the growth `blocks_per_operation` and `bytes_per_operation`, and the 95 % interval of the
    ///     latter (`bytes_low`, `bytes_high`), each `null` while undecided; `history`, its live bytes
    ///     after each round;
    ///   - the whole `stack`, innermost call first, each frame with `function`, `file`, `line`,
    ///     `address` in the program's file, `owner` (`program`, `tests`, `dependency`, `standard`,
    ///     `system`, `meter` or `unknown`) and `package`;
    ///   - `signature`, which stays the same as long as the functions in the stack do, `null` if none
    ///     has a name.
    /// - `holders`: what keeps the blocks of the growing lines alive; `null` if nothing grows. The
    ///   `findings`, the largest first, each with
    ///   - `held`: for each line its `function`, `file` and `line`, how many `blocks` are held `of`
    ///     those examined, their `bytes`, and the steps `through` which they are held;
    ///   - `hold`, by its `kind`: `static`, `thread_local`, `stack`, `stacks` of several threads,
    ///     `unfinished_task` of a tokio runtime, `foreign`, `ring`, `leaked_count` or `nothing`, with
    ///     names if there are any;
    ///   - `steps`, from the holder outwards; those of a ring in order, with the one to `weaken`
    ///     marked;
    ///   - `retained_bytes` and `retained_blocks`, which dropping the holder would free.
    ///
    ///   `look` describes the scan; `unavailable` is why there is none.
    /// - `suppressed`: growing lines that a suppression or a declared bound allows, each a `site` as
    ///   above with the `reason`. `unmatched_suppressions`: suppressions that matched no growing line,
    ///   each as `signature (reason)`.
    /// - `other_tests_bytes`: bytes live at the end that other tests in the same process allocated;
    ///   `captured_output_bytes`: bytes that hold output captured by the test harness. No other
    ///   figure contains either.
    /// - `attribution`: how the lines were found: the `method` (`frame_pointers`, `unwinder` or
    ///   `off`); `advice` on how to improve it (`null` if there is none); how many stacks `agreed`
    ///   and `disagreed` where both methods were compared; the call `sites` seen, and the
    ///   `sites_refused` for lack of room (then nothing is steady); `meter_bytes`, the meter's own
    ///   memory, which no other figure contains; `build_id`, the program's build ID (`null` if the
    ///   linker wrote none); and `table_bytes`, the address space of the meter's tables.
    /// - `stopped`: why the workload stopped before its last round; `ended_early`: which resource
    ///   came near its limit, so that the load was ended. Each `null` if it was not so.
    pub report: Option<Report>,
    /// If the outcome is `panicked`, `timed_out`, `exited` or `aborted`: the rounds up to then, as in
    /// the report.
    pub rounds_until_failure: Vec<Round>,
    /// What the trial left behind: `left_running`, the names of programs, which were ended; and
    /// `left_files`, the names of files and folders in the trial's own folder for temporary files
    /// and current folder, which were removed.
    #[serde(flatten)]
    pub left_behind: LeftBehind,
    /// The time until the bug report's server is out of memory, at this growth and at
    /// `requests_per_second`, in seconds. `null` unless live bytes grow.
    pub seconds_to_out_of_memory: Option<f64>,
    /// Memory while the load changes: the `phases` in order, each with its `name`, `operations`,
    /// `nanoseconds`, and the live bytes before and after it (`bytes_before`, `bytes_after`); and
    /// the limit of live bytes that an operation may leave behind (`limit_per_operation`). `null`
    /// if the exercise has no such trial, or it did not complete.
    pub phases: Option<Phases>,
    /// Why the phases did not complete, in sentences. `null` if they did, or there are none.
    pub phases_message: Option<String>,
}

/// How the measurement of a version ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionOutcome {
    /// It completed: there is a verdict.
    Measured,
    /// The version, or one of its dependencies, did not compile.
    DidNotBuild,
    Panicked,
    /// It was silent for too long, or took too long.
    TimedOut,
    /// Its process ended itself.
    Exited,
    /// A signal ended its process.
    Aborted,
    /// It produced an invalid event stream.
    Malformed,
}

impl Document {
    /// The document as JSON, without what would tell whether an exercise that is not judged leaks.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        let mut json = serde_json::to_value(self)?;
        let exercises = json["exercises"].as_array_mut().into_iter().flatten();
        for exercise in exercises.filter(|exercise| exercise["is_judged"] == false) {
            judgement::withhold(exercise);
        }
        Ok(json)
    }
}

impl ExerciseResult {
    /// The result of `version`, if it was selected.
    pub fn version(&self, version: Version) -> Option<&VersionResult> {
        self.versions.iter().find(|result| result.version == version)
    }

    /// Whether every selected version has a verdict.
    pub fn is_measured(&self) -> bool {
        self.versions.iter().all(|version| version.outcome == VersionOutcome::Measured)
    }
}

impl VersionResult {
    /// The result of a version that did not build, with the compiler's message.
    pub fn not_built(version: Version, message: &str) -> Self {
        Self {
            version,
            outcome: VersionOutcome::DidNotBuild,
            message: Some(message.trim().to_owned()),
            report: None,
            rounds_until_failure: Vec::new(),
            left_behind: LeftBehind::default(),
            seconds_to_out_of_memory: None,
            phases: None,
            phases_message: None,
        }
    }

    /// The result of a version from its growth trial.
    pub fn of_trial(version: Version, ended: &TrialRun, exercise: &Exercise, rate: f64) -> Self {
        let outcome = match &ended.ending {
            Ending::Completed(TrialOutcome::Soaked { report }) => {
                return Self::measured(version, report, &ended.left_behind, rate);
            }
            Ending::Completed(TrialOutcome::Panicked { .. }) => VersionOutcome::Panicked,
            Ending::Completed(_) | Ending::Malformed { .. } => VersionOutcome::Malformed,
            // The harness ends a trial that prints too much by a signal.
            Ending::Aborted { .. }
            | Ending::OutOfMemory
            | Ending::StackOverflowed
            | Ending::Flooded => VersionOutcome::Aborted,
            Ending::Exited { .. } => VersionOutcome::Exited,
            Ending::TimedOut { .. } => VersionOutcome::TimedOut,
        };
        let message = explain::verdict(ended, exercise).err();
        let message =
            message.unwrap_or_else(|| "`memory::growth` did not produce a soak report.".to_owned());
        let rounds =
            if outcome == VersionOutcome::Malformed { Vec::new() } else { ended.rounds.clone() };
        let left_behind = ended.left_behind.clone();
        let rounds_until_failure = rounds;
        Self { outcome, rounds_until_failure, left_behind, ..Self::not_built(version, &message) }
    }

    fn measured(version: Version, report: &Report, left_behind: &LeftBehind, rate: f64) -> Self {
        Self {
            version,
            outcome: VersionOutcome::Measured,
            message: None,
            report: Some(report.clone()),
            rounds_until_failure: Vec::new(),
            left_behind: left_behind.clone(),
            seconds_to_out_of_memory: explain::time_to_out_of_memory(report, rate)
                .map(|time| time.as_secs_f64()),
            phases: None,
            phases_message: None,
        }
    }

    /// The verdict, if it was measured.
    pub fn verdict(&self) -> Option<Verdict> {
        self.report.as_ref().map(|report| report.verdict)
    }

    /// Its rounds, up to the failure if it failed.
    pub fn rounds(&self) -> &[Round] {
        self.report.as_ref().map_or(&self.rounds_until_failure, |report| &report.rounds)
    }

    /// The growth of each resource; none unless it was measured.
    pub fn growth(&self) -> &[Growth] {
        self.report.as_ref().map_or(&[], |report| &report.growth)
    }

    /// The lines that grow or may grow; none unless it was measured.
    pub fn sites(&self) -> &[Site] {
        self.report.as_ref().map_or(&[], |report| &report.sites)
    }

    /// The holders, if something grows.
    pub fn holders(&self) -> Option<&Holders> {
        self.report.as_ref()?.holders.as_ref()
    }

    /// The growing resources, those in `first` before the others.
    pub fn growing(&self, first: &[Resource]) -> Vec<&Growth> {
        let growing = |growth: &&Growth| growth.verdict == Verdict::Growing;
        let mut found: Vec<&Growth> = self.growth().iter().filter(growing).collect();
        let order = |growth: &&Growth| first.iter().position(|one| *one == growth.resource);
        found.sort_by_key(|growth| order(growth).unwrap_or(usize::MAX));
        found
    }
}
