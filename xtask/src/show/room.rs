//! How far the learners in a room are.

use std::io::{self, Write};
use std::time::Duration;

use exercise_harness::units;
use jiff::Timestamp;

use super::palette::{BAD, GOOD, OPEN, QUIET, paint};
use crate::room::{ExerciseProgress, Room};

/// Clears the terminal, for a display that is repeated.
pub fn clear(out: &mut impl Write) -> io::Result<()> {
    write!(out, "\x1b[2J\x1b[H")
}

/// Prints how many learners have reached each stage of each exercise, and which exercise each
/// learner is on.
pub fn print(out: &mut impl Write, room: &Room, now: Timestamp) -> anyhow::Result<()> {
    for line in &room.unreadable {
        writeln!(out, "{}", paint(BAD, line))?;
    }
    let learners: Vec<_> = room.learners.values().collect();
    if learners.is_empty() {
        writeln!(out, "There are no lines of `cargo xtask status` yet.")?;
        return Ok(());
    }
    writeln!(out, "{}\n", units::plural(learners.len() as u64, "learner"))?;
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
    writeln!(out, "{:width$} {}", "", words.join(" "))?;
    for name in names {
        let with = |wanted: ExerciseProgress| {
            let states = learners.iter().flat_map(|learner| &learner.exercises);
            states.filter(|(one, progress)| one == name && *progress == wanted).count()
        };
        let cells: Vec<String> =
            ExerciseProgress::ALL.iter().map(|(state, _)| cell(*state, with(*state))).collect();
        writeln!(out, "{name:width$} {}", cells.join(" "))?;
    }
    writeln!(out)?;
    let width = learners.iter().map(|learner| learner.name.chars().count()).max().unwrap_or(0);
    let tallies = learners.iter().map(|learner| learner.tally().to_string().len());
    let tally_width = tallies.max().unwrap_or(0);
    for learner in learners {
        let at = learner.current().map_or("all done".to_owned(), |(name, progress)| {
            format!("{name}, {}", progress.word())
        });
        let ago = now.duration_since(learner.at).unsigned_abs().max(Duration::from_secs(1));
        writeln!(
            out,
            "{:width$}  {:tally_width$}  {at}  {}",
            learner.name,
            learner.tally().to_string(),
            paint(QUIET, &format!("({} ago)", units::span(ago)))
        )?;
    }
    Ok(())
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
        print(&mut out, &room, "2027-01-15T08:05:00Z".parse().unwrap()).unwrap();
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
}
