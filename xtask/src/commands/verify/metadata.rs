//! Check: what an exercise's metadata says is true.

use exercise_harness::Exercise;
use exercise_harness::exercise::{Decoy, ExerciseKind, Fix, Leak};
use exercise_harness::units;
use leak_meter::Verdict;

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;

/// What is wrong, and what to do.
type Wrong = (String, &'static str);

/// Checks what the metadata of `pattern` says against its files and against `all` others.
pub fn check(pattern: &Pattern, all: &[Pattern]) -> anyhow::Result<Outcome> {
    let mut wrongs = shared_with_others(pattern, all);
    wrongs.extend(without_content(&pattern.metadata));
    match &pattern.metadata.kind {
        ExerciseKind::Leak { leak, fix } => {
            wrongs.extend(untrue_leak(pattern, leak)?);
            wrongs.extend(untrue_fix(pattern, fix));
        }
        ExerciseKind::Decoy(decoy) => wrongs.extend(untrue_decoy(pattern, decoy)),
    }
    let place = pattern.metadata_file();
    let failures = wrongs.into_iter().map(|(wrong, next)| Failure::new(&place, wrong, next));
    let Exercise { order, kind, .. } = &pattern.metadata;
    let grows: Vec<&str> =
        pattern.metadata.resources().iter().map(|resource| resource.name()).collect();
    let grows = grows.join(" and ");
    let seen = match kind {
        ExerciseKind::Leak { leak, fix } => format!(
            "number {order}, {grows} in {}, fixed in {} {}",
            leak.file.display(),
            fix.files.len(),
            if fix.files.len() == 1 { "file" } else { "files" },
        ),
        ExerciseKind::Decoy(decoy) => format!(
            "number {order}, a decoy, {grows} for {} operations",
            units::count(decoy.levels_off_after)
        ),
    };
    Ok(Outcome::of(failures.collect(), seen))
}

/// What must be this exercise's own and is another's as well.
fn shared_with_others(pattern: &Pattern, all: &[Pattern]) -> Vec<Wrong> {
    let Exercise { order, title, .. } = &pattern.metadata;
    let mut wrongs = Vec::new();
    for other in all.iter().filter(|other| other.name != pattern.name) {
        if other.metadata.order.total_cmp(order).is_eq() {
            let wrong = format!("Its order {order} is also that of {}.", other.name);
            wrongs.push((wrong, "Give each exercise a place of its own in the teaching order."));
        }
        if other.metadata.title == *title {
            let wrong = format!("Its title is also that of {}.", other.name);
            wrongs.push((wrong, "Give it a title of its own."));
        }
    }
    wrongs
}

/// Fields that are there and say nothing.
fn without_content(metadata: &Exercise) -> Vec<Wrong> {
    let of_its_kind = match &metadata.kind {
        ExerciseKind::Leak { leak, fix } => vec![
            ("resources in [leak]", leak.resources.is_empty()),
            ("files in [fix]", fix.files.is_empty()),
        ],
        ExerciseKind::Decoy(Decoy { resources, levels_off_after, too_short }) => vec![
            ("resources in [decoy]", resources.is_empty()),
            ("levels_off_after in [decoy]", *levels_off_after == 0),
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
    empty.map(|(field, _)| (format!("Its {field} says nothing."), "Fill it in.")).collect()
}

/// The declared leak must have its file and its function.
fn untrue_leak(pattern: &Pattern, leak: &Leak) -> anyhow::Result<Option<Wrong>> {
    let file = format!("{}/{}", pattern.exercise(), leak.file.display());
    if !pattern.at(&file).is_file() {
        let wrong = format!("[leak] declares the file {file}, and there is none.");
        return Ok(Some((wrong, "Name the file that allocates what is retained.")));
    }
    let name = leak.function.rsplit("::").next().unwrap_or_default();
    let has_function = pattern.read(&file)?.contains(&format!("fn {name}"));
    Ok((!has_function).then(|| {
        let declared = &leak.function;
        let wrong = format!("[leak] declares the function {declared}; {file} has no `fn {name}`.");
        (wrong, "Name the function that allocates what is retained.")
    }))
}

/// The declared fix must have its files, below `src/`.
fn untrue_fix(pattern: &Pattern, fix: &Fix) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for file in &fix.files {
        let file = file.display();
        let places = [pattern.exercise(), pattern.solution()].map(|tree| format!("{tree}/{file}"));
        if !file.to_string().starts_with("src/") {
            let wrong = format!("[fix] declares {file}, which is not below src/.");
            wrongs.push((wrong, "Fix only what is below src/."));
        } else if !places.iter().any(|place| pattern.at(place).is_file()) {
            let wrong = format!("[fix] declares {file}; neither version has it.");
            wrongs.push((wrong, "Name the files that the fix changes, adds or removes."));
        }
    }
    wrongs
}

/// The word for a harmless exercise, which no learner may read before the solution.
const SPOILER: &str = "decoy";

/// A decoy must look like any other exercise, and be open to doubt in a short run.
fn untrue_decoy(pattern: &Pattern, decoy: &Decoy) -> Vec<Wrong> {
    let Exercise { title, service, summary, .. } = &pattern.metadata;
    let shown = [("name", &pattern.name), ("title", title), ("service", service)];
    let mut wrongs: Vec<Wrong> = shown
        .into_iter()
        .chain([("summary", summary)])
        .filter(|(_, text)| text.to_lowercase().contains(SPOILER))
        .map(|(field, _)| {
            (format!("Its {field} says that it is a decoy."), "Say what it is about.")
        })
        .collect();
    if decoy.too_short.verdict == Verdict::Steady {
        let wrong = "[decoy.too_short] declares Steady, so that run is long enough.".to_owned();
        wrongs.push((wrong, "Declare a run in which the growth cannot be told from a leak."));
    }
    wrongs
}
