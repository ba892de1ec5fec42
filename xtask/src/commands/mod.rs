//! The commands, one file or folder each: `Args` is what was asked, `run` does it.

pub mod demo;
pub mod list;
mod prepare;
pub mod run;
pub mod test;
pub mod verify;
