//! The screen of `watch`: as many lines as the terminal has, none wider. [`result`] is usually in the
//! middle of it.

mod result;

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use exercise_harness::units;

use super::palette::{BAD, OPEN, QUIET, STRONG, paint};
use super::width::WIDEST;
use super::{diff, hint, judgement, list, predict, reset};
use crate::judgement::Answer;
use crate::text::wrapped;
use crate::watch::state::{Panel, WatchState};
use crate::workspace::Version;

/// The keys and what they do; each stays on one line.
const KEYS: [&str; 12] = [
    "h hint",
    "w who holds it",
    "d diff",
    "v your verdict",
    "p predict",
    "a run all",
    "n next",
    "b back",
    "g go to",
    "l list",
    "r reset",
    "q quit",
];
/// From this many rows on, there is room for empty lines.
const ROOMY: usize = 20;
/// The width of the progress bar.
const BAR: usize = 12;

/// The whole screen for a terminal of this many columns and rows.
pub fn lines(state: &WatchState, (columns, rows): (usize, usize)) -> Vec<String> {
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
    lines.extend(visible(body, state.scrolled, room));
    lines.resize(lines.len().max(rows.saturating_sub(foot.len())), String::new());
    lines.extend(foot);
    lines.truncate(rows);
    lines.iter().map(|line| clipped(line, columns)).collect()
}

/// Prints the status of the exercise after the screen is gone.
pub fn farewell(out: &mut impl Write, state: &WatchState) -> anyhow::Result<()> {
    let name = &state.exercise.name;
    let (edited, does) = (list::edited(state.status), list::state(state.status));
    writeln!(out, "{name}: {edited}, {does}.\nContinue: cargo xtask watch {name}")?;
    Ok(())
}

fn head(state: &WatchState, width: usize) -> Vec<String> {
    let name = &state.exercise.name;
    let tally = state.tally;
    let filled = (BAR * tally.done).checked_div(tally.all).unwrap_or(0);
    let bar = format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled));
    let folder = Version::Exercise.folder(name);
    // The growing line would answer the questions about the prediction.
    let may_reveal = !matches!(state.panel, Panel::Predict { .. });
    let tested = state.now.as_ref().filter(|_| may_reveal);
    let line = tested.and_then(|tested| tested.result.place.clone());
    let open = line.unwrap_or_else(|| format!("{folder}/src"));
    let title = wrapped(&format!("{name}: {}", state.exercise.metadata.title), width);
    let mut lines: Vec<String> = title.iter().map(|line| paint(STRONG, line)).collect();
    lines.push(format!("{}, {bar} {tally}", list::edited(state.status)));
    lines.push(format!("open  {}", linked(&state.exercise.root, &open)));
    lines.push(format!("task  {}", linked(&state.exercise.root, &format!("{folder}/README.md"))));
    lines
}

fn foot(state: &WatchState, width: usize) -> Vec<String> {
    let doing = match &state.busy {
        Some(busy) => paint(OPEN, &cut(&format!("... {busy}"), width)),
        None if state.polls => paint(QUIET, "Waiting for changes (polling)."),
        None => paint(QUIET, "Waiting for changes."),
    };
    let mut lines = vec![doing];
    if state.panel.is_shown_until_a_key() {
        lines.push(if state.has_news {
            paint(OPEN, "There is a new result. Enter shows it.")
        } else {
            paint(QUIET, "Enter shows the result.")
        });
    }
    let mut keys = vec![String::new()];
    for key in KEYS {
        match keys.last_mut() {
            Some(line) if line.is_empty() => line.push_str(key),
            Some(line) if line.len() + 2 + key.len() <= width => {
                line.push_str("  ");
                line.push_str(key);
            }
            _ => keys.push(key.to_owned()),
        }
    }
    lines.extend(keys.iter().map(|line| paint(QUIET, line)));
    lines
}

/// The part of `body` that fits, from the line `scrolled` on, and how to see the rest.
fn visible(body: Vec<String>, scrolled: usize, room: usize) -> Vec<String> {
    if body.len() <= room {
        return body;
    }
    let room = room.saturating_sub(1).max(1);
    let from = scrolled.min(body.len() - room.min(body.len()));
    let more = body.len() - from - room.min(body.len() - from);
    let mut lines: Vec<String> = body.into_iter().skip(from).take(room).collect();
    let note = match more {
        0 => "(the end; up: k)".to_owned(),
        more => {
            format!("({}; down: j or space, up: k)", units::plural(more as u64, "more line"))
        }
    };
    lines.push(paint(QUIET, &note));
    lines
}

