//! The bench that `watch` shows: as many lines as the terminal has, none wider than it is.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use exercise_harness::{judge, units};
use leak_meter::{Resource, Verdict};

use super::palette::{BAD, GOOD, OPEN, QUIET, STRONG, paint};
use super::words::{WIDEST, amount, wrapped};
use super::{diff, hint, list, predict};
use crate::commands::watch::state::{Panel, State, Tested, What};
use crate::finding::{self, Finding, State as Found};
use crate::measure::{BEHAVIOURS, GROWTH, Measured};
use crate::workspace::Version;

const KEYS: &str = "h hint  d diff  p predict  a run all  n next  l list  r reset  q quit";
/// From this many rows on there is room for empty lines.
const ROOMY: usize = 20;
/// The width of the bar that shows the progress.
const BAR: usize = 12;

/// The whole screen for a terminal of this many columns and rows.
pub fn lines(state: &State, (columns, rows): (usize, usize)) -> Vec<String> {
    let width = columns.min(WIDEST);
    let mut head = head(state, width);
    let mut foot = foot(state, width);
    if rows >= ROOMY {
        head.push(String::new());
        foot.insert(0, String::new());
    }
    let body = body(state, width, columns);
    let room = rows.saturating_sub(head.len() + foot.len()).max(1);
    let mut lines = head;
    lines.extend(seen(body, state.scrolled, room));
    lines.resize(lines.len().max(rows.saturating_sub(foot.len())), String::new());
    lines.extend(foot);
    lines.truncate(rows);
    lines.iter().map(|line| clipped(line, columns)).collect()
}

/// What is said after the screen is gone: where things stand.
pub fn farewell(state: &State) -> anyhow::Result<()> {
    let mut out = anstream::stdout().lock();
    let name = &state.entry.name;
    let (edited, does) = (list::edited(state.status), list::state(state.status));
    writeln!(out, "{name}: {edited}, {does}.\nOn again: cargo xtask watch {name}")?;
    Ok(())
}

fn head(state: &State, width: usize) -> Vec<String> {
    let name = &state.entry.name;
    let (fixed, all) = state.progress;
    let filled = (BAR * fixed).checked_div(all).unwrap_or(0);
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled));
    let folder = Version::Exercise.folder(name);
    // Whoever is asked who holds it is not told at the same time.
    let tells = !matches!(state.panel, Panel::Predict { .. });
    let grows = state.now.as_ref().filter(|_| tells);
    let grows = grows.and_then(|tested| tested.finding.place.clone());
    let open = grows.unwrap_or_else(|| format!("{folder}/src"));
    let title = wrapped(&format!("{name}: {}", state.entry.metadata.title), width);
    let mut lines: Vec<String> = title.iter().map(|line| paint(STRONG, line)).collect();
    lines.push(format!("{}, {bar} {fixed} of {all} fixed", list::edited(state.status)));
    lines.push(format!("open  {}", linked(&state.root, &open)));
    lines.push(format!("task  {}", linked(&state.root, &format!("{folder}/README.md"))));
    lines
}

fn foot(state: &State, width: usize) -> Vec<String> {
    let doing = match &state.busy {
        Some(busy) => paint(OPEN, &cut(&format!("... {busy}"), width)),
        None if state.polls => paint(QUIET, "Waiting for a save (looking every now and then)."),
        None => paint(QUIET, "Waiting for a save."),
    };
    let mut lines = vec![doing];
    lines.extend(wrapped(KEYS, width).iter().map(|line| paint(QUIET, line)));
    lines
}

/// What fits of `body` from the line `scrolled` on, and how to see the rest.
fn seen(body: Vec<String>, scrolled: usize, room: usize) -> Vec<String> {
    if body.len() <= room {
        return body;
    }
    let room = room.saturating_sub(1).max(1);
    let from = scrolled.min(body.len() - room.min(body.len()));
    let more = body.len() - from - room.min(body.len() - from);
    let mut lines: Vec<String> = body.into_iter().skip(from).take(room).collect();
    let note = match more {
        0 => "(the end; up: k)".to_owned(),
        more => format!("({more} more lines; down: j or space, up: k)"),
    };
    lines.push(paint(QUIET, &note));
    lines
}

