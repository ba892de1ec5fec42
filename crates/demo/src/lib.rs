//! The facilitator's page: live curves of a leak and its fix under the same load.
//!
//! - `engine`: runs one exercise at a time, live or from a recording, and follows the page's commands.
//! - `live`: the processes of an exercise under one paced load; `measured`: one process; `window`: its
//!   recent rate and growth; `cap`: its limits; `ticks`: the time that passes.
//! - `survey`: soaks before the load, for the growing lines and the cap; `story`: the text that the
//!   page reveals step by step; `edits`: notices that a learner has edited an exercise.
//! - `recording`: writes runs to files and plays them back.
//! - `message`: the messages to the page and its commands; `request`: the requests of the server to the
//!   engine; `hub`: the current state and its watchers; `history`: the readings so far; `trouble`: the
//!   current problems.
//! - `server`: the page's server, on loopback.
//! - `browser`: opens the page in a browser.
//! - `assets`: the page; the library in the package `charts` draws its charts.
//!
//! Absent on purpose: nothing here finds, builds or compares versions, or parses a README. The runner passes a
//! [`Plan`](exercise_harness::plan::Plan) with all of it.

pub mod browser;
pub mod cap;
mod edits;
pub mod engine;
pub mod history;
pub mod hub;
mod live;
mod measured;
pub mod message;
pub mod recording;
pub mod request;
pub mod server;
pub mod story;
mod survey;
mod ticks;
mod trouble;
mod window;