fn body(state: &WatchState, width: usize, columns: usize) -> Vec<String> {
    let broken =
        |text: &str| if text.is_empty() { vec![String::new()] } else { wrapped(text, width) };
    match &state.panel {
        Panel::Result => result::lines(state, width),
        Panel::Hint(hint) => hint::lines(&state.exercise, hint, width),
        Panel::Diff(comparison) => diff::lines(&state.exercise, comparison, columns),
        Panel::Text { title, lines } => titled(title, lines, &broken),
        Panel::List(exercises) => titled("all exercises", &list::lines(exercises), &broken),
        Panel::Reset(outcome) => titled("reset", &reset::lines(&state.exercise, outcome), &broken),
        Panel::GoTo { typed, wrong } => {
            let question = "Which exercise? Its name, or its number in the list (Esc: none)";
            let mut lines = broken(question);
            lines.extend(wrong.iter().map(|wrong| paint(BAD, wrong)));
            lines.push(format!("> {typed}_"));
            lines
        }
        Panel::AskDiff => broken(
            "It is not fixed yet, and the comparison shows the solution.\n\
             y  show it anyway\n\
             s  show my changes since it was shipped\n\
             any other key: no",
        ),
        Panel::AskReset => broken(&format!(
            "Restore {} as it was shipped? Your version is saved.\n\
             y  yes\n\
             any other key: no",
            Version::Exercise.folder(&state.exercise.name)
        )),
        Panel::Judge { answer: None, .. } => broken(
            "Is the exercise, as it was shipped, a leak?\n\
             l  a leak\n\
             n  no leak: its growth is fine\n\
             any other key: not now",
        ),
        Panel::Judge { answer: Some(answer), typed } => {
            let mut lines = broken(match answer {
                Answer::Leak => "Where? A file, and what holds it (Enter: hand in, Esc: not now)",
                Answer::NoLeak => {
                    "Why not? What ends its growth, and at how much (Enter: hand in, Esc: not now)"
                }
            });
            lines.push(format!("> {typed}_"));
            lines
        }
        Panel::Judgement(judged) => {
            let (judgement, result) = judged.as_ref();
            judgement::lines(&state.exercise, judgement, result, width)
        }
        Panel::Predict { questions, typed, wrong } => {
            let mut lines = vec![paint(STRONG, "Before it is measured: what do you expect?")];
            lines.extend(questions.first().iter().flat_map(|question| broken(question.text())));
            lines.extend(
                wrong.iter().flat_map(|wrong| wrapped(wrong, width)).map(|line| paint(BAD, &line)),
            );
            lines.push(format!("> {typed}_"));
            lines.push(predict::skip_note());
            lines
        }
        Panel::Prediction => match state.growth() {
            Some(_) if state.is_secret => vec!["It is being measured ...".to_owned()],
            Some(result) => predict::lines(&state.exercise, &state.prediction, &result, width),
            None if state.busy.is_some() => vec!["It is being measured ...".to_owned()],
            None => broken("There is no measurement to compare with. Enter shows the result."),
        },
    }
}

/// `lines`, broken by `broken`, below `title`.
fn titled(title: &str, lines: &[String], broken: &impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let lines = lines.iter().flat_map(|line| broken(line));
    std::iter::once(paint(STRONG, title)).chain(lines).collect()
}

/// `place`, relative to the root, as a link with its full path for terminals that support it.
fn linked(root: &Path, place: &str) -> String {
    let file = place.split(':').next().unwrap_or(place);
    let path = root.join(file);
    let mut address = String::from("file://");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    format!("\x1b]8;;{address}\x1b\\{place}\x1b]8;;\x1b\\")
}

/// `line` if it fits, otherwise cut off and without colours.
fn clipped(line: &str, columns: usize) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    if plain.chars().count() <= columns { line.to_owned() } else { cut(&plain, columns) }
}

/// `text` cut off at `columns` characters.
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
    use crate::last_result::{ExerciseState, LastResult};
    use crate::watch::Key;
    use crate::watch::state::{Details, Tested};
    use crate::workspace::tests::toy_cache;

    #[test]
    fn a_long_body_can_be_scrolled() {
        let body: Vec<String> = (1..=10).map(|line| line.to_string()).collect();
        assert_eq!(visible(body.clone(), 0, 10), body);
        let plain = |scrolled| -> Vec<String> {
            let lines = visible(body.clone(), scrolled, 4);
            lines.iter().map(|line| anstream::adapter::strip_str(line).to_string()).collect()
        };
        assert_eq!(plain(0), ["1", "2", "3", "(7 more lines; down: j or space, up: k)"]);
        assert_eq!(plain(6), ["7", "8", "9", "(1 more line; down: j or space, up: k)"]);
        assert_eq!(plain(99), ["8", "9", "10", "(the end; up: k)"]);
    }

    #[test]
    fn a_link_has_the_full_path_and_shows_the_short_one() {
        let link = linked(Path::new("/my work"), "exercises/a/src/a.rs:7");
        assert!(link.contains("file:///my%20work/exercises/a/src/a.rs\x1b"), "{link:?}");
        assert_eq!(anstream::adapter::strip_str(&link).to_string(), "exercises/a/src/a.rs:7");
    }

    #[test]
    fn what_hides_the_result_says_how_to_return_and_that_a_new_one_has_come() {
        let mut state = WatchState::new(toy_cache(), None);
        let is_said = |state: &WatchState, words: &str| foot(state, 80).concat().contains(words);
        assert!(!is_said(&state, "Enter shows"));
        state.show_text("who holds it", "a map");
        assert!(is_said(&state, "Enter shows the result."));
        let result = LastResult {
            content: String::new(),
            state: ExerciseState::Leaking,
            growth: Vec::new(),
            place: None,
        };
        let details = Details::DidNotBuild(String::new());
        state.set_result(Tested { result, warnings: Vec::new(), details });
        assert!(is_said(&state, "There is a new result. Enter shows it."));
        state.press(Key::Enter);
        assert!(!is_said(&state, "Enter shows"));
        // A question says itself which keys answer it.
        state.show(Panel::AskReset);
        assert!(!is_said(&state, "Enter shows"));
    }
}
