//! Check: what an exercise's metadata says is true.

use exercise_harness::Exercise;

use super::outcome::{Failure, Outcome};
use super::pattern::Pattern;

/// What is wrong, and what to do.
type Wrong = (String, &'static str);

/// Checks what the metadata of `pattern` says against its files and against `all` others.
pub fn check(pattern: &Pattern, all: &[Pattern]) -> anyhow::Result<Outcome> {
    let mut wrongs = shared_with_others(pattern, all);
    wrongs.extend(without_content(&pattern.metadata));
    wrongs.extend(untrue_leak(pattern)?);
    wrongs.extend(untrue_fix(pattern));
    let place = pattern.metadata_file();
    let failures = wrongs.into_iter().map(|(wrong, next)| Failure::new(&place, wrong, next));
    let Exercise { order, leak, fix, .. } = &pattern.metadata;
    let grows: Vec<&str> = leak.resources.iter().map(|resource| resource.name()).collect();
    let seen = format!(
        "number {order}, {} in {}, fixed in {} {}",
        grows.join(" and "),
        leak.file.display(),
        fix.files.len(),
        if fix.files.len() == 1 { "file" } else { "files" },
    );
    Ok(Outcome::of(failures.collect(), seen))
}

/// What must be this exercise's own and is another's as well.
fn shared_with_others(pattern: &Pattern, all: &[Pattern]) -> Vec<Wrong> {
    let Exercise { order, title, .. } = &pattern.metadata;
    let mut wrongs = Vec::new();
    for other in all.iter().filter(|other| other.name != pattern.name) {
        if other.metadata.order == *order {
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
    let empty = [
        ("order", metadata.order == 0),
        ("title", metadata.title.trim().is_empty()),
        ("service", metadata.service.trim().is_empty()),
        ("summary", metadata.summary.trim().is_empty()),
        ("minutes", metadata.minutes == 0),
        ("operations_per_round", metadata.operations_per_round == 0),
        ("requests_per_second", metadata.requests_per_second <= 0.0),
        ("resources in [leak]", metadata.leak.resources.is_empty()),
        ("files in [fix]", metadata.fix.files.is_empty()),
    ];
    let empty = empty.into_iter().filter(|(_, is_empty)| *is_empty);
    empty.map(|(field, _)| (format!("Its {field} says nothing."), "Fill it in.")).collect()
}

/// The declared leak must have its file and its function.
fn untrue_leak(pattern: &Pattern) -> anyhow::Result<Option<Wrong>> {
    let leak = &pattern.metadata.leak;
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
fn untrue_fix(pattern: &Pattern) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for file in &pattern.metadata.fix.files {
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
