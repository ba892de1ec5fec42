//! Sentences about trials that did not complete, or that left processes behind: what happened, and
//! what to look for.

use std::time::Duration;

use super::ending_code;
use super::timeouts::SILENCE_VARIABLE;
use super::trial_process::MAX_OUTPUT;
use super::trial_run::{Ending, LeftBehind};
use crate::protocol::limits::{MEMORY, OPEN_FILES};
use crate::units;

/// What the standard library says when a thread cannot be started.
const NO_THREAD: &str = "failed to spawn thread";
const NO_MORE_THREADS: &str = "no more threads could be started: look for threads that never end";
/// How many lines of a child's output are shown, from its end.
const SHOWN_LINES: usize = 20;

/// The sentences about what a trial has left behind; `None` if there is nothing.
pub fn left_behind(left: &LeftBehind) -> Option<String> {
    let sentences = [left_running(&left.left_running), left_files(&left.left_files)];
    let sentences: Vec<String> = sentences.into_iter().flatten().collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn left_files(names: &[String]) -> Option<String> {
    const SHOWN: usize = 3;
    let files = units::plural(names.len() as u64, "file");
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| {
        format!(
            "It left {files} in the system's folder for temporary files or in the current folder \
             ({shown}{more}). Remove every file that you create, on error paths too."
        )
    })
}

fn left_running(names: &[String]) -> Option<String> {
    let (what, were) = match names.len() {
        0 => return None,
        1 => ("a process".to_owned(), "It was"),
        more => (format!("{more} processes"), "They were"),
    };
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    Some(format!(
        "It left {what} behind ({}). {were} ended; end and wait for every process that you start, \
         on error paths too.",
        names.join(", ")
    ))
}

/// The sentence about a trial that panicked with this message.
pub(super) fn panicked(message: &str) -> String {
    // The system's message, which the standard library repeats.
    let hint = if message.contains(NO_THREAD) {
        format!("\nThe reason: {NO_MORE_THREADS}.")
    } else if message.contains("Too many open files") {
        format!(
            "\nA trial may have {OPEN_FILES} files open at once; look for files or connections \
             that are kept open."
        )
    } else {
        String::new()
    };
    format!("It panicked: {message}{hint}")
}

/// The sentence about a trial that did not complete after this many rounds. `output` is the last part of
/// its output, which may contain the reason.
pub fn failure_text(ending: &Ending, rounds: usize, output: &str) -> String {
    let sentence = match ending {
        Ending::Completed(_) => return "It completed.".to_owned(),
        Ending::Malformed { fault } => {
            return format!(
                "Its event stream is invalid: {fault}. The stream is ignored; only the harness may \
                 write to it."
            );
        }
        Ending::Aborted { signal } => format!(
            "Its process was ended by {} before the trial was over.{}",
            ending_code::describe(*signal),
            ending_code::advice(*signal)
        ),
        Ending::Exited { code } => format!(
            "Its process ended with exit code {code} before the trial was over; look for a call \
             of std::process::exit."
        ),
        Ending::OutOfMemory => format!(
            "It ran out of memory: an allocation was refused (a trial may have {} of data); look \
             for an endless loop that grows a collection.",
            units::bytes(MEMORY as f64)
        ),
        Ending::StackOverflowed => {
            "Its stack overflowed; look for endless recursion, also in Drop, Clone or Debug."
                .to_owned()
        }
        Ending::TimedOut { after, computed } => timed_out(*after, *computed, output),
        Ending::Flooded => format!(
            "It printed more than {} and was ended; do not print in every operation.",
            units::bytes(MAX_OUTPUT as f64)
        ),
    };
    match rounds {
        0 => sentence,
        rounds => {
            format!("{sentence} It had measured {}.", units::plural(rounds as u64, "round"))
        }
    }
}

/// The sentence about a trial that was ended after this time, with its processor time.
fn timed_out(after: Duration, computed: Option<Duration>, output: &str) -> String {
    let look_for = match computed {
        // What waits for the work of that thread waits forever.
        _ if output.contains(NO_THREAD) => NO_MORE_THREADS,
        // On a busy machine, a computing trial gets only a share of the processor.
        Some(computed) if computed >= after / 20 => "it was computing: look for an endless loop",
        Some(_) => "it was waiting: look for a lock, a channel, a join or a sleep that never ends",
        None => "look for an endless loop or wait",
    };
    format!(
        "It was ended after {} without a result; {look_for}. (To wait for 120 s, set \
         {SILENCE_VARIABLE}=120.)",
        units::span(after)
    )
}

/// `sentence`, followed by the last lines of the output. Each is marked, so that it cannot pass for
/// Leak Lab's own text.
pub(super) fn with_output(sentence: String, output: &str) -> String {
    if output.is_empty() {
        return sentence;
    }
    let lines: Vec<&str> = output.lines().collect();
    let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
    let marked = |line: &&str| {
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        format!("\n  | {line}")
    };
    let printed: String = last.iter().map(marked).collect();
    format!("{sentence}\nThe end of its output:{printed}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_cannot_be_started_is_the_reason_for_the_wait() {
        let ended = Ending::TimedOut {
            after: Duration::from_secs(30),
            computed: Some(Duration::from_millis(3)),
        };
        let waiting = failure_text(&ended, 0, "all is well");
        assert!(waiting.contains("it was waiting: look for a lock"), "{waiting}");
        let output = "thread 'main' panicked: failed to spawn thread: Os { code: 11 }";
        let spawning = failure_text(&ended, 0, output);
        assert!(spawning.contains("look for threads that never end"), "{spawning}");
        assert!(!spawning.contains("lock"), "{spawning}");
        assert!(panicked(output).contains("look for threads that never end"));
    }
}
