//! Check: nothing that a learner is shown before a judgement tells whether an exercise leaks. What a leak and
//! a decoy must have in common is checked for both.

use exercise_harness::exercise::ExerciseKind;
use leak_meter::{Report, Resource, Round, Verdict};

use super::decoy;
use super::outcome::{CheckOutcome, Failure};
use super::spoilers;
use super::test_bed::TestBed;
use crate::judgement::{self, WINDOW_ROUNDS};
use crate::measure::GROWTH;
use crate::readme::Readme;
use crate::workspace::{Exercise, Version};

/// The README that new exercises begin with, whose task every exercise has.
const SKELETON: &str = include_str!("../../skeleton/exercise/README.md");
/// How the description of every pattern's crate ends.
const DESCRIPTION: &str = ": contract, workload and checks of the exercise\"";
/// Words with these beginnings say in a summary how memory grows, which only some summaries would.
const GROWTH_WORDS: [&str; 10] =
    ["memory", "grow", "climb", "leak", "remain", "stay", "never", "rise", "full", "forever"];
/// The sections of an exercise's README that may say whether it leaks.
const MAY_TELL: [&str; 2] = ["## Your task", "## Hints"];
/// Of the rise in the first half of the window, as much must follow in the second half.
const SECOND_HALF: f64 = 0.3;
/// Fewer decoys than this have no order.
const FEWEST_IN_ORDER: usize = 3;

/// The checks that only read files.
pub fn check(exercise: &Exercise, all: &[Exercise]) -> CheckOutcome {
    let mut failures = texts(exercise, all);
    let metadata_file = exercise.metadata_file();
    let wrongs =
        summary(exercise).into_iter().chain(listed(exercise, all)).chain(order(exercise, all));
    failures.extend(wrongs.map(|(wrong, next)| Failure::new(&metadata_file, wrong, next)));
    CheckOutcome::new(failures, "task, description, summary and place in the list tell nothing")
}

