//! Check: the metadata of an exercise is correct.

use exercise_harness::Exercise as Metadata;
use exercise_harness::exercise::{Decoy, ExerciseKind, Fix, Leak};
use exercise_harness::explain::{LIMIT_BYTES, START_BYTES};
use exercise_harness::units;
use leak_meter::Verdict;

use super::culprit::exercise_file;
use super::outcome::{CheckOutcome, Failure};
use crate::workspace::{Exercise, Version};

/// What is wrong, and what to do.
type Wrong = (String, &'static str);

/// Checks the metadata of `exercise` against its files and against `all` exercises.
pub fn check(exercise: &Exercise, all: &[Exercise]) -> anyhow::Result<CheckOutcome> {
    let mut wrongs = shared_with_others(exercise, all);
    wrongs.extend(empty_fields(&exercise.metadata));
    match &exercise.metadata.kind {
        ExerciseKind::Leak { leak, fix } => {
            wrongs.extend(untrue_leak(exercise, leak)?);
            wrongs.extend(untrue_fix(exercise, fix));
        }
        ExerciseKind::Decoy(decoy) => wrongs.extend(untrue_decoy(exercise, decoy)),
    }
    let place = exercise.metadata_file();
    let failures = wrongs.into_iter().map(|(wrong, next)| Failure::new(&place, wrong, next));
    let Metadata { order, kind, .. } = &exercise.metadata;
    let grows: Vec<&str> =
        exercise.metadata.resources().iter().map(|resource| resource.name()).collect();
    let grows = grows.join(" and ");
    let seen = match kind {
        ExerciseKind::Leak { leak, fix } => format!(
            "number {order}, {grows} in {}, fixed in {}",
            leak.file.display(),
            units::plural(fix.files.len() as u64, "file"),
        ),
        ExerciseKind::Decoy(decoy) => format!(
            "number {order}, a decoy, {grows} for {} operations",
            units::count(decoy.levels_off_after)
        ),
    };
    Ok(CheckOutcome::new(failures.collect(), seen))
}

/// Values that must be unique and are not.
fn shared_with_others(exercise: &Exercise, all: &[Exercise]) -> Vec<Wrong> {
    let Metadata { order, title, .. } = &exercise.metadata;
    let mut wrongs = Vec::new();
    for other in all.iter().filter(|other| other.name != exercise.name) {
        if other.metadata.order.total_cmp(order).is_eq() {
            let wrong = format!("Its order {order} is also that of {}.", other.name);
            wrongs.push((wrong, "Give each exercise its own place in the teaching order."));
        }
        if other.metadata.title == *title {
            let wrong = format!("Its title is also that of {}.", other.name);
            wrongs.push((wrong, "Give it a title of its own."));
        }
    }
    wrongs
}

/// Fields without a meaningful value.
fn empty_fields(metadata: &Metadata) -> Vec<Wrong> {
    let of_its_kind = match &metadata.kind {
        ExerciseKind::Leak { leak, fix } => vec![
            ("resources in [leak]", leak.resources.is_empty()),
            ("files in [fix]", fix.files.is_empty()),
        ],
        ExerciseKind::Decoy(Decoy {
            resources,
            levels_off_after,
            server_level_bytes,
            too_short,
        }) => vec![
            ("resources in [decoy]", resources.is_empty()),
            ("levels_off_after in [decoy]", *levels_off_after == 0),
            (
                "server_level_bytes in [decoy]",
                !(START_BYTES..LIMIT_BYTES).contains(&(*server_level_bytes as f64)),
            ),
            ("rounds in [decoy.too_short]", too_short.rounds == 0),
            (
                "operations_per_round in [decoy.too_short]",
                too_short.operations_per_round == Some(0),
            ),
        ],
    };
    let empty = [
        ("order", !(metadata.order > 0.0 && metadata.order.is_finite())),
        ("title", metadata.title.trim().is_empty()),
        ("service", metadata.service.trim().is_empty()),
        ("summary", metadata.summary.trim().is_empty()),
        ("minutes", metadata.minutes == 0),
        ("operations_per_round", metadata.operations_per_round == 0),
        ("requests_per_second", metadata.requests_per_second <= 0.0),
    ];
    let empty = empty.into_iter().chain(of_its_kind).filter(|(_, is_empty)| *is_empty);
    empty
        .map(|(field, _)| (format!("Its {field} has no meaningful value."), "Fill it in."))
        .collect()
}

/// The file and the function of the declared leak must exist.
fn untrue_leak(exercise: &Exercise, leak: &Leak) -> anyhow::Result<Option<Wrong>> {
    let file = exercise_file(exercise, &leak.file);
    if !exercise.path(&file).is_file() {
        let wrong = format!("[leak] declares the file {file}, which does not exist.");
        return Ok(Some((wrong, "Name the file that allocates the retained memory.")));
    }
    let name = leak.function.rsplit("::").next().unwrap_or_default();
    let has_function = exercise.read(&file)?.contains(&format!("fn {name}"));
    Ok((!has_function).then(|| {
        let declared = &leak.function;
        let wrong = format!("[leak] declares the function {declared}; {file} has no `fn {name}`.");
        (wrong, "Name the function that allocates the retained memory.")
    }))
}

/// The files of the declared fix must exist, below `src/`.
fn untrue_fix(exercise: &Exercise, fix: &Fix) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for file in &fix.files {
        let file = file.display();
        let places = [exercise.folder(Version::Exercise), exercise.folder(Version::Solution)]
            .map(|tree| format!("{tree}/{file}"));
        if !file.to_string().starts_with("src/") {
            let wrong = format!("[fix] declares {file}, which is not below src/.");
            wrongs.push((wrong, "Fix only what is below src/."));
        } else if !places.iter().any(|place| exercise.path(place).is_file()) {
            let wrong = format!("[fix] declares {file}; neither version has it.");
            wrongs.push((wrong, "Name the files that the fix changes, adds or removes."));
        }
    }
    wrongs
}

/// The word for an exercise without a leak, which a learner must not read before the solution.
const SPOILER: &str = "decoy";

/// A decoy must look like any other exercise, and be undecided in a short run.
fn untrue_decoy(exercise: &Exercise, decoy: &Decoy) -> Vec<Wrong> {
    let Metadata { title, service, summary, .. } = &exercise.metadata;
    let shown = [("name", &exercise.name), ("title", title), ("service", service)];
    let mut wrongs: Vec<Wrong> = shown
        .into_iter()
        .chain([("summary", summary)])
        .filter(|(_, text)| text.to_lowercase().contains(SPOILER))
        .map(|(field, _)| {
            (format!("Its {field} reveals that it is a decoy."), "Describe what it is about.")
        })
        .collect();
    if decoy.too_short.verdict == Verdict::Steady {
        let wrong = "[decoy.too_short] declares Steady, so that run is long enough.".to_owned();
        wrongs.push((
            wrong,
            "Declare a run in which the growth cannot be distinguished from a leak.",
        ));
    }
    wrongs
}
