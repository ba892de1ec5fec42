//! Whether the trials confirm what a fix claims.

use exercise_harness::event::TrialOutcome;
use exercise_harness::explain;
use exercise_harness::isolated::{Ending, LeftBehind, TrialRun};
use exercise_harness::trial::TrialKind;

use super::patch::{Claim, Fix};
use crate::verify::outcome::Failure;
use crate::verify::trials::{Trials, failing};
use crate::workspace::Exercise;

/// The contradictions between the claim of `fix` and its `trials`.
pub fn check(fix: &Fix, exercise: &Exercise, trials: &Trials) -> Vec<Failure> {
    match &fix.claim {
        Claim::Right => failing(exercise, &fix.place, trials)
            .map(|(place, wrong)| {
                let next = "A right fix passes every trial: correct the patch or the trial.";
                Failure::new(place, wrong, next)
            })
            .collect(),
        Claim::RejectedBy(trial) => {
            let place = format!("{}, trial {trial}", fix.place);
            let found = match trials.get(trial) {
                Some(ended) => contradiction(exercise, place, trial, ended),
                None => Some(Failure::new(place, "It was not run.", "Verify again.")),
            };
            found.into_iter().collect()
        }
    }
}

/// `None` if the trial rejects the fix as claimed.
fn contradiction(
    exercise: &Exercise,
    place: String,
    trial: &str,
    ended: &TrialRun,
) -> Option<Failure> {
    let Err(sentence) = explain::verdict(ended, &exercise.metadata) else {
        let next =
            "Make the trial detect what the fix gets wrong, or name another trial that does.";
        return Some(Failure::new(place, "It passes, so nothing rejects the fix.", next));
    };
    (!rejects(trial, &ended.ending, &ended.left_behind)).then(|| {
        let wrong = format!("It fails, but not because of what it measures or asserts. {sentence}");
        Failure::new(place, wrong, "Make the trial fail because of what the fix gets wrong.")
    })
}

/// Whether a trial that ends so fails because of what its kind checks. What is left behind counts in any
/// completed trial.
fn rejects(trial: &str, ending: &Ending, left: &LeftBehind) -> bool {
    match (TrialKind::from_name(trial), ending) {
        (Some(_), Ending::Completed(_)) if *left != LeftBehind::default() => true,
        // A panic during a panic aborts the process.
        (Some(TrialKind::Behaviour), Ending::Aborted { .. }) => true,
        (Some(TrialKind::Behaviour), Ending::Completed(outcome)) => {
            matches!(outcome, TrialOutcome::Panicked { .. })
        }
        (
            Some(TrialKind::Growth | TrialKind::Bound | TrialKind::Phases),
            Ending::Completed(outcome),
        ) => !matches!(outcome, TrialOutcome::Panicked { .. }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use exercise_harness::Bound;
    use leak_meter::Resource;

    use super::*;

    fn panicked() -> Ending {
        Ending::Completed(TrialOutcome::Panicked { message: "two is not one".to_owned() })
    }

    fn bounded(measured: u64) -> Ending {
        let after = "much work".to_owned();
        let bound = Bound { resource: Resource::OpenFiles, measured, limit: 5, after };
        Ending::Completed(TrialOutcome::Bounded { bound })
    }

    #[test]
    fn a_behaviour_rejects_by_a_panic_and_a_memory_trial_by_what_it_measures() {
        for (trial, ending) in [
            ("behaviour::tells", panicked()),
            ("behaviour::tells", Ending::Aborted { signal: 6 }),
            ("memory::bound_files", bounded(6)),
        ] {
            let nothing = LeftBehind::default();
            assert!(rejects(trial, &ending, &nothing), "{trial}: {ending:?}");
        }
    }

    #[test]
    fn a_trial_that_leaves_something_behind_rejects_whatever_its_kind() {
        let mut left = LeftBehind::default();
        let behaved = Ending::Completed(TrialOutcome::Behaved);
        assert!(!rejects("behaviour::tells", &behaved, &left));
        left.left_files.push("spilled".to_owned());
        assert!(rejects("behaviour::tells", &behaved, &left));
        assert!(rejects("memory::bound_files", &bounded(5), &left));
        assert!(!rejects("memory::growth", &Ending::Exited { code: 0 }, &left));
    }

    #[test]
    fn other_failures_do_not_reject_a_fix() {
        let timed_out = Ending::TimedOut { after: Duration::from_secs(60), computed: None };
        for (trial, ending) in [
            ("behaviour::tells", timed_out.clone()),
            ("behaviour::tells", Ending::Exited { code: 0 }),
            ("memory::growth", panicked()),
            ("memory::growth", Ending::Aborted { signal: 6 }),
            ("memory::bound_files", panicked()),
            ("memory::bound_files", timed_out),
            ("memory::other", bounded(6)),
        ] {
            let nothing = LeftBehind::default();
            assert!(!rejects(trial, &ending, &nothing), "{trial}: {ending:?}");
        }
    }
}