fn body(state: &State, width: usize, columns: usize) -> Vec<String> {
    let broken =
        |text: &str| if text.is_empty() { vec![String::new()] } else { wrapped(text, width) };
    match &state.panel {
        Panel::Result => result(state, width),
        Panel::Hint(hint) => hint::lines(&state.entry, hint, width),
        Panel::Diff(comparison) => {
            diff::lines(&state.entry, comparison, columns, columns >= diff::SIDE_BY_SIDE)
        }
        Panel::Text { title, lines } => {
            let lines = lines.iter().flat_map(|line| broken(line));
            std::iter::once(paint(STRONG, title)).chain(lines).collect()
        }
        Panel::AskDiff => broken(
            "It is not fixed yet, and the difference shows the solution.\n\
             y  show it all the same\n\
             s  show what I have changed since it was shipped\n\
             any other key: no",
        ),
        Panel::AskReset => broken(&format!(
            "Put {} back as it was shipped? Your version is kept aside.\n\
             y  yes\n\
             any other key: no",
            Version::Exercise.folder(&state.entry.name)
        )),
        Panel::Predict { questions, typed, wrong } => {
            let mut lines = vec![paint(STRONG, "Before it is measured: what do you expect?")];
            lines.extend(questions.first().iter().flat_map(|question| broken(question.text())));
            lines.extend(
                wrong.iter().flat_map(|wrong| wrapped(wrong, width)).map(|line| paint(BAD, &line)),
            );
            lines.push(format!("> {typed}_"));
            lines.push(predict::skippable());
            lines
        }
        Panel::Prediction => match state.growth() {
            Some(result) => predict::lines(&state.entry, &state.prediction, &result, width),
            None if state.busy.is_some() => vec!["It is being measured ...".to_owned()],
            None => broken("There is no measurement to compare with. Enter shows what there is."),
        },
    }
}

/// What was found now and last time.
fn result(state: &State, width: usize) -> Vec<String> {
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
        found.map(|(_, value)| *value)
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
    let report = growth.and_then(finding::report);
    let places = report.map(|report| judge::places(&report.sites, Verdict::Growing));
    places.unwrap_or_default().iter().flat_map(|line| wrapped(line, width)).collect()
}

/// Every other trial that fails, with its sentence: behaviours first, as they are listed.
fn failures(state: &State, measured: &[Measured], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for measured in measured {
        let Some(sentence) = sentence(state, measured) else { continue };
        let report = finding::report(measured);
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
    judge::verdict_of(&measured.ended, &state.entry.metadata).err()
}

/// A place from the root, with its full path behind it where the terminal can follow it.
fn linked(root: &Path, place: &str) -> String {
    let file = place.split(':').next().unwrap_or(place);
    let path = root.join(file);
    let mut address = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    format!("\x1b]8;;{address}\x1b\\{place}\x1b]8;;\x1b\\")
}

/// `line` if it fits, else what fits of it, without its colours.
fn clipped(line: &str, columns: usize) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    if plain.chars().count() <= columns { line.to_owned() } else { cut(&plain, columns) }
}

fn cut(text: &str, columns: usize) -> String {
    if text.chars().count() <= columns {
        return text.to_owned();
    }
    let kept: String = text.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_can_be_scrolled_to() {
        let body: Vec<String> = (1..=10).map(|line| line.to_string()).collect();
        assert_eq!(seen(body.clone(), 0, 10), body);
        let plain = |scrolled| -> Vec<String> {
            let seen = seen(body.clone(), scrolled, 4);
            seen.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
        };
        assert_eq!(plain(0), ["1", "2", "3", "(7 more lines; down: j or space, up: k)"]);
        assert_eq!(plain(99), ["8", "9", "10", "(the end; up: k)"]);
    }

    #[test]
    fn a_link_has_the_whole_path_and_shows_the_short_one() {
        let link = linked(Path::new("/my work"), "exercises/a/src/a.rs:7");
        assert!(link.contains("file:///my%20work/exercises/a/src/a.rs\x1b"), "{link:?}");
        assert_eq!(anstream::adapter::strip_str(&link).to_string(), "exercises/a/src/a.rs:7");
    }

    #[test]
    fn was_and_now_are_told_of_every_resource_that_was_measured() {
        let finding = |growth: &[(Resource, f64)]| Finding {
            content: String::new(),
            state: Found::Leaking,
            growth: growth.to_vec(),
            place: None,
        };
        let before = finding(&[(Resource::LiveBlocks, 1.8), (Resource::OpenFiles, 0.4)]);
        let now = finding(&[(Resource::LiveBlocks, 0.02)]);
        assert_eq!(
            changes(Some(&before), &now),
            [
                "  was 1.80 live blocks per operation, now 0.02",
                "  was 0.40 open files per operation, now not measured"
            ]
        );
        assert_eq!(changes(None, &now), ["  0.02 live blocks per operation"]);
    }
}
