//! Part of `run`: what is to be measured, its build, and its measurement.

use std::collections::BTreeMap;

use super::{Args, Choice, prepare};
use crate::cargo::{Built, DidNotBuild};
use crate::document::{ExerciseResult, VersionResult};
use crate::measure::{self, GROWTH, Job, Note};
use crate::shipped;
use crate::show;
use crate::show::progress::Progress;
use crate::workspace::{Entry, Version, Workspace};

/// A version that is to be measured, and what came of its build.
pub struct Subject<'a> {
    pub entry: &'a Entry,
    pub version: Version,
    pub built: Result<Job, VersionResult>,
}

/// An exercise, and which of its versions are to be measured.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'a> {
    pub entry: &'a Entry,
    pub versions: &'static [Version],
}

impl Args {
    /// Builds all versions, and what was shipped where that is to be measured.
    pub fn build(
        &self,
        workspace: &Workspace,
        entries: &[&Entry],
        progress: &Progress,
    ) -> anyhow::Result<BTreeMap<String, Built>> {
        let mut built = prepare::build(workspace, self.release, progress)?.packages;
        let chosen = self.choose(workspace, entries);
        let shipped = |of: &&Chosen<'_>| of.versions.contains(&Version::Shipped);
        let shipped: Vec<&Entry> = chosen.iter().filter(shipped).map(|of| of.entry).collect();
        if !shipped.is_empty() && !self.until_oom {
            progress.stage("Building what was shipped");
            let detail = progress.detail();
            built.extend(prepare::build_shipped(workspace, &shipped, self.release, detail)?);
        }
        Ok(built)
    }

    /// What is to be measured; of what does not build it is told why.
    pub fn subjects_told<'a>(
        &self,
        chosen: &[Chosen<'a>],
        built: &BTreeMap<String, Built>,
        progress: &Progress,
    ) -> Vec<Subject<'a>> {
        let subjects = self.subjects(chosen, built);
        for subject in &subjects {
            if let Err(VersionResult { version, message: Some(message), .. }) = &subject.built {
                let name = &subject.entry.name;
                progress.aside(|| show::trouble::did_not_build(*version, name, message));
            }
        }
        subjects
    }

    /// Which versions of each of `entries` are to be measured. What was shipped stands beside the
    /// learner's once they differ, if it was asked for by name or the exercise was.
    pub fn choose<'a>(&self, workspace: &Workspace, entries: &[&'a Entry]) -> Vec<Chosen<'a>> {
        let versions = |entry: &Entry| -> &'static [Version] {
            match self.version {
                Choice::Exercise => &[Version::Exercise],
                Choice::Solution => &[Version::Solution],
                Choice::Shipped => &[Version::Shipped],
                Choice::All if self.exercises.is_empty() => &Version::IN_TREE,
                Choice::All if shipped::is_comparable(&workspace.root, &entry.name) => {
                    &[Version::Shipped, Version::Exercise, Version::Solution]
                }
                Choice::All => &Version::IN_TREE,
            }
        };
        entries.iter().map(|entry| Chosen { entry, versions: versions(entry) }).collect()
    }

    /// The chosen versions of the chosen exercises, in the order in which they are shown.
    fn subjects<'a>(
        &self,
        chosen: &[Chosen<'a>],
        built: &BTreeMap<String, Built>,
    ) -> Vec<Subject<'a>> {
        let subject = |entry: &'a Entry, version: Version| {
            let built = match built.get(&version.package(&entry.name)).map(|built| &built.test) {
                Some(Ok(binary)) => Ok(Job {
                    binary: binary.clone(),
                    trial: GROWTH.to_owned(),
                    settings: self.settings(),
                }),
                Some(Err(DidNotBuild { message })) => {
                    Err(VersionResult::not_built(version, message))
                }
                None => {
                    let folder = version.folder(&entry.name);
                    let message = format!("{folder}/Cargo.toml is not there.");
                    Err(VersionResult::not_built(version, &message))
                }
            };
            Subject { entry, version, built }
        };
        let all = chosen.iter().flat_map(|Chosen { entry, versions }| {
            versions.iter().map(move |version| (*entry, *version))
        });
        all.map(|(entry, version)| subject(entry, version)).collect()
    }

    /// Measures `subjects`, and hands each exercise's result to `see` as soon as it and all before
    /// it are whole.
    pub fn measure(
        &self,
        chosen: &[Chosen<'_>],
        subjects: Vec<Subject<'_>>,
        progress: &Progress,
        mut see: impl FnMut(usize, &ExerciseResult) -> anyhow::Result<()>,
    ) -> anyhow::Result<Vec<ExerciseResult>> {
        let mut results = Vec::new();
        let (mut jobs, mut job_of) = (Vec::new(), Vec::new());
        let mut whole: Vec<Option<VersionResult>> = Vec::new();
        let mut about = Vec::new();
        for subject in subjects {
            about.push((subject.entry, subject.version));
            let (job, result) = match subject.built {
                Ok(job) => (Some(job), None),
                Err(result) => (None, Some(result)),
            };
            jobs.extend(job.inspect(|_| job_of.push(whole.len())));
            whole.push(result);
        }
        let mut at = 0;
        let mut advance = |whole: &[Option<VersionResult>]| {
            while let Some(Chosen { entry, versions }) = chosen.get(results.len()) {
                let end = at + versions.len();
                let versions: Option<Vec<_>> = whole[at..end].iter().cloned().collect();
                let Some(versions) = versions else { break };
                at = end;
                let result = ExerciseResult {
                    exercise: entry.name.clone(),
                    requests_per_second: self.rate(entry),
                    versions,
                };
                see(results.len(), &result)?;
                results.push(result);
            }
            anyhow::Ok(())
        };
        advance(&whole)?;
        let mut done = 0;
        measure::run(&jobs, |job, note| {
            let (entry, version) = about[job_of[job]];
            if let Note::Done(measured) = note {
                let rate = self.rate(entry);
                let result = VersionResult::of(version, &measured.ended, &entry.metadata, rate);
                whole[job_of[job]] = Some(result);
                done += 1;
                advance(&whole)?;
            }
            progress.trial(done, jobs.len(), &version.package(&entry.name), &note);
            Ok(())
        })?;
        Ok(results)
    }
}
