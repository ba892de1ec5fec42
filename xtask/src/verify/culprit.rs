//! Part of the check of an exercise: the growing lines are where the metadata says they are.

use crate::location;
use crate::workspace::{Exercise, Version};
use std::path::Path;

use exercise_harness::exercise::Leak;
use leak_meter::site::Site;

use super::outcome::Failure;

/// The first growing line of `sites` must be in the declared file and function.
pub fn check(exercise: &Exercise, leak: &Leak, place: &str, sites: &[Site]) -> Option<Failure> {
    let file = exercise_file(exercise, &leak.file);
    let next = "Correct [leak].file and [leak].function, or allocate the retained memory there.";
    let declared = format!("{} declares {} in {file}", exercise.metadata_file(), leak.function);
    let Some(first) = location::growing(sites).next() else {
        let wrong = format!("{declared}, but no line grows.");
        return Some(Failure::new(place, wrong, next));
    };
    let is_there = first.file.as_deref() == Some(file.as_str())
        && last_name(&first.function) == last_name(&leak.function);
    (!is_there).then(|| {
        let line = first.line.map(|line| format!(":{line}")).unwrap_or_default();
        let found = first.file.as_deref().unwrap_or("a file without line tables");
        let wrong =
            format!("{declared}; the first growing line is in {}, {found}{line}.", first.function);
        Failure::new(place, wrong, next)
    })
}

/// Every file in `also_in` must have a growing line among `sites`.
pub fn check_also(exercise: &Exercise, leak: &Leak, place: &str, sites: &[Site]) -> Vec<Failure> {
    let files = leak.also_in.iter().map(|file| exercise_file(exercise, file));
    let grows =
        |file: &str| location::growing(sites).any(|site| site.file.as_deref() == Some(file));
    let missing = files.filter(|file| !grows(file)).map(|file| {
        let metadata = exercise.metadata_file();
        let wrong = format!("{metadata} declares growth in {file}, but no line there grows.");
        Failure::new(
            place,
            wrong,
            "Correct [leak].also_in, or allocate retained memory in that file.",
        )
    });
    missing.collect()
}

/// `file` of the exercise, relative to the workshop's root.
pub fn exercise_file(exercise: &Exercise, file: &Path) -> String {
    format!("{}/{}", exercise.folder(Version::Exercise), file.display())
}

/// The last name in a function's path, which is all that line tables have for an inlined function. A
/// closure counts as the function that contains it; generic arguments do not count.
pub fn last_name(function: &str) -> String {
    names(function).pop().unwrap_or_default()
}

/// The last name in a function's path, after the name of its type, if any: `Cache::get`.
pub fn short_name(function: &str) -> String {
    let mut names = names(function);
    let name = names.pop().unwrap_or_default();
    let of_type = names.pop().filter(|name| name.starts_with(char::is_uppercase));
    of_type.map_or_else(|| name.clone(), |of_type| format!("{of_type}::{name}"))
}

/// The names in a function's path, without closures and generic arguments.
fn names(function: &str) -> Vec<String> {
    let mut depth = 0;
    let mut plain = String::new();
    let mut before = ' ';
    for letter in function.chars() {
        match letter {
            '<' => depth += 1,
            // Not the end of an arrow: `<F as Fn() -> T>::call`.
            '>' if before != '-' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
        before = letter;
    }
    let names = plain.split("::").filter(|name| !name.is_empty() && !name.starts_with('{'));
    names.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use exercise_harness::exercise::ExerciseKind;

    use super::*;
    use crate::workspace::tests::toy_cache;

    fn declared(exercise: &Exercise) -> Leak {
        let ExerciseKind::Leak { leak, .. } = &exercise.metadata.kind else { panic!("a decoy") };
        leak.clone()
    }

    fn site(function: &str, file: &str, verdict: &str) -> Site {
        serde_json::from_value(serde_json::json!({
            "function": function, "file": file, "line": 21, "no_line": null, "own": true, "package": null,
            "grain": "call_stack", "verdict": verdict, "reason": { "kind": "only_total_bytes" },
            "live_blocks": 0, "live_bytes": 0, "reallocations": 0,
            "blocks_per_operation": null, "bytes_per_operation": null,
            "bytes_low": null, "bytes_high": null,
            "history": [], "stack": [], "signature": null,
        }))
        .unwrap()
    }

    /// The failure for a first growing line in `function` of `file`, after one that is undecided.
    fn failure(function: &str, file: &str, verdict: &str) -> Option<String> {
        let sites = [site("open", file, "undecided"), site(function, file, verdict)];
        let exercise = toy_cache();
        check(&exercise, &declared(&exercise), "here", &sites).map(|failure| failure.wrong)
    }

    #[test]
    fn every_file_declared_to_grow_too_must_have_a_growing_line() {
        let exercise = toy_cache();
        let mut leak = declared(&exercise);
        leak.also_in = vec!["src/shelf.rs".into(), "src/hook.rs".into()];
        let [shelf, hook] =
            ["shelf", "hook"].map(|name| format!("exercises/toy-cache/src/{name}.rs"));
        let sites = [site("put", &shelf, "growing"), site("on", &hook, "undecided")];
        let failures = check_also(&exercise, &leak, "here", &sites);
        let wrong: Vec<&str> = failures.iter().map(|failure| failure.wrong.as_str()).collect();
        let expected = format!(
            "crates/toy-cache/exercise.toml declares growth in {hook}, but no line there grows."
        );
        assert_eq!(wrong, [expected]);

        let sites = [site("put", &shelf, "growing"), site("on", &hook, "growing")];
        assert!(check_also(&exercise, &leak, "here", &sites).is_empty());
    }

    #[test]
    fn the_first_growing_line_must_be_in_the_declared_file_and_function() {
        let file = "exercises/toy-cache/src/cache.rs";
        for function in ["get", "toy_cache_exercise::cache::Cache::get"] {
            assert_eq!(failure(function, file, "growing"), None);
        }
        for (function, file) in
            [("Cache::put", file), ("Cache::get", "exercises/toy-cache/src/b.rs")]
        {
            let text = failure(function, file, "growing").unwrap_or_default();
            let wrong = format!(
                "crates/toy-cache/exercise.toml declares Cache::get in \
                 exercises/toy-cache/src/cache.rs; the first growing line is in {function}, {file}:21."
            );
            assert_eq!(text, wrong);
        }
        let text = failure("Cache::get", file, "undecided").unwrap_or_default();
        assert!(text.ends_with("but no line grows."), "{text}");
    }

    #[test]
    fn functions_are_compared_by_their_last_name() {
        for path in [
            "get",
            "Cache::get",
            "toy_exercise::cache::Cache::get",
            "<toy_exercise::Cache<u8> as core::ops::Fn() -> toy::Page>::get",
            "toy_exercise::Cache<K,V>::get::<u8>",
            "toy_exercise::Cache::get::{closure#0}",
            "toy_exercise::Cache::get::{{closure}}::{closure_env#1}<u8>",
        ] {
            assert_eq!(last_name(path), "get", "{path}");
        }
        assert_ne!(last_name("Cache::get_or_load"), "get");
    }

    #[test]
    fn a_short_name_has_the_type() {
        for (path, short) in [
            ("toy_exercise::cache::Cache::get", "Cache::get"),
            ("toy_exercise::Cache<K,V>::get::<u8>::{closure#0}", "Cache::get"),
            ("toy_exercise::cache::get", "get"),
            ("get", "get"),
        ] {
            assert_eq!(short_name(path), short, "{path}");
        }
    }
}
