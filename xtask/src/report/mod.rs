//! What a report tells of a run: the same contents for the page and for Markdown.

pub mod html;
pub mod markdown;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use exercise_harness::explain::{self, Section};
use exercise_harness::units;
use leak_meter::site::Site;
use leak_meter::{Resource, Round, Verdict};
use serde::Serialize;

use crate::document::{Document, ExerciseResult, VersionResult};
use crate::show::{meaning, palette, rows};
use crate::workspace::{Entry, Version, Workspace};

/// The growing lines that are told of each version.
const MOST_LINES: usize = 3;
/// The lines of source before and after a growing one.
const AROUND: usize = 3;
/// The width that figures of the table may have, in characters.
const WIDTH: usize = 120;

/// All of it.
#[derive(Debug, Serialize)]
pub struct Contents {
    pub exercises: Vec<Chapter>,
}

/// One exercise.
#[derive(Debug, Serialize)]
pub struct Chapter {
    pub name: String,
    pub title: String,
    pub versions: Vec<Told>,
    /// The table: each row a label and one cell per version.
    pub rows: Vec<Vec<String>>,
    /// What the table's words mean.
    pub notes: Vec<String>,
    pub charts: Vec<Chart>,
}

/// One version of it.
#[derive(Debug, Serialize)]
pub struct Told {
    pub version: Version,
    /// The verdict, or how it ended without one.
    pub verdict: String,
    pub meaning: String,
    /// Of the growing lines, the first.
    pub lines: Vec<Line>,
    /// How many more there are.
    pub more: usize,
    /// Who holds what they allocate, as the meter tells it; empty where it was not looked for.
    pub holders: Vec<String>,
}

/// A growing line.
#[derive(Debug, Serialize)]
pub struct Line {
    pub function: String,
    pub place: String,
    pub keeps: String,
    /// The number of the first line of `source`.
    pub from: usize,
    pub source: Vec<String>,
    /// Which of `source` it is; `None` if the file cannot be read.
    pub grows: Option<usize>,
}

/// The curves of one resource, over the operations.
#[derive(Debug, Serialize)]
pub struct Chart {
    pub name: String,
    pub bytes: bool,
    pub curves: Vec<Curve>,
}

/// The curve of one version: pairs of operations and readings.
#[derive(Debug, Serialize)]
pub struct Curve {
    pub version: Version,
    pub points: Vec<(u64, u64)>,
}

impl Contents {
    /// What is told of `document`, the result of `entries`.
    pub fn of(workspace: &Workspace, entries: &[&Entry], document: &Document) -> Self {
        let exercises = entries
            .iter()
            .zip(&document.exercises)
            .map(|(entry, result)| chapter(&workspace.root, entry, result))
            .collect();
        Self { exercises }
    }

    /// The versions that some exercise has, in order.
    pub fn versions(&self) -> Vec<Version> {
        let all = self.exercises.iter().flat_map(|chapter| &chapter.versions);
        let all: BTreeSet<Version> = all.map(|told| told.version).collect();
        all.into_iter().collect()
    }
}

fn chapter(root: &Path, entry: &Entry, result: &ExerciseResult) -> Chapter {
    let told = |version: &VersionResult| {
        let growing: Vec<&Site> =
            version.sites.iter().filter(|site| site.verdict == Verdict::Growing).collect();
        Told {
            version: version.version,
            verdict: palette::word(version),
            meaning: meaning::of(entry, version, result.requests_per_second),
            lines: growing.iter().take(MOST_LINES).map(|site| line(root, site)).collect(),
            more: growing.len().saturating_sub(MOST_LINES),
            holders: explain::holders(version.holders.as_ref())
                .into_iter()
                .flat_map(Section::all)
                .collect(),
        }
    };
    let table = rows::all(entry, result, WIDTH);
    Chapter {
        name: entry.name.clone(),
        title: entry.metadata.title.clone(),
        versions: result.versions.iter().map(told).collect(),
        // The curve that is drawn there is a chart here.
        rows: table
            .into_iter()
            .filter(|row| row.first().is_none_or(|one| one != rows::DRAWN))
            .collect(),
        notes: rows::notes(result, false),
        charts: charts(entry, result),
    }
}

fn line(root: &Path, site: &Site) -> Line {
    let number = site.line.and_then(|line| usize::try_from(line).ok());
    let text = site.file.as_ref().and_then(|file| fs::read_to_string(root.join(file)).ok());
    let at = number.map_or(0, |number| number.saturating_sub(1));
    let from = at.saturating_sub(AROUND);
    let source: Vec<String> = text
        .iter()
        .flat_map(|text| text.lines())
        .skip(from)
        .take(at + AROUND + 1 - from)
        .map(str::to_owned)
        .collect();
    let place = match (&site.file, number) {
        (Some(file), Some(number)) => format!("{file}:{number}"),
        (Some(file), None) => file.clone(),
        _ => "its place is not known".to_owned(),
    };
    Line {
        function: site.function.clone(),
        place,
        keeps: format!(
            "{} blocks and {} per operation",
            units::number(site.blocks_per_operation.unwrap_or(0.0)),
            units::bytes(site.bytes_per_operation.unwrap_or(0.0))
        ),
        from: from + 1,
        grows: (source.len() > at - from).then_some(at - from),
        source,
    }
}

/// Live bytes, and whatever else the exercise is about or grows in a version.
fn charts(entry: &Entry, result: &ExerciseResult) -> Vec<Chart> {
    let is_told = |resource: Resource| {
        let grows = result.versions.iter().flat_map(|version| version.growing(&[]));
        resource == Resource::LiveBytes
            || entry.metadata.resources().contains(&resource)
            || grows.into_iter().any(|growth| growth.resource == resource)
    };
    let curve = |version: &VersionResult, resource| {
        let mut operations = 0;
        let mut point = |round: &Round| {
            operations += round.operations;
            Some((operations, round.reading(resource)?))
        };
        let points = version.rounds.iter().map_while(&mut point).collect();
        Curve { version: version.version, points }
    };
    let chart = |resource: Resource| Chart {
        name: resource.name().to_owned(),
        bytes: resource.is_bytes(),
        curves: result.versions.iter().map(|version| curve(version, resource)).collect(),
    };
    let all = Resource::ALL.iter().copied().filter(|resource| is_told(*resource)).map(chart);
    all.filter(|chart| chart.curves.iter().any(|curve| !curve.points.is_empty())).collect()
}
