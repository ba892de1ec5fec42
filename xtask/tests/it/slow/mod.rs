//! Tests that build many versions of a toy, or wait for trials that hang. `cargo test` ignores them; `.ci/run` runs
//! them, and so does `cargo test --package xtask --test it -- --ignored slow::`.

// What programs read.
mod document;

// Edits that go wrong.
mod outcomes;
#[cfg(target_os = "linux")] // Other systems do not report the wait for a processor.
mod starved;
mod unloadable;

// What authors use.
mod author;
mod verify_decoy;
