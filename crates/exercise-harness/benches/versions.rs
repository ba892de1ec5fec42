//! Time per operation of an exercise against its solution, under the workload of the soak.
//!
//! Each version runs in separate processes, as everywhere in the workshop, so that one never uses
//! the other's heap. Only the operations are timed, not the start of the processes.
//!
//! Absent on purpose: no dependency on any version. An exercise that does not compile breaks only
//! its own benchmark.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context, bail};
use cargo_metadata::Message;
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use exercise_harness::event::TrialOutcome;
use exercise_harness::isolated::{self, Ending};
use exercise_harness::trial::GROWTH;
use exercise_harness::{Exercise, SoakSettings, cleanup};

/// The most rounds that a process runs, so that a leaking version stays as small as in a soak.
const ROUNDS_IN_A_PROCESS: u64 = 24;

criterion_group!(benches, compare_versions);
criterion_main!(benches);

/// Adds a benchmark group for each pattern, with the versions `exercise` and `solution`. A version is
/// built when its benchmark runs.
fn compare_versions(criterion: &mut Criterion) {
    cleanup::install_signal_handler();
    for (name, exercise) in exercises() {
        let mut group = criterion.benchmark_group(&name);
        // Each sample starts processes: few samples, all of the same size.
        group.sampling_mode(SamplingMode::Flat).sample_size(10).throughput(Throughput::Elements(1));
        for version in ["exercise", "solution"] {
            let package = format!("{name}-{version}");
            let binary = LazyCell::new(|| {
                build(&package).unwrap_or_else(|error| panic!("{package}: {error:#}"))
            });
            group.bench_function(version, |bencher| {
                bencher.iter_custom(|operations| {
                    time(&binary, operations, exercise.operations_per_round)
                        .unwrap_or_else(|error| panic!("{package}: {error:#}"))
                });
            });
        }
        group.finish();
    }
}

/// The exercises of the workspace by the names of their patterns.
fn exercises() -> BTreeMap<String, Exercise> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders = fs::read_dir(&crates).expect("the folder beside this package can be read");
    let read = |folder: fs::DirEntry| {
        let metadata = fs::read_to_string(folder.path().join("exercise.toml")).ok()?;
        let name = folder.file_name().into_string().ok()?;
        let exercise =
            Exercise::parse(&metadata).unwrap_or_else(|error| panic!("{name}: {error:#}"));
        Some((name, exercise))
    };
    folders.filter_map(Result::ok).filter_map(read).collect()
}

/// The time that `operations` operations take, in as many processes as they need.
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
            bail!("it did not produce a soak report: {:?}\n{}", ended.ending, ended.output);
        };
        if let Some(stopped) = report.stopped {
            bail!("its workload was stopped: {stopped}");
        }
        total += report.rounds.iter().map(|round| Duration::from_nanos(round.nanoseconds)).sum();
        left -= now;
    }
    Ok(total)
}

/// Builds the optimised memory test of `package` and returns its path.
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
