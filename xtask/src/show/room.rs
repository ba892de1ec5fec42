//! How far the learners in a room are.

use std::io::{self, Write};
use std::time::Duration;

use exercise_harness::units;
use jiff::Timestamp;

use super::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::room::{ExerciseProgress, Learner, Room};
use crate::text::wrapped;

/// Clears the terminal, for a display that is repeated.
pub fn clear(out: &mut impl Write) -> io::Result<()> {
    write!(out, "\x1b[2J\x1b[H")
}

/// Prints how many learners have reached each stage of each exercise, and which exercise each learner is on. If that
/// takes more than `rows` lines, exercises that nobody has begun are counted in one, and learners are listed by exercise.
pub fn print(
    out: &mut impl Write,
    room: &Room,
    now: Timestamp,
    (columns, rows): (usize, usize),
) -> anyhow::Result<()> {
    let mut lines: Vec<String> = room.unreadable.iter().map(|line| paint(BAD, line)).collect();
    let learners: Vec<&Learner> = room.learners.values().collect();
    if learners.is_empty() {
        lines.push("There are no lines of `cargo xtask status` yet.".to_owned());
    } else {
        lines.push(units::plural(learners.len() as u64, "learner"));
        lines.push(String::new());
        let all = [stages(&learners, false), vec![String::new()], each(&learners, now)].concat();
        if lines.len() + all.len() <= rows {
            lines.extend(all);
        } else {
            lines.extend(stages(&learners, true));
            lines.push(String::new());
            lines.extend(by_exercise(&learners, columns));
            lines.truncate(rows);
        }
    }
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The table of exercises and stages. Folded, it leaves out the exercises that nobody has begun.
fn stages(learners: &[&Learner], is_folded: bool) -> Vec<String> {
    // The exercises in teaching order, as the learner with most of them lists them.
    let longest = learners.iter().max_by_key(|learner| learner.exercises.len());
    let names: Vec<&str> = longest
        .into_iter()
        .flat_map(|learner| &learner.exercises)
        .map(|(name, _)| name.as_str())
        .collect();
    let width = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let words: Vec<String> =
        ExerciseProgress::ALL.iter().map(|(_, word)| format!("{word:>9}")).collect();
    let mut lines = vec![format!("{:width$} {}", "", words.join(" "))];
    let mut folded = 0;
    for name in names {
        let with = |wanted: ExerciseProgress| {
            let states = learners.iter().flat_map(|learner| &learner.exercises);
            states.filter(|(one, progress)| one == name && *progress == wanted).count()
        };
        let counts = ExerciseProgress::ALL.map(|(state, _)| (state, with(state)));
        let is_begun =
            |(state, count): &(_, usize)| *state != ExerciseProgress::Untouched && *count > 0;
        if is_folded && !counts.iter().any(is_begun) {
            folded += 1;
            continue;
        }
        let cells: Vec<String> = counts.iter().map(|(state, count)| cell(*state, *count)).collect();
        lines.push(format!("{name:width$} {}", cells.join(" ")));
    }
    if folded > 0 {
        let untouched = units::plural(folded, "exercise");
        lines.push(paint(QUIET, &format!("and {untouched} that nobody has begun")));
    }
    lines
}

/// A line for each learner.
fn each(learners: &[&Learner], now: Timestamp) -> Vec<String> {
    let width = learners.iter().map(|learner| learner.name.chars().count()).max().unwrap_or(0);
    let tallies = learners.iter().map(|learner| learner.tally().to_string().len());
    let tally_width = tallies.max().unwrap_or(0);
    let line = |learner: &&Learner| {
        let ago = now.duration_since(learner.at).unsigned_abs().max(Duration::from_secs(1));
        format!(
            "{:width$}  {:tally_width$}  {}  {}",
            learner.name,
            learner.tally().to_string(),
            place(learner),
            paint(QUIET, &format!("({} ago)", units::span(ago)))
        )
    };
    learners.iter().map(line).collect()
}

/// The learners by what they work on, in teaching order, in lines of at most `width` characters.
fn by_exercise(learners: &[&Learner], width: usize) -> Vec<String> {
    let mut places: Vec<(usize, String, Vec<&str>)> = Vec::new();
    for learner in learners {
        let current = learner.current().map(|(name, _)| name);
        let order = learner.exercises.iter().position(|(name, _)| Some(name) == current);
        let place = place(learner);
        match places.iter_mut().find(|(_, one, _)| *one == place) {
            Some((.., names)) => names.push(&learner.name),
            None => places.push((order.unwrap_or(usize::MAX), place, vec![&learner.name])),
        }
    }
    places.sort();
    let lines = |(_, place, names): &(usize, String, Vec<&str>)| {
        let count = units::plural(names.len() as u64, "learner");
        wrapped(&format!("{place}: {count}: {}", names.join(", ")), width)
    };
    places.iter().flat_map(lines).collect()
}

/// The exercise that the learner works on, and its stage.
fn place(learner: &Learner) -> String {
    let current = learner.current();
    current.map_or("all done".to_owned(), |(name, state)| format!("{name}, {}", state.word()))
}

fn cell(state: ExerciseProgress, count: usize) -> String {
    let text = format!("{:>9}", if count == 0 { "\u{b7}".to_owned() } else { count.to_string() });
    match state {
        _ if count == 0 => paint(QUIET, &text),
        ExerciseProgress::Done => paint(GOOD, &text),
        ExerciseProgress::Broken => paint(BAD, &text),
        ExerciseProgress::Begun => paint(OPEN, &text),
        ExerciseProgress::Untouched => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exercises_are_counted_and_learners_are_placed() {
        let mut room = Room::default();
        room.add(
            "leak-lab/2 ada 2027-01-15T08:00:00Z judged=2 a=done b=broken\n\
             leak-lab/2 alan 2027-01-15T08:01:00Z judged=1 a=done b=untouched\nleak-lab/2 eve",
        );
        let mut out = anstream::StripStream::new(Vec::new());
        let now = "2027-01-15T08:05:00Z".parse().unwrap();
        print(&mut out, &room, now, (80, 24)).unwrap();
        let text = String::from_utf8(out.into_inner()).unwrap();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let lines: Vec<Vec<String>> = text.lines().map(words).collect();
        assert_eq!(lines[0].join(" "), "the time is missing: leak-lab/2 eve");
        assert_eq!(lines[1].join(" "), "2 learners");
        assert_eq!(lines[4].join(" "), "a 2 \u{b7} \u{b7} \u{b7}");
        assert_eq!(lines[5].join(" "), "b \u{b7} 1 \u{b7} 1");
        assert_eq!(lines[7].join(" "), "ada 1 of 2 done, 2 judged b, broken (5 min ago)");
        assert_eq!(lines[8].join(" "), "alan 1 of 2 done, 1 judged b, untouched (4 min ago)");
    }

    #[test]
    fn twenty_learners_fit_on_a_terminal_of_24_rows() {
        let mut room = Room::default();
        for number in 0..20 {
            let begun = if number < 12 { "x0=begun" } else { "x0=done x1=broken" };
            let rest: Vec<String> = (2..16).map(|other| format!("x{other}=untouched")).collect();
            room.add(&format!(
                "leak-lab/2 learner-{number:02} 2027-01-15T08:00:00Z judged=2 {begun} {}",
                rest.join(" ")
            ));
        }
        let shown = |size| {
            let mut out = anstream::StripStream::new(Vec::new());
            print(&mut out, &room, "2027-01-15T08:05:00Z".parse().unwrap(), size).unwrap();
            String::from_utf8(out.into_inner()).unwrap()
        };
        let small = shown((80, 24));
        assert!(small.lines().count() <= 24, "{small}");
        assert!(small.lines().all(|line| line.chars().count() <= 80), "{small}");
        for words in
            ["and 14 exercises that nobody has begun", "x0, begun: 12 learners: learner-00"]
        {
            assert!(small.contains(words), "{words:?} is not in\n{small}");
        }
        for number in 0..20 {
            assert!(small.contains(&format!("learner-{number:02}")), "{number} in\n{small}");
        }
        let large = shown((80, 60));
        assert_eq!(large.lines().count(), 3 + 16 + 1 + 20, "{large}");
    }
}
