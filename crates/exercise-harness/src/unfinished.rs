//! The sentences on trials that did not come to their end, or left something behind: what happened,
//! and what to look for.

use std::time::Duration;

use crate::alone::{Ending, MOST_OUTPUT};
use crate::limits::{MEMORY, OPEN_FILES};
use crate::patience::SILENCE;
use crate::units;

/// The sentence on the programs that a trial has left behind, by their names; `None` without any.
pub fn left_running(names: &[String]) -> Option<String> {
    let (what, were) = match names.len() {
        0 => return None,
        1 => ("a process".to_owned(), "It was"),
        more => (format!("{more} processes"), "They were"),
    };
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    Some(format!(
        "It left {what} behind ({}). {were} ended; end what you start and wait for it, also on the \
         way of an error.",
        names.join(", ")
    ))
}

/// A trial that panicked with this message.
pub(crate) fn panicked(message: &str) -> String {
    // In the system's words, which the standard library repeats.
    let hint = if message.contains("Too many open files") {
        format!(
            "\nA trial may have {OPEN_FILES} files open at once; look for files or connections that \
             are kept open."
        )
    } else {
        String::new()
    };
    format!("It panicked: {message}{hint}")
}

/// A trial that did not come to its end.
pub fn unfinished(ending: &Ending, rounds: usize) -> String {
    let sentence = match ending {
        Ending::Told(_) => return "It came to its end.".to_owned(),
        Ending::Malformed { fault } => {
            return format!(
                "Its event stream cannot be trusted: {fault}. Nothing of it is counted; only the \
                 harness writes there."
            );
        }
        Ending::Aborted { signal } => format!(
            "Its process was ended by signal {signal}{} before the trial was over.{}",
            name_of(*signal),
            advice_on(*signal)
        ),
        Ending::Exited { code } => format!(
            "Its process ended with exit code {code} before the trial was over; look for a call \
             of std::process::exit."
        ),
        Ending::OutOfMemory => format!(
            "It ran out of memory: an allocation was refused (a trial may have {} of data); look \
             for a collection that grows in a loop without an end.",
            units::bytes(MEMORY as f64)
        ),
        Ending::StackOverflowed => "Its stack overflowed; look for a function that calls itself \
                                    without an end, also by way of Drop, Clone or Debug."
            .to_owned(),
        Ending::TimedOut { after, computed } => timed_out(*after, *computed),
        Ending::Flooded => format!(
            "It printed more than {} and was ended; do not print in what every operation does.",
            units::bytes(MOST_OUTPUT as f64)
        ),
    };
    let so_far = match rounds {
        0 => String::new(),
        1 => " It had measured 1 round.".to_owned(),
        rounds => format!(" It had measured {rounds} rounds."),
    };
    sentence + &so_far
}

/// A trial that was ended after this time, in which it computed for so long.
fn timed_out(after: Duration, computed: Option<Duration>) -> String {
    // On a busy machine, one that computes gets its share of it only.
    let look_for = match computed {
        Some(computed) if computed >= after / 20 => "it was computing: look for a loop",
        Some(_) => "it was waiting: look for a lock, a channel, a join or a sleep",
        None => "look for a loop or a wait",
    };
    format!(
        "It was ended after {} without a result; {look_for} without an end. ({SILENCE}=120 waits for \
         120 s.)",
        units::span(after)
    )
}

/// The lines of a child's output that are shown, from its end.
const MOST_PRINTED: usize = 20;

/// What was printed is marked, so that it is not taken for what we say.
pub(crate) fn with_output(sentence: String, output: &str) -> String {
    if output.is_empty() {
        return sentence;
    }
    let lines: Vec<&str> = output.lines().collect();
    let end = &lines[lines.len().saturating_sub(MOST_PRINTED)..];
    let plain = |line: &&str| {
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        format!("\n  | {line}")
    };
    let printed: String = end.iter().map(plain).collect();
    format!("{sentence}\nIt had printed, last:{printed}")
}

fn name_of(signal: i32) -> &'static str {
    match signal {
        4 => " (illegal instruction)",
        6 => " (abort)",
        7 => " (bus error)",
        9 => " (killed)",
        11 => " (segmentation fault)",
        15 => " (terminated)",
        _ => "",
    }
}

fn advice_on(signal: i32) -> &'static str {
    match signal {
        6 => " Look for a call of std::process::abort, or a panic while another is on its way.",
        9 => " Nobody of ours did it: is the machine out of memory?",
        4 | 7 | 11 => " Look for unsafe code.",
        _ => "",
    }
}
