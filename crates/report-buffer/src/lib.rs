//! The buffers in which reports are written before they are sent.
//!
//! - `mail`: the mail relay as the service sees it, which records what it was sent and from where
//! - `workload`: weekly reports, and long ones at the end of a month, for the soak
//! - `behaviours`: what must arrive
//! - `pins`: how often and how much memory may be pinned, and from which memory parts are sent
//! - `bounds`: how much may be kept after many long reports
//!
//! [`ReportExport`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod mail;
mod pins;
mod workload;

use std::process::ExitCode;

use exercise_harness::Suite;

pub use mail::Relay;

/// The largest part of a report that the relay accepts, in bytes.
pub const PART: usize = 64 * 1024;

/// The export of reports: each is written as CSV and sent to the mail relay over the line of its
/// customer.
///
/// The relay sends from the memory that it is given and has to know its size in advance: it pins
/// that memory, which takes as long as sending a megabyte. A line sends only from the memory that it
/// has pinned last, and no other line uses it.
pub trait ReportExport: Sized + 'static {
    /// Creates a service with this many lines to `relay`. In use are up to 4,000.
    fn start(lines: usize, relay: Relay) -> Self;

    /// Sends the tasks of `customer`, a row each, over the line `customer % lines`. A report of up
    /// to [`PART`] bytes is sent in one part, a longer one in as many as it takes, with whole rows.
    ///
    /// A line pins memory only when it needs more than ever before, and no more than twice that. It
    /// keeps that memory, however long it sends only short reports.
    fn export(&mut self, customer: usize, tasks: &[Task]);

    /// The customers and sizes in bytes of the last 50 exports, the latest first.
    fn recent_exports(&self) -> Vec<(usize, usize)>;
}

/// A task in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub number: u64,
    /// Its title, at most 400 bytes, which may contain any character.
    pub title: String,
    /// The hours spent on it.
    pub hours: u32,
}

/// The entry point of a version's memory test.
pub fn main<S: ReportExport>() -> ExitCode {
    Suite::new(env!("CARGO_PKG_NAME"), include_str!("../exercise.toml"))
        .behaviour("report_arrives_whole", behaviours::report_arrives_whole::<S>)
        .behaviour("titles_are_quoted", behaviours::titles_are_quoted::<S>)
        .behaviour("short_report_is_one_part", behaviours::short_report_is_one_part::<S>)
        .behaviour("long_report_comes_in_parts", behaviours::long_report_comes_in_parts::<S>)
        .behaviour("largest_part_is_one_part", behaviours::largest_part_is_one_part::<S>)
        .behaviour("lines_are_not_mixed_up", behaviours::lines_are_not_mixed_up::<S>)
        .behaviour("memory_is_pinned_once", pins::memory_is_pinned_once::<S>)
        .behaviour("no_more_is_pinned_than_needed", pins::no_more_than_needed::<S>)
        .behaviour(
            "parts_are_sent_from_pinned_memory",
            pins::parts_are_sent_from_pinned_memory::<S>,
        )
        .behaviour("as_many_lines_as_configured", pins::as_many_lines_as_configured::<S>)
        .behaviour("recent_exports_are_known", behaviours::recent_exports_are_known::<S>)
        .growth(workload::growth::<S>)
        .bound("long_reports", bounds::long_reports::<S>)
        .main()
}
