//! The contents of a report, which the page and the Markdown share.

pub mod html;
mod made;
pub mod markdown;
mod svg;

use std::collections::BTreeSet;
use std::fs;

use exercise_harness::explain::{self, Section};
use leak_meter::site::Site;
use leak_meter::{Resource, Round};

use crate::document::{Document, ExerciseResult, VersionResult};
use crate::last_result::ExerciseState;
use crate::location::{self, Location};
use crate::readme::Readme;
use crate::show::{meaning, palette, rows, window};
use crate::status::{Stage, Status};
use crate::workspace::{Exercise, Version, Workspace};

/// The number of growing lines that are listed for each version.
const MOST_LINES: usize = 3;
/// The number of source lines before and after a growing line.
const CONTEXT: u32 = 3;
/// The width of the table, in characters.
const WIDTH: usize = 120;

/// A whole report.
#[derive(Debug)]
pub struct Contents {
    /// When, where and from what it was made: names and facts.
    pub made: Vec<(&'static str, String)>,
    /// The exercises, in teaching order.
    pub exercises: Vec<Chapter>,
}

/// One exercise.
#[derive(Debug, Default)]
pub struct Chapter {
    pub name: String,
    pub title: String,
    /// What is known about the learner's version, in a sentence.
    pub outcome: String,
    /// The bug report, as Markdown.
    pub bug_report: String,
    pub versions: Vec<VersionSummary>,
    /// The table: in each row, a label and one cell per version.
    pub rows: Vec<Vec<String>>,
    /// The notes below the table.
    pub notes: Vec<String>,
    /// The curves of resources.
    pub charts: Vec<Chart>,
}

/// One version of an exercise.
#[derive(Debug)]
pub struct VersionSummary {
    /// Which version.
    pub version: Version,
    /// The verdict, or how it ended without one.
    pub verdict: String,
    /// What that means, in sentences.
    pub meaning: String,
    /// The first growing lines.
    pub lines: Vec<GrowingLine>,
    /// The number of further growing lines.
    pub more: usize,
    /// What holds the blocks they allocate, below a heading; empty without a scan.
    pub holders: Vec<String>,
}

#[derive(Debug)]
pub struct GrowingLine {
    /// The function that allocates.
    pub function: String,
    /// Its file and line.
    pub place: String,
    /// Its growth.
    pub keeps: String,
    /// The source around it.
    pub source: Vec<String>,
    /// Its index in `source`; `None` if the file cannot be read.
    pub grows: Option<usize>,
}

/// The curves of one resource over the operations.
#[derive(Debug)]
pub struct Chart {
    /// The resource.
    pub name: String,
    /// Whether it is in bytes.
    pub bytes: bool,
    /// One curve per version.
    pub curves: Vec<Curve>,
}

/// The curve of one version.
#[derive(Debug)]
pub struct Curve {
    /// Which version.
    pub version: Version,
    /// Pairs of operations and readings.
    pub points: Vec<(u64, u64)>,
}

impl Contents {
    /// The report of `document`, the results of `exercises` with this profile.
    pub fn new(
        workspace: &Workspace,
        exercises: &[&Exercise],
        document: &Document,
        release: bool,
    ) -> Self {
        let exercises = exercises
            .iter()
            .zip(&document.exercises)
            .map(|(exercise, result)| chapter(exercise, result))
            .collect();
        Self { made: made::facts(&workspace.root, release), exercises }
    }

