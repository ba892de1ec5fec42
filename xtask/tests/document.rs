//! The JSON document, read back by structs of its own: a change of its form fails here.

#[expect(dead_code, reason = "each test file uses its share of the toys")]
mod toy;

use std::collections::BTreeMap;

use leak_meter::{Growth, Resource, Round};
use serde::Deserialize;
use toy::{ABORTING, BROKEN, EXITING, GROWING, PANICKING, Toy};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: u32,
    exercises: Vec<ExerciseResult>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseResult {
    exercise: String,
    requests_per_second: f64,
    versions: Vec<VersionResult>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionResult {
    version: String,
    outcome: String,
    message: Option<String>,
    verdict: Option<String>,
    seed: Option<u64>,
    rounds: Vec<Round>,
    unavailable: BTreeMap<Resource, String>,
    growth: Vec<Growth>,
    stopped: Option<String>,
    seconds_to_out_of_memory: Option<f64>,
}

#[test]
fn the_document_says_of_every_version_how_it_ended() {
    let toy = Toy::new("workshop-in-json")
        .with(1, "toy-growing", GROWING)
        .with(2, "toy-broken", BROKEN)
        .with(3, "toy-panicking", PANICKING)
        .with(4, "toy-exiting", EXITING)
        .with(5, "toy-aborting", ABORTING);
    let arguments = ["run", "--format", "json", "--seed", "7", "--requests-per-second", "50"];
    let ran = toy.run(&arguments).ends_with(2).warns(&["exercises/toy-broken does not build"]);
    let document: Document = serde_json::from_str(&ran.out).expect("only JSON on standard output");

    assert_eq!(document.format, 1);
    let names: Vec<&str> = document.exercises.iter().map(|e| e.exercise.as_str()).collect();
    assert_eq!(
        names,
        ["toy-growing", "toy-broken", "toy-panicking", "toy-exiting", "toy-aborting"]
    );
    for exercise in &document.exercises {
        assert!((exercise.requests_per_second - 50.0).abs() < 1e-9);
        let [_, solution] = exercise.versions.as_slice() else { panic!("{exercise:?}") };
        assert_eq!(solution.version, "solution");
        assert_eq!(solution.outcome, "measured");
        assert_eq!(solution.verdict.as_deref(), Some("steady"));
        assert_eq!(solution.seed, Some(7));
        assert_eq!(solution.seconds_to_out_of_memory, None);
    }
    let of = |index: usize| &document.exercises[index].versions[0];
    let growing = of(0);
    assert_eq!((growing.version.as_str(), growing.outcome.as_str()), ("exercise", "measured"));
    assert_eq!(growing.verdict.as_deref(), Some("growing"));
    assert_eq!((&growing.message, &growing.stopped), (&None, &None));
    assert_eq!(growing.rounds[0].operations, 100);
    assert!(growing.unavailable.contains_key(&Resource::Tasks));
    let blocks = growing.growth.iter().find(|growth| growth.resource == Resource::LiveBlocks);
    assert_eq!(blocks.and_then(|growth| growth.per_operation), Some(1.0));
    // 8 bytes an operation, 50 operations a second, from 200 MB to 2 GB.
    assert_eq!(growing.seconds_to_out_of_memory.map(f64::round), Some(1.8e9 / 8.0 / 50.0));

    for (index, outcome, words, rounds) in [
        (1, "did_not_build", "error[E0308]: mismatched types", 0),
        (2, "panicked", "out of tickets", 2),
        (3, "exited", "exit code 0", 2),
        (4, "aborted", "signal 6", 0),
    ] {
        let version = of(index);
        assert_eq!((version.outcome.as_str(), &version.verdict), (outcome, &None));
        assert!(version.message.as_ref().is_some_and(|said| said.contains(words)), "{version:?}");
        assert_eq!(version.rounds.len(), rounds, "{outcome}");
        assert!(version.growth.is_empty() && version.seed.is_none());
    }
}
