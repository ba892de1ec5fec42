//! Part of the check of an exercise: the first holder that was found is the declared one.

use crate::workspace::Exercise;
use exercise_harness::exercise::{Holder, Leak};
use leak_meter::Holders;
use leak_meter::holders::{Finding, Step};

use super::culprit::{exercise_file, last_name};
use super::outcome::Failure;

/// The first of the `holders` must be the one that the metadata declares, if any.
pub fn check(
    exercise: &Exercise,
    leak: &Leak,
    place: &str,
    holders: Option<&Holders>,
) -> Option<Failure> {
    let declared = leak.holder.as_ref()?;
    let metadata = exercise.metadata_file();
    let next = "Correct [leak.holder], or change what holds the retained memory.";
    let Some(holders) = holders else {
        let wrong = format!("{metadata} declares a holder, but none was searched for.");
        return Some(Failure::new(place, wrong, "Do not turn off Soak::holders."));
    };
    if let Some(reason) = &holders.unavailable {
        // On other systems the holder cannot be checked.
        let wrong =
            format!("{metadata} declares a holder, but holders are not available: {reason}.");
        return cfg!(target_os = "linux").then(|| Failure::new(place, wrong, "Remove the cause."));
    }
    let Some(first) = holders.findings.first() else {
        let wrong = format!("{metadata} declares a holder, but none was found.");
        return Some(Failure::new(place, wrong, next));
    };
    let is_declared = match declared {
        Holder::Place { file, function } => {
            let file = exercise_file(exercise, file);
            let step = first.place().filter(|_| !first.is_ring());
            step.is_some_and(|step| {
                step.file.as_deref() == Some(file.as_str()) && is_function(step, function)
            })
        }
        Holder::Ring { ring, weaken } => is_ring(first, ring, weaken),
        Holder::Outside { held } => is_outside(first, held),
    };
    (!is_declared).then(|| {
        let mut shown = holders.clone();
        shown.findings.truncate(1);
        let wrong =
            format!("{metadata} declares {}; the first holder is:\n{shown}", description(declared));
        Failure::new(place, wrong.trim_end(), next)
    })
}

fn is_function(step: &Step, function: &str) -> bool {
    last_name(&step.function) == last_name(function)
}

/// Whether the steps of a ring are these functions in this order, beginning with any of them.
fn is_ring(finding: &Finding, ring: &[String], weaken: &str) -> bool {
    let from = |start: usize| {
        let steps = finding.steps.iter().cycle().skip(start);
        ring.iter().zip(steps).all(|(function, step)| is_function(step, function))
    };
    let is_weakened = finding.place().is_some_and(|step| step.weaken && is_function(step, weaken));
    let is_same = finding.steps.len() == ring.len() && (0..ring.len()).any(from);
    finding.is_ring() && is_same && is_weakened
}

/// Whether the finding's description of how it is held begins with the words `held`.
fn is_outside(finding: &Finding, held: &str) -> bool {
    let how = finding.held_how();
    how.strip_prefix(held).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ',']))
}

