//! The runner from outside: each test starts the real binary and reads what it prints.
//!
//! One binary for all of them, so that a second file compiles and links nothing twice. Tests run
//! side by side; those that would disturb each other take a lock in [`support`].

// What every test stands on.
mod support;

// What a learner sees: the commands on a toy workshop, and `watch` in a real terminal.
mod first_minute;
mod help;
mod holders;
mod judge;
mod learner;
mod load;
#[cfg(unix)] // The tools are shell scripts.
mod profile;
mod reservation;
mod runner;
mod shipped;
mod test_command;
mod watch;
mod watch_keys;
mod wild;

// Edits that go wrong, interruptions, and foreign compiler flags.
mod flags;
#[cfg(unix)] // Signals.
mod interrupted;

// What authors and facilitators use.
mod detection_limits;
mod kit;
mod room;
mod verify_form;
mod verify_texts;

// The workspace itself.
mod documents;
mod one_build;

// What takes minutes: ignored by `cargo test`, and run by `.ci/run`.
mod slow;
