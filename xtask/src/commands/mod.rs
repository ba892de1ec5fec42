//! The commands, one file or folder each: `Args` is what was asked, `run` does it.

pub mod list;
mod phases;
mod prepare;
pub mod run;
pub mod test;
pub mod until_oom;
pub mod verify;
