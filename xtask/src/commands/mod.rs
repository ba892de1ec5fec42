//! The commands, one file or folder each: `Args` is what was asked, `run` does it.

mod ask;
pub mod completions;
pub mod demo;
pub mod diff;
pub mod doctor;
pub mod hint;
pub mod kit;
pub mod list;
pub mod new;
pub mod predict;
pub mod prepare;
pub mod profile;
pub mod report;
pub mod reset;
pub mod run;
pub mod test;
pub mod verify;
pub mod watch;
