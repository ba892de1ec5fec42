//! Time per operation of an exercise against its solution, under the workload of the soak.
//!
//! Each version runs in processes of its own, as everywhere in the workshop, so that one never
//! works on the other's heap. Only the operations are timed, not the processes' start.
//!
//! Absent on purpose: no dependency on any version. An exercise that does not compile takes
//! nothing with it but its own benchmark.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use cargo_metadata::Message;
use criterion::{Criterion, SamplingMode, Throughput};
use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{self, Ending};
use exercise_harness::trial::GROWTH;
use exercise_harness::{Exercise, SoakSettings, cleanup};

/// A process does the work of at most this many rounds, so that a leaking version stays as small
/// as in a soak.
const ROUNDS_IN_A_PROCESS: u64 = 24;

/// Adds a benchmark group named after the pattern `name`, with the versions `exercise` and
/// `solution`. To be called from a bench target of the pattern's crate.
///
/// # Panics
/// When a version does not build or does not run to its end; the message says which and why.
pub fn compare(criterion: &mut Criterion, name: &str, metadata: &str) {
    cleanup::install_signal_handler();
    let exercise = Exercise::parse(metadata).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    let mut group = criterion.benchmark_group(name);
    // Each sample starts processes: few samples, all of the same size.
    group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(1));
    for version in ["exercise", "solution"] {
        let package = format!("{name}-{version}");
        let binary = build(&package).unwrap_or_else(|error| panic!("{package}: {error:#}"));
        group.bench_function(version, |bencher| {
            bencher.iter_custom(|operations| {
                time(&binary, operations, exercise.operations_per_round)
                    .unwrap_or_else(|error| panic!("{package}: {error:#}"))
            });
        });
    }
    group.finish();
}

/// How long `operations` operations took, in as many processes as they need.
fn time(binary: &Path, operations: u64, per_round: u64) -> anyhow::Result<Duration> {
    let most = per_round * ROUNDS_IN_A_PROCESS;
    let mut left = operations;
    let mut total = Duration::ZERO;
    while left > 0 {
        let now = left.min(most);
        let settings =
            SoakSettings { rounds: Some(1), operations: Some(now), ..SoakSettings::default() };
        let ended = isolated::run(binary, GROWTH, settings, |_| {})?;
        let Ending::Completed(TrialOutcome::Soaked { report }) = ended.ending else {
            bail!("it did not end as a soak: {:?}\n{}", ended.ending, ended.output);
        };
        if let Some(stopped) = report.stopped {
            bail!("its workload was stopped: {stopped}");
        }
        total += report.rounds.iter().map(|round| Duration::from_nanos(round.nanoseconds)).sum();
        left -= now;
    }
    Ok(total)
}

/// Builds the optimised memory test of `package` and says where it is.
fn build(package: &str) -> anyhow::Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["test", "--release", "--no-run", "--test", "memory", "--package", package])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("it does not build; cargo's message stands above");
    }
    Message::parse_stream(output.stdout.as_slice())
        .filter_map(Result::ok)
        .find_map(|message| match message {
            Message::CompilerArtifact(artifact) if artifact.target.is_test() => artifact.executable,
            _ => None,
        })
        .map(PathBuf::from)
        .context("cargo built no memory test")
}