/// What is wrong, and what to do.
type Wrong = (String, &'static str);

/// The task, the rest of the README, and the description.
fn texts(exercise: &Exercise, all: &[Exercise]) -> Vec<Failure> {
    let mut failures = Vec::new();
    let readme = Readme::load(exercise, Version::Exercise);
    let place = &readme.place;
    let skeleton = Readme::parse(&SKELETON.replace("{{name}}", &exercise.name), String::new());
    let task = |readme: &Readme| {
        let body = readme.section("## Your task").map(|section| section.body.join(" "));
        let words = body.as_deref().unwrap_or_default().split_whitespace();
        words.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    // The order and number of files differ, and nothing else.
    if task(&readme) != task(&skeleton) {
        let wrong = "Its task is not that of every exercise.";
        let next =
            "Copy \"Your task\" from xtask/skeleton/exercise/README.md, with the exercise's name.";
        let line = readme.section("## Your task").map_or(1, |section| section.line);
        failures.push(Failure::new(format!("{place}:{line}"), wrong, next));
    }
    for section in
        readme.sections.iter().filter(|section| !MAY_TELL.contains(&section.heading.as_str()))
    {
        // Exercises may be linked by their names.
        let text = section.body.join("\n");
        let text = all.iter().fold(text, |text, other| text.replace(&other.name, ""));
        let revealing = spoilers::lines(&text, &exercise.name).into_iter();
        let revealing = revealing.filter(|(_, word)| word.starts_with("leak"));
        failures.extend(revealing.map(|(line, word)| {
            let wrong = format!("The word {word:?} tells that it leaks, or is asked about.");
            let next = "Describe what was seen, for a leak as for growth that is fine.";
            Failure::new(format!("{place}:{}", section.line + line), wrong, next)
        }));
    }
    let manifest = format!("{}/Cargo.toml", exercise.crate_folder());
    let text = exercise.read(&manifest).unwrap_or_default();
    let description = text.lines().zip(1..).find(|(line, _)| line.starts_with("description = "));
    if let Some((_, line)) = description.filter(|(text, _)| !text.ends_with(DESCRIPTION)) {
        let wrong = "Its description is not of the form that all have.";
        let next =
            "Write: description = \"The service: contract, workload and checks of the exercise\"";
        failures.push(Failure::new(format!("{manifest}:{line}"), wrong, next));
    }
    failures
}

/// A summary says what the service does.
fn summary(exercise: &Exercise) -> Option<Wrong> {
    let summary = exercise.metadata.summary.to_lowercase();
    let words = summary.split(|letter: char| !letter.is_alphanumeric());
    let found =
        words.into_iter().find(|word| GROWTH_WORDS.iter().any(|bad| word.starts_with(bad)))?;
    let wrong = format!("Its summary says {found:?}, and those of others do not.");
    Some((wrong, "Say what the service does, not what grows."))
}

/// What the list shows of a decoy, it shows of a leak too.
fn listed(exercise: &Exercise, all: &[Exercise]) -> Vec<Wrong> {
    let shown = &exercise.metadata;
    if !shown.is_decoy() || all.iter().all(|other| other.metadata.is_decoy()) {
        return Vec::new();
    }
    let leaks = || all.iter().map(|other| &other.metadata).filter(|other| !other.is_decoy());
    let next = "Give it the value of a leak: the list shows it.";
    let mut wrongs = Vec::new();
    if !leaks().any(|leak| leak.difficulty == shown.difficulty) {
        wrongs.push((format!("No leak has its difficulty, {:?}.", shown.difficulty), next));
    }
    if !leaks().any(|leak| leak.minutes == shown.minutes) {
        wrongs.push((format!("No leak takes its {} minutes.", shown.minutes), next));
    }
    wrongs
}

/// The places of the decoys in the list follow no rule: they are not all equally far from the one before.
fn order(exercise: &Exercise, all: &[Exercise]) -> Option<Wrong> {
    let places = all.iter().zip(1..).filter(|(other, _)| other.metadata.is_decoy());
    let places: Vec<usize> = places.map(|(_, place)| place).collect();
    let steps: Vec<usize> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let is_regular = places.len() >= FEWEST_IN_ORDER && steps.iter().all(|step| *step == steps[0]);
    (is_regular && exercise.metadata.is_decoy()).then(|| {
        let wrong = format!("Every decoy comes {} places after the one before.", steps[0]);
        (wrong, "Change `order` of one of them.")
    })
}

/// Checks what a learner is shown of the exercise in its window: no verdict, and every declared resource
/// rises, in the second half as well.
pub fn check_window(exercise: &Exercise, test_bed: &TestBed<'_>) -> anyhow::Result<CheckOutcome> {
    let folder = exercise.folder(Version::Exercise);
    let built = test_bed.build.packages.get(&exercise.package(Version::Exercise));
    let Some(Ok(test)) = built.map(|built| &built.test) else {
        return Ok(CheckOutcome::CouldNotRun(format!("{folder} does not build.")));
    };
    let stage = format!("Measuring {} in its window", exercise.name);
    let trial = [GROWTH.to_owned()];
    let measured =
        test_bed.measure(&stage, judgement::window(exercise), &[(test.as_path(), &trial[..])])?;
    let Some(report) = measured[0].get(GROWTH).and_then(|ended| ended.report()) else {
        return Ok(CheckOutcome::CouldNotRun("Its growth trial did not complete.".to_owned()));
    };
    let operations = exercise.metadata.window_operations_per_round;
    let seen = format!("no verdict in {WINDOW_ROUNDS} rounds of {operations}, and all of it rises");
    Ok(CheckOutcome::new(in_window(exercise, &folder, report), seen))
}

fn in_window(exercise: &Exercise, folder: &str, report: &Report) -> Vec<Failure> {
    let place = format!("{folder}, trial {GROWTH} in its window");
    let mut failures = Vec::new();
    if report.verdict != Verdict::Undecided {
        let wrong = format!("It is {}, which tells whether it leaks.", report.verdict);
        failures.push(Failure::new(&place, wrong, "Change the number of rounds of every window."));
    }
    let halves = halves(&report.rounds);
    let resources: Vec<Resource> = match &exercise.metadata.kind {
        ExerciseKind::Leak { leak, .. } => leak.resources.clone(),
        ExerciseKind::Decoy(decoy) => decoy::shown_here(decoy).collect(),
    };
    for resource in resources {
        let rises = halves.map(|half| judgement::rise(half, resource).unwrap_or_default());
        if rises[0] <= 0.0 || rises[1] < SECOND_HALF * rises[0] {
            let wrong = format!(
                "{} rise by {:.3} per operation in its first half, and by {:.3} in its second.",
                resource.name(),
                rises[0],
                rises[1]
            );
            let next = "Set window_operations_per_round so that it rises in both.";
            failures.push(Failure::new(&place, wrong, next));
        }
    }
    failures
}

/// Both halves of `rounds`. The last round of the first one is the first of the second one, whose rise is
/// counted from its end.
fn halves(rounds: &[Round]) -> [&[Round]; 2] {
    let middle = rounds.len().div_ceil(2);
    [&rounds[..middle], &rounds[middle.saturating_sub(1)..]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_share_one_round_and_a_run_that_stopped_early_has_halves_too() {
        let round = serde_json::json!({
            "operations": 1, "allocations": 0, "deallocations": 0, "reallocations": 0,
            "nanoseconds": 1, "live_blocks": 0, "live_bytes": 0, "open_files": null,
            "sockets": null, "temporary_files": null, "temporary_bytes": null, "threads": null,
            "tasks": null, "resident_bytes": null, "foreign_bytes": null, "settled": true,
        });
        let rounds = vec![serde_json::from_value::<Round>(round).unwrap(); WINDOW_ROUNDS];
        let lengths = |rounds| halves(rounds).map(<[Round]>::len);
        assert_eq!(lengths(&rounds), [6, 6]);
        assert_eq!(lengths(&rounds[..2]), [1, 2]);
        assert_eq!(lengths(&rounds[..1]), [1, 1]);
        assert_eq!(lengths(&[]), [0, 0]);
    }
}
