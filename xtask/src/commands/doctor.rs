//! `doctor`: checks whether this machine is ready for a workshop.

use std::time::{Duration, Instant};

use exercise_harness::units;

use crate::cargo;
use crate::commands::open_workshop;
use crate::demo_plan;
use crate::doctor::{self, MachineCheck, Readiness};
use crate::exit::Exit;
use crate::files;
use crate::progress::Progress;
use crate::recording::Recorder;
use crate::show;
use crate::workspace::Workspace;

/// The name of the check of a recording.
const RECORDINGS: &str = "recordings";

/// Checks whether this machine is ready for a workshop, and records a run of each exercise
///
/// Builds everything once, so that nothing has to be built during the workshop, and saves a recording
/// of each exercise in your own folder, in case a live run fails. A new recording replaces an older one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cargo xtask doctor                 the evening before
  cargo xtask doctor --seconds 0     without recordings

Exit code: 0 if it is ready, 1 if something is missing, 2 if it cannot be checked.")]
pub struct Args {
    /// The length of each recording, in seconds; 0 for none
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: u64,
}

/// Runs every check and reports what is missing.
///
/// # Errors
/// When this is not a workshop, or the output cannot be written. Failed checks are not errors.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let workspace = open_workshop()?;
    let progress = Progress::new();
    let mut missing = Vec::new();
    let mut report = |check: MachineCheck| {
        if check.outcome == Readiness::Missing {
            missing.push(check.name);
        }
        progress.print(|out| show::doctor::check(out, &check))
    };
    report(doctor::toolchain(&cargo::version()))?;
    report(doctor::offline(cargo::resolves_offline(&workspace.root)))?;
    // Before minutes of building and recording.
    let recordings = demo_plan::own_recordings().filter(|_| args.seconds > 0);
    let writable = recordings.as_deref().map(files::check_writable);
    if let Some(writable) = &writable {
        report(doctor::writable(writable))?;
    }
    let (built, recorder) = build(&workspace, &progress);
    report(built)?;
    report(doctor::loopback())?;
    report(doctor::memory(doctor::available_memory()))?;
    report(doctor::descriptors(doctor::descriptor_limit()))?;
    report(doctor::terminal())?;
    report(doctor::browser(doctor::find_browser()))?;
    let records = args.seconds > 0 && !matches!(writable, Some(Err(_)));
    if let (Some(recorder), true) = (recorder, records) {
        for (index, exercise) in workspace.exercises.iter().enumerate() {
            progress.stage(&format!("Recording {} for {} s", exercise.name, args.seconds));
            report(record(&recorder, index, args.seconds))?;
        }
    }
    progress.end();
    let ready = missing.is_empty();
    missing.dedup();
    show::doctor::summary(&mut anstream::stdout().lock(), &missing)?;
    Ok(if ready { Exit::Success } else { Exit::Failed })
}

/// Builds all versions and the page.
fn build(workspace: &Workspace, progress: &Progress) -> (MachineCheck, Option<Recorder>) {
    let began = Instant::now();
    let recorder = Recorder::build(workspace, progress);
    let took = units::span(Duration::from_secs(began.elapsed().as_secs().max(1)));
    match recorder {
        Ok(recorder) => {
            let exercises = recorder.plan.exercises.iter();
            let broken = exercises
                .filter(|one| one.versions.iter().any(|version| version.binary.is_none()))
                .map(|one| one.name.clone())
                .collect::<Vec<_>>();
            (doctor::built(&took, &broken), Some(recorder))
        }
        Err(error) => (doctor::not_built(&error), None),
    }
}

/// Records the exercise at `index` in the facilitator's own folder.
fn record(recorder: &Recorder, index: usize, seconds: u64) -> MachineCheck {
    let name = &recorder.plan.exercises[index].name;
    let Some(folder) = demo_plan::own_recordings() else {
        return MachineCheck::missing(
            RECORDINGS,
            "There is no home folder for recordings.",
            "Set HOME or XDG_DATA_HOME.",
        );
    };
    let replaces = folder.join(format!("{name}.jsonl")).exists();
    match recorder.record(index, seconds, &folder) {
        Ok(file) if replaces => {
            MachineCheck::good(RECORDINGS, format!("{} (replaces the older one)", file.display()))
        }
        Ok(file) => MachineCheck::good(RECORDINGS, file.display().to_string()),
        Err(error) => MachineCheck::missing(
            RECORDINGS,
            format!("{name} was not recorded: {error:#}"),
            format!("See it live: cargo xtask demo {name}"),
        ),
    }
}
