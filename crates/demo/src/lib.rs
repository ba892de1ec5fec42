//! The facilitator's page: live curves of a leak and its fix under the same load.
//!
//! - `engine`: one exercise after the other, live or recorded, as the page's commands ask.
//! - `live`: an exercise's processes under one paced load; `measured`: one of them; `window`: what it
//!   did of late; `cap`: how much it may hold.
//! - `survey`: one ordinary measurement, for the growing lines; `story`: what is told step by step.
//! - `recording`: runs that are written down and played back.
//! - `message`: what the page is told and asks for; `hub`: what is shown now, and who watches.
//! - `server`: the page's server, on loopback.
//! - `browser`: opens the page where there is a browser.
//! - `assets`: the page; its charts are drawn by the library in the package `charts`.
//!
//! Absent on purpose: nothing here builds a version or looks for one. The runner hands over a
//! [`Plan`](exercise_harness::plan::Plan).

pub mod browser;
mod cap;
pub mod engine;
pub mod hub;
mod live;
mod measured;
pub mod message;
pub mod recording;
pub mod server;
pub mod story;
mod survey;
mod window;