fn description(holder: &Holder) -> String {
    match holder {
        Holder::Place { file, function } => format!("{function} in {}", file.display()),
        Holder::Ring { ring, weaken } => {
            format!("the ring {}, to be weakened in {weaken}", ring.join(", "))
        }
        Holder::Outside { held } => format!("\"held {held}\""),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use exercise_harness::exercise::ExerciseKind;

    use super::*;
    use crate::workspace::tests;

    fn exercise(holder: &str) -> Exercise {
        let metadata = include_str!("../../tests/verify_tree/crates/toy-cache/exercise.toml");
        let metadata = format!("{metadata}\n[leak.holder]\n{holder}");
        tests::exercise(Path::new(""), "toy-cache", &metadata)
    }

    fn leak_of(exercise: &Exercise) -> &Leak {
        let ExerciseKind::Leak { leak, .. } = &exercise.metadata.kind else { panic!("a decoy") };
        leak
    }

    /// One finding with these steps, the last of which is to be weakened if it is a ring.
    fn found(kind: &str, steps: &[&str]) -> Holders {
        let step = |(at, function): (usize, &&str)| {
            serde_json::json!({
                "what": "Rc", "function": function, "line": 3, "own": true, "blocks": 1,
                "file": "exercises/toy-cache/src/cache.rs",
                "weaken": kind == "ring" && at + 1 == steps.len(),
            })
        };
        let steps: Vec<_> = steps.iter().enumerate().map(step).collect();
        serde_json::from_value(serde_json::json!({
            "findings": [{
                "held": [], "hold": { "kind": kind }, "steps": steps,
                "retained_bytes": 0, "retained_blocks": 0,
            }],
            "look": null, "unavailable": null,
        }))
        .unwrap()
    }

    fn failure(holder: &str, holders: Option<&Holders>) -> String {
        let exercise = exercise(holder);
        let failure = check(&exercise, leak_of(&exercise), "here", holders);
        failure.map(|failure| failure.wrong).unwrap_or_default()
    }

    #[test]
    fn the_first_holder_must_be_the_declared_one() {
        const PLACE: &str = "file = \"src/cache.rs\"\nfunction = \"Cache::get\"";
        let right = found("foreign", &["toy::Cache::get", "toy::Cache::new"]);
        assert_eq!(failure(PLACE, Some(&right)), "");
        for wrong in [
            found("foreign", &["toy::Cache::new", "toy::Cache::get"]),
            found("ring", &["toy::Cache::get"]),
            found("foreign", &[]),
        ] {
            let text = failure(PLACE, Some(&wrong));
            assert!(text.contains("declares Cache::get in src/cache.rs; the first"), "{text:?}");
        }
        assert!(failure(PLACE, None).ends_with("but none was searched for."));
        let mut none = right.clone();
        none.findings.clear();
        assert!(failure(PLACE, Some(&none)).ends_with("but none was found."));
        none.unavailable = Some("no".to_owned());
        let text = failure(PLACE, Some(&none));
        assert_eq!(text.contains("not available: no"), cfg!(target_os = "linux"));
    }

    #[test]
    fn a_ring_may_begin_anywhere() {
        let ring = |weaken: &str| format!("ring = [\"a\", \"b\", \"c\"]\nweaken = \"{weaken}\"");
        for steps in [["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]] {
            assert_eq!(failure(&ring(steps[2]), Some(&found("ring", &steps))), "");
        }
        for steps in [&["a", "c", "b"][..], &["a", "b"], &["a", "b", "c", "a", "b", "c"]] {
            let text = failure(&ring(steps[steps.len() - 1]), Some(&found("ring", steps)));
            assert!(text.contains("declares the ring a, b, c, to be weakened in"), "{text:?}");
        }
        assert_ne!(failure(&ring("a"), Some(&found("ring", &["a", "b", "c"]))), "");
        assert_ne!(failure(&ring("c"), Some(&found("foreign", &["a", "b", "c"]))), "");
    }

    #[test]
    fn a_holder_outside_the_exercise_is_identified_by_its_description() {
        let held = |words: &str| format!("held = \"{words}\"");
        let by_step = found("foreign", &["toy::Runtime::new"]);
        let by_root = found("foreign", &[]);
        for (words, holders) in [
            ("by the Rc", &by_step),
            ("by the Rc of Runtime::new", &by_step),
            ("by memory not allocated through the meter", &by_root),
        ] {
            assert_eq!(failure(&held(words), Some(holders)), "");
        }
        for (words, holders) in
            [("by the R", &by_step), ("by memory", &by_step), ("by the Rc", &by_root)]
        {
            let text = failure(&held(words), Some(holders));
            assert!(text.contains(&format!("declares \"held {words}\"; the first")), "{text:?}");
        }
    }

    #[test]
    fn an_undeclared_holder_is_not_checked() {
        let exercise = exercise("file = \"a\"\nfunction = \"b\"");
        let leak = Leak { holder: None, ..leak_of(&exercise).clone() };
        assert_eq!(check(&exercise, &leak, "here", None), None);
    }
}
