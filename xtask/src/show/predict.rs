//! What was predicted beside what was measured.

use std::io::Write;

use exercise_harness::units;
use leak_meter::{Growth, Resource, Verdict};

use super::meaning;
use super::palette::{self, BAD, GOOD, OPEN, QUIET, STRONG, paint};
use super::words::{self, paragraphs, wrapped};
use crate::commands::predict::Mystery;
use crate::document::VersionResult;
use crate::prediction::Prediction;
use crate::workspace::{Entry, Version};

/// By which factor a rate may be off and still be close.
const CLOSE: f64 = 2.0;

/// How a prediction compares with the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Right,
    Close,
    Partly,
    Wrong,
}

/// One question's part of the comparison.
struct Row {
    title: &'static str,
    said: Option<String>,
    measured: String,
    /// `None` where only the learner can say.
    comes_out: Option<Match>,
}

/// Prints what is told of a picked exercise.
pub fn mystery(mystery: &Mystery) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let heading = format!("The service {:?} (seed {})", mystery.service, mystery.seed);
    writeln!(out, "{}\n", paint(STRONG, &heading))?;
    for line in mystery.story.iter().flat_map(|section| paragraphs(section, words::width())) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Prints the comparison; the name of an exercise that was a `mystery`, too.
pub fn print(
    entry: &Entry,
    prediction: &Prediction,
    result: &VersionResult,
    mystery: bool,
) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    if mystery {
        let name = format!("\nIt is {}: {}", entry.name, entry.metadata.title);
        writeln!(out, "{}", paint(STRONG, &name))?;
    }
    for line in lines(entry, prediction, result, words::width()) {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    let sentence = meaning::of(entry, result, entry.metadata.requests_per_second);
    for line in wrapped(&sentence, words::width()) {
        writeln!(out, "{line}")?;
    }
    let name = &entry.name;
    writeln!(out, "\n{}", paint(STRONG, &format!("Next: cargo xtask test {name}")))?;
    writeln!(out, "Task: {}/README.md", Version::Exercise.folder(name))?;
    Ok(())
}

/// The comparison in lines of at most `width` characters.
pub fn lines(
    entry: &Entry,
    prediction: &Prediction,
    result: &VersionResult,
    width: usize,
) -> Vec<String> {
    if result.verdict.is_none() {
        let message = result.message.as_deref().unwrap_or_default();
        let text = format!(
            "There is nothing to compare with: it {}. {message}",
            palette::verb(result.outcome)
        );
        return wrapped(&text, width);
    }
    let mut lines = Vec::new();
    for row in rows(entry, prediction, result) {
        lines.push(String::new());
        lines.push(paint(STRONG, row.title));
        let said = row.said.unwrap_or_else(|| "(nothing)".to_owned());
        lines.extend(wrapped(&format!("  you said: {said}"), width));
        lines.extend(wrapped(&format!("  measured: {}", row.measured), width));
        lines.extend(row.comes_out.map(|comes_out| match comes_out {
            Match::Right => paint(GOOD, "  as predicted"),
            Match::Close => paint(GOOD, "  as predicted, within a factor of 2"),
            Match::Partly => paint(OPEN, "  partly"),
            Match::Wrong => paint(BAD, "  otherwise than predicted"),
        }));
    }
    lines
}

fn rows(entry: &Entry, prediction: &Prediction, result: &VersionResult) -> Vec<Row> {
    let growing = result.growing(entry.metadata.resources());
    let mut rows = vec![
        what_grows(prediction, result, &growing),
        rate(prediction, result, &growing),
        falls(prediction, result, &growing),
        holder(prediction, result),
    ];
    if let Some(pattern) = &prediction.pattern {
        rows.push(Row {
            title: "Which pattern it is",
            said: Some(pattern.clone()),
            measured: format!("{}: {}", entry.name, entry.metadata.summary),
            comes_out: None,
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
    let comes_out = prediction.grows.as_ref().map(|said| {
        let right = said.iter().filter(|resource| found.contains(resource)).count();
        match right {
            right if right == said.len() && right == found.len() => Match::Right,
            0 => Match::Wrong,
            _ => Match::Partly,
        }
    });
    let open = if result.verdict == Some(Verdict::Undecided) { " (some is undecided)" } else { "" };
    Row {
        title: "What grows",
        said: prediction.grows.as_deref().map(names),
        measured: names(&found) + open,
        comes_out,
    }
}

fn rate(prediction: &Prediction, result: &VersionResult, growing: &[&Growth]) -> Row {
    let first = prediction.grows.as_ref().and_then(|grows| grows.first().copied());
    let resource = first.or(growing.first().map(|growth| growth.resource));
    let resource = resource.unwrap_or(Resource::LiveBlocks);
    let found = result.growth.iter().find(|growth| growth.resource == resource);
    let found = found.and_then(|growth| growth.per_operation);
    let comes_out = prediction.rate.zip(found).map(|(said, found)| {
        let close = (said <= found * CLOSE && said * CLOSE >= found)
            // About nothing: less than one in a thousand operations.
            || (said < 0.001 && found < 0.001);
        if close { Match::Close } else { Match::Wrong }
    });
    let quantity = |value| units::quantity(resource, value);
    Row {
        title: "How much one operation leaves behind",
        said: prediction.rate.map(|rate| format!("about {}", quantity(rate))),
        measured: found.map_or_else(|| format!("{}: not available", resource.name()), quantity),
        comes_out,
    }
}

fn falls(prediction: &Prediction, result: &VersionResult, growing: &[&Growth]) -> Row {
    let grows = !growing.is_empty();
    let measured = if grows {
        "no: every round is read after its traffic has stopped and all has come to rest"
    } else if result.verdict == Some(Verdict::Steady) {
        "yes: after each round's traffic nothing more is there than after the one before"
    } else {
        "not proven either way"
    };
    let decided = result.verdict != Some(Verdict::Undecided);
    let comes_out = prediction.falls.filter(|_| decided);
    Row {
        title: "Whether it falls when the traffic stops",
        said: prediction.falls.map(|falls| if falls { "yes" } else { "no" }.to_owned()),
        measured: measured.to_owned(),
        comes_out: comes_out.map(|falls| if falls == grows { Match::Wrong } else { Match::Right }),
    }
}

/// Who holds it can be compared by the learner alone; the line that allocates what is held leads
/// there.
fn holder(prediction: &Prediction, result: &VersionResult) -> Row {
    let growing = result.sites.iter().find(|site| site.verdict == Verdict::Growing);
    let measured = growing.map_or_else(
        || "no line grows".to_owned(),
        |site| {
            let place = site.file.as_ref().zip(site.line);
            let place = place.map(|(file, line)| format!(" at {file}:{line}"));
            format!("what stays is allocated in {}{}", site.function, place.unwrap_or_default())
        },
    );
    Row { title: "Who holds it", said: prediction.holder.clone(), measured, comes_out: None }
}

/// What a question is introduced by, where it may be skipped.
pub fn skippable() -> String {
    paint(QUIET, "Enter skips a question, Esc all of them.")
}
