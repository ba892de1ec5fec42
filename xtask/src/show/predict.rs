//! A prediction compared with the measurement.

use std::io::Write;

use exercise_harness::{explain, units};
use leak_meter::{Growth, Resource, Verdict};

use super::meaning;
use super::palette::{self, BAD, GOOD, OPEN, QUIET, STRONG, paint};
use super::width;
use crate::document::VersionResult;
use crate::location::{self, Location};
use crate::mystery::Mystery;
use crate::prediction::Prediction;
use crate::text::{paragraphs, wrapped};
use crate::workspace::{Exercise, Version};

/// By which factor a predicted rate may be off and still be close.
const CLOSE: f64 = 2.0;

/// How a prediction compares with the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accuracy {
    Right,
    Close,
    Partly,
    Wrong,
}

/// The comparison of one question.
struct Row {
    title: &'static str,
    predicted: Option<String>,
    measured: String,
    /// `None` if only the learner can judge.
    accuracy: Option<Accuracy>,
}

/// Prints the story of a picked exercise.
pub fn mystery(out: &mut impl Write, mystery: &Mystery) -> anyhow::Result<()> {
    let heading = format!("The service {:?} (seed {})", mystery.service, mystery.seed);
    writeln!(out, "{}\n", paint(STRONG, &heading))?;
    for line in mystery.story.iter().flat_map(|section| paragraphs(section, width::text())) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Prints the comparison, and the name of an exercise that was a `mystery`.
pub fn print(
    out: &mut impl Write,
    exercise: &Exercise,
    prediction: &Prediction,
    result: &VersionResult,
    mystery: bool,
) -> anyhow::Result<()> {
    if mystery {
        let name = format!("\nIt is {}: {}", exercise.name, exercise.metadata.title);
        writeln!(out, "{}", paint(STRONG, &name))?;
    }
    for line in lines(exercise, prediction, result, width::text()) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    let sentence = meaning::sentence(exercise, result, exercise.metadata.requests_per_second);
    for line in wrapped(&sentence, width::text()) {
        writeln!(out, "{line}")?;
    }
    let name = &exercise.name;
    writeln!(out, "\n{}", paint(STRONG, &format!("Next: cargo xtask test {name}")))?;
    writeln!(out, "Task: {}", exercise.readme(Version::Exercise))?;
    Ok(())
}

/// The comparison in lines of at most `width` characters.
pub fn lines(
    exercise: &Exercise,
    prediction: &Prediction,
    result: &VersionResult,
    width: usize,
) -> Vec<String> {
    if result.verdict().is_none() {
        let message = result.message.as_deref().unwrap_or_default();
        let text = format!(
            "There is no measurement to compare with: it {}. {message}",
            palette::verb(result.outcome)
        );
        return wrapped(&text, width);
    }
    let mut lines = Vec::new();
    for row in rows(exercise, prediction, result) {
        lines.push(String::new());
        lines.push(paint(STRONG, row.title));
        let predicted = row.predicted.unwrap_or_else(|| "(no answer)".to_owned());
        lines.extend(wrapped(&format!("  you said: {predicted}"), width));
        lines.extend(wrapped(&format!("  measured: {}", row.measured), width));
        lines.extend(row.accuracy.map(|accuracy| match accuracy {
            Accuracy::Right => paint(GOOD, "  as predicted"),
            Accuracy::Close => paint(GOOD, "  as predicted, within a factor of 2"),
            Accuracy::Partly => paint(OPEN, "  partly"),
            Accuracy::Wrong => paint(BAD, "  not as predicted"),
        }));
    }
    lines
}

fn rows(exercise: &Exercise, prediction: &Prediction, result: &VersionResult) -> Vec<Row> {
    let growing = result.growing(exercise.metadata.resources());
    let mut rows = vec![
        what_grows(prediction, result, &growing),
        rate(prediction, result, &growing),
        falls(prediction, result, &growing),
        holder(exercise, prediction, result),
    ];
    if let Some(pattern) = &prediction.pattern {
        rows.push(Row {
            title: "Which pattern it is",
            predicted: Some(pattern.clone()),
            measured: format!("{}: {}", exercise.name, exercise.metadata.summary),
            accuracy: None,
        });
    }
    rows
}

fn what_grows(prediction: &Prediction, result: &VersionResult, growing: &[&Growth]) -> Row {
    let found: Vec<Resource> = growing.iter().map(|growth| growth.resource).collect();
    let names = |resources: &[Resource]| match resources {
        [] => "nothing".to_owned(),
        some => some.iter().map(|resource| resource.name()).collect::<Vec<_>>().join(", "),
    };
    let accuracy = prediction.grows.as_ref().map(|predicted| {
        let right = predicted.iter().filter(|resource| found.contains(resource)).count();
        match right {
            right if right == predicted.len() && right == found.len() => Accuracy::Right,
            0 => Accuracy::Wrong,
            _ => Accuracy::Partly,
        }
    });
    let open =
        if result.verdict() == Some(Verdict::Undecided) { " (some is undecided)" } else { "" };
    Row {
        title: "What grows without end",
        predicted: prediction.grows.as_deref().map(names),
        measured: names(&found) + open,
        accuracy,
    }
}

fn rate(prediction: &Prediction, result: &VersionResult, growing: &[&Growth]) -> Row {
    let first = prediction.grows.as_ref().and_then(|grows| grows.first().copied());
    let resource = first.or(growing.first().map(|growth| growth.resource));
    let resource = resource.unwrap_or(Resource::LiveBlocks);
    let found = result.growth().iter().find(|growth| growth.resource == resource);
    let found = found.and_then(|growth| growth.per_operation);
    let accuracy = prediction.rate.zip(found).map(|(said, found)| {
        let close = (said <= found * CLOSE && said * CLOSE >= found)
            // Both are almost nothing: less than one in a thousand operations.
            || (said < 0.001 && found < 0.001);
        if close { Accuracy::Close } else { Accuracy::Wrong }
    });
    let quantity = |value| units::quantity(resource, value);
    Row {
        title: "How much each operation leaks",
        predicted: prediction.rate.map(|rate| format!("about {}", quantity(rate))),
        measured: found.map_or_else(|| format!("{}: not available", resource.name()), quantity),
        accuracy,
    }
}

fn falls(prediction: &Prediction, result: &VersionResult, growing: &[&Growth]) -> Row {
    let grows = !growing.is_empty();
    let measured = if grows {
        "no: each reading is taken after the traffic of its round has stopped and settled"
    } else if result.verdict() == Some(Verdict::Steady) {
        "yes: after the traffic of each round, there is no more than after the round before"
    } else {
        "not proven either way"
    };
    let decided = result.verdict() != Some(Verdict::Undecided);
    let accuracy = prediction.falls.filter(|_| decided);
    Row {
        title: "Whether it falls when the traffic stops",
        predicted: prediction.falls.map(|falls| if falls { "yes" } else { "no" }.to_owned()),
        measured: measured.to_owned(),
        accuracy: accuracy
            .map(|falls| if falls == grows { Accuracy::Wrong } else { Accuracy::Right }),
    }
}

/// Only the learner can compare the holder with the answer. Where no line of the exercise holds the growing
/// memory, the line that allocates it leads there.
fn holder(exercise: &Exercise, prediction: &Prediction, result: &VersionResult) -> Row {
    let holders = result.report.as_ref().and_then(|report| report.holders.as_ref());
    let mut found: Vec<String> =
        explain::first_holder(holders).iter().map(|line| line.trim().to_owned()).collect();
    let growing = location::growing(result.sites()).next();
    if growing.is_none() {
        found = vec!["no line grows".to_owned()];
    }
    let has_line = holders.and_then(|holders| location::of_holder(exercise, holders)).is_some();
    if let Some(site) = growing.filter(|_| !has_line) {
        let place = Location::of_site(site).map(|location| format!(" at {location}"));
        let place = place.unwrap_or_default();
        found.push(format!("(it is allocated in {}{place})", site.function));
    }
    let measured = found.join(" ");
    Row { title: "Who holds it", predicted: prediction.holder.clone(), measured, accuracy: None }
}

/// The note that questions can be skipped.
pub fn skip_note() -> String {
    paint(QUIET, "Enter skips a question, Esc skips all.")
}
