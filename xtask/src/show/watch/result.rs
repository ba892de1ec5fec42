//! What was found now and last time: the verdict, the growth, the lines that grow, what else fails.

use exercise_harness::explain::{self, Section};
use exercise_harness::units;
use leak_meter::{Resource, Verdict};

use super::linked;
use crate::commands::watch::state::{State, Tested, What};
use crate::finding::{Finding, State as Found};
use crate::measure::{BEHAVIOURS, GROWTH, Measured};
use crate::show::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::show::words::{amount, wrapped};
use crate::workspace::Version;

/// What was found now and last time.
pub fn lines(state: &State, width: usize) -> Vec<String> {
    let Some(Tested { finding, what }) = &state.now else {
        return vec!["Not tested yet ...".to_owned()];
    };
    let mut lines = Vec::new();
    if state.is_older {
        lines.push(paint(OPEN, "Before your last save:"));
    }
    match what {
        What::DidNotBuild(message) => {
            lines.push(paint(BAD, "BROKEN: it does not build. The compiler says:"));
            lines.extend(message.lines().map(str::to_owned));
        }
        What::Measured(measured) => {
            lines.push(verdict(finding, state, measured));
            lines.extend(changes(state.before.as_ref(), finding));
            lines.extend(state.beside.iter().map(|(version, found)| beside(*version, found)));
            lines.extend(growing_lines(measured, width));
            lines.extend(failures(state, measured, width));
            if finding.state == Found::Fixed {
                let readme = format!("{}/README.md", Version::Solution.folder(&state.entry.name));
                let compare = format!("Compare with ours: d, or {}", linked(&state.root, &readme));
                lines.extend([compare, "Go on with the next one: n".to_owned()]);
            }
        }
    }
    lines
}

fn verdict(finding: &Finding, state: &State, measured: &[Measured]) -> String {
    let failed = measured.iter().filter(|measured| sentence(state, measured).is_some()).count();
    let (all, passed) = (measured.len(), measured.len() - failed);
    let (style, word) = match finding.state {
        Found::Fixed => (GOOD, "FIXED"),
        Found::Leaking => (BAD, "LEAKING"),
        Found::Broken => (BAD, "BROKEN"),
        Found::Open => (OPEN, "NOT PROVEN YET"),
    };
    format!("{}: {passed} of {all} trials pass", paint(style, word))
}

/// How much of each resource an operation leaves behind: the last time, and now.
fn changes(before: Option<&Finding>, now: &Finding) -> Vec<String> {
    let rate = |finding: &Finding, resource: Resource| {
        let found = finding.growth.iter().find(|(grown, _)| *grown == resource);
        // A slope that falls a little is that of noise: nothing stays.
        found.map(|(_, value)| value.max(0.0))
    };
    let nothing = Vec::new();
    let earlier = before.map_or(&nothing, |before| &before.growth);
    let mut resources: Vec<Resource> = now.growth.iter().map(|(resource, _)| *resource).collect();
    for (resource, _) in earlier {
        if !resources.contains(resource) {
            resources.push(*resource);
        }
    }
    let line = |resource: Resource| {
        let was = before.and_then(|before| rate(before, resource));
        match (was, rate(now, resource)) {
            (Some(was), Some(now)) => format!(
                "  was {} per operation, now {}",
                units::quantity(resource, was),
                amount(resource, now)
            ),
            (None, Some(now)) => format!("  {} per operation", units::quantity(resource, now)),
            (Some(was), None) => {
                format!("  was {} per operation, now not measured", units::quantity(resource, was))
            }
            (None, None) => String::new(),
        }
    };
    resources.into_iter().map(line).filter(|line| !line.is_empty()).collect()
}

/// What another version was found to be.
fn beside(version: Version, found: &Finding) -> String {
    let rates = found.growth.iter().map(|(resource, value)| units::quantity(*resource, *value));
    let rates = rates.collect::<Vec<_>>().join(", ");
    let noun = version.noun();
    if rates.is_empty() {
        format!("  {noun}: {}", found.state)
    } else {
        format!("  {noun}: {rates} per operation")
    }
}

/// The lines that grow, each with what the report tells of it.
fn growing_lines(measured: &[Measured], width: usize) -> Vec<String> {
    let growth = measured.iter().find(|measured| measured.trial == GROWTH);
    let report = growth.and_then(|measured| measured.ended.report());
    let places = report.and_then(|report| explain::places(&report.sites, Verdict::Growing));
    places.into_iter().flat_map(Section::all).flat_map(|line| wrapped(&line, width)).collect()
}

/// Every other trial that fails, with its sentence: behaviours first, as they are listed.
fn failures(state: &State, measured: &[Measured], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for measured in measured {
        let Some(sentence) = sentence(state, measured) else { continue };
        let report = measured.ended.report();
        // What grows stands above, line by line.
        if measured.trial == GROWTH && report.is_some_and(|r| r.verdict == Verdict::Growing) {
            continue;
        }
        lines.push(format!("{} {}", paint(BAD, "FAIL"), measured.trial));
        lines.extend(
            wrapped(&sentence, width.saturating_sub(5)).iter().map(|line| format!("     {line}")),
        );
    }
    let behaviours = measured.iter().filter(|measured| measured.trial.starts_with(BEHAVIOURS));
    let broken = behaviours.filter(|measured| sentence(state, measured).is_some()).count();
    if broken > 0 {
        let more = "What must not change stands in its README.";
        lines.push(paint(QUIET, more));
    }
    lines
}

fn sentence(state: &State, measured: &Measured) -> Option<String> {
    explain::verdict(&measured.ended, &state.entry.metadata).err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn was_and_now_are_told_of_every_resource_that_was_measured() {
        let finding = |growth: &[(Resource, f64)]| Finding {
            content: String::new(),
            state: Found::Leaking,
            growth: growth.to_vec(),
            place: None,
        };
        let before = finding(&[(Resource::LiveBlocks, 1.8), (Resource::OpenFiles, 0.4)]);
        let now = finding(&[(Resource::LiveBlocks, 0.5)]);
        assert_eq!(
            changes(Some(&before), &now),
            [
                "  was 1.80 live blocks per operation, now 0.50",
                "  was 0.40 open files per operation, now not measured"
            ]
        );
        assert_eq!(changes(None, &now), ["  0.50 live blocks per operation"]);
    }
}