    /// The versions of any exercise, in display order.
    pub fn versions(&self) -> Vec<Version> {
        let all = self.exercises.iter().flat_map(|chapter| &chapter.versions);
        let all: BTreeSet<Version> = all.map(|summary| summary.version).collect();
        all.into_iter().collect()
    }
}

fn chapter(exercise: &Exercise, result: &ExerciseResult) -> Chapter {
    if !result.is_judged {
        return unjudged(exercise, result);
    }
    let summary = |version: &VersionResult| {
        let growing: Vec<&Site> = location::growing(version.sites()).collect();
        VersionSummary {
            version: version.version,
            verdict: palette::word(version),
            meaning: meaning::sentence(exercise, version, result.requests_per_second),
            lines: growing.iter().take(MOST_LINES).map(|site| line(exercise, site)).collect(),
            more: growing.len().saturating_sub(MOST_LINES),
            holders: explain::holders(version.holders())
                .into_iter()
                .flat_map(Section::all)
                .collect(),
        }
    };
    let table = rows::all(exercise, result, WIDTH);
    Chapter {
        versions: result.versions.iter().map(summary).collect(),
        // A chart replaces the curve in the table.
        rows: table
            .into_iter()
            .filter(|row| row.first().is_none_or(|one| one != rows::DRAWN))
            .collect(),
        notes: rows::notes(result, false),
        charts: charts(exercise, result),
        ..heading(exercise)
    }
}

/// A chapter without results.
fn heading(exercise: &Exercise) -> Chapter {
    Chapter {
        outcome: outcome(Status::read(exercise)),
        bug_report: Readme::load(exercise, Version::Exercise).bug_report(),
        name: exercise.name.clone(),
        title: exercise.metadata.title.clone(),
        ..Chapter::default()
    }
}

/// The chapter of an exercise that is not judged yet: the figures of its window, without a verdict.
fn unjudged(exercise: &Exercise, result: &ExerciseResult) -> Chapter {
    let Some(version) = result.version(Version::Exercise) else { return heading(exercise) };
    let is_measured = version.verdict().is_some();
    let shown = window::rise(exercise, version).map(|(resource, _)| resource);
    let (window, keeps) = window::summary(exercise, version);
    let mut charts = charts(exercise, result);
    charts.retain(|chart| shown.is_some_and(|resource| chart.name == resource.name()));
    Chapter {
        versions: vec![VersionSummary {
            version: Version::Exercise,
            verdict: if is_measured { "not judged".to_owned() } else { palette::word(version) },
            meaning: if is_measured {
                format!("{window} {}.", keeps.unwrap_or_default())
            } else {
                version.message.clone().unwrap_or_default()
            },
            lines: Vec::new(),
            more: 0,
            holders: Vec::new(),
        }],
        rows: rows::readings_of(version).into_iter().map(Vec::from).collect(),
        notes: vec![format!("For its verdict: `cargo xtask judge {}`", exercise.name)],
        charts,
        ..heading(exercise)
    }
}

/// Whether the learner's version is fixed.
fn outcome(status: Status) -> String {
    let edited = match status.edited {
        Some(false) => "as shipped",
        Some(true) => "edited",
        None => "not compared with the shipped version",
    };
    let state = match status.stage {
        Stage::Judged => "judged: it does not leak",
        Stage::Misjudged => "misjudged: it does not leak",
        Stage::Unjudged => "not judged yet",
        Stage::Ran(ExerciseState::Fixed) => "FIXED: it passes every trial",
        Stage::Ran(ExerciseState::Leaking) => "not fixed: it still leaks",
        Stage::Ran(ExerciseState::OverBound) => "not fixed: it exceeds a bound",
        Stage::Ran(ExerciseState::Broken) => "not fixed: it is broken",
        Stage::Ran(ExerciseState::Open) => "undecided",
        Stage::NotRun => "its trials have not been run on this code",
    };
    format!("{edited}; {state}")
}

fn line(exercise: &Exercise, site: &Site) -> GrowingLine {
    let text = site.file.as_ref().and_then(|file| fs::read_to_string(exercise.path(file)).ok());
    let excerpt = |(text, number)| explain::excerpt(text, number, CONTEXT).collect();
    let source: Vec<(u32, &str)> = text.as_deref().zip(site.line).map(excerpt).unwrap_or_default();
    let place = match (Location::of_site(site), &site.file) {
        (Some(location), _) => location.to_string(),
        (None, Some(file)) => file.clone(),
        (None, None) => "unknown location".to_owned(),
    };
    GrowingLine {
        function: site.function.clone(),
        place,
        keeps: explain::growth_of(site),
        grows: source.iter().position(|(number, _)| Some(*number) == site.line),
        source: source.into_iter().map(|(_, text)| text.to_owned()).collect(),
    }
}

/// Charts of live bytes, of the declared resources, and of those that grow in any version.
fn charts(exercise: &Exercise, result: &ExerciseResult) -> Vec<Chart> {
    let is_shown = |resource: Resource| {
        let grows = result.versions.iter().flat_map(|version| version.growing(&[]));
        resource == Resource::LiveBytes
            || exercise.metadata.resources().contains(&resource)
            || grows.into_iter().any(|growth| growth.resource == resource)
    };
    let curve = |version: &VersionResult, resource| {
        let mut operations = 0;
        let mut point = |round: &Round| {
            operations += round.operations;
            Some((operations, round.reading(resource)?))
        };
        let points = version.rounds().iter().map_while(&mut point).collect();
        Curve { version: version.version, points }
    };
    let chart = |resource: Resource| Chart {
        name: resource.name().to_owned(),
        bytes: resource.is_bytes(),
        curves: result.versions.iter().map(|version| curve(version, resource)).collect(),
    };
    let all = Resource::ALL.iter().copied().filter(|resource| is_shown(*resource)).map(chart);
    all.filter(|chart| chart.curves.iter().any(|curve| !curve.points.is_empty())).collect()
}
