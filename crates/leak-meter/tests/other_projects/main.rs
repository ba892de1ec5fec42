//! The meter in projects outside this workspace, each of which is built from scratch.
//!
//! - `home`: a project finds a planted leak at its line, in every kind of build.
//! - `names`: the names and lines of findings, with and without debug information.
//! - `features`: each set of features builds and works.
//! - `library`: the meter in a shared library that is opened and closed.
//!
//! They take minutes, so `cargo test` ignores most of them: run all with
//! `cargo test --package leak-meter --test other_projects -- --ignored`.

mod features;
#[cfg(all(feature = "holders", feature = "soak"))]
mod home;
#[cfg(all(feature = "holders", feature = "soak", target_os = "linux", target_env = "gnu"))]
mod library;
#[cfg(all(feature = "holders", feature = "soak"))]
mod names;
mod project;
