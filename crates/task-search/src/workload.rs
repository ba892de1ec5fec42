//! The workload of the soak: users search for popular phrases and for new ones, while projects
//! change.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::TaskSearch;

/// All users.
const USERS: u64 = 30;
/// All projects.
const PROJECTS: u32 = 8;
/// Results that may be kept.
const MAX_RESULTS: usize = 500;
/// Phrases that everybody searches for.
const POPULAR: u64 = 12;
/// One in this many searches comes after a change.
const SEARCHES_PER_CHANGE: u64 = 40;
/// Tasks on the first page of a result.
const FOUND: u64 = 50;

/// Runs many searches and measures what they leave behind.
pub fn growth<S: TaskSearch>(context: &Context) -> Report {
    let service = S::start(MAX_RESULTS);
    context.soak().run(|operation| search(&service, operation))
}

/// One search, by each user in turn: half of the searches are for a popular phrase, half for a new
/// one. Now and then a task is changed first.
fn search<S: TaskSearch>(service: &S, operation: Operation) {
    let mut rng = Rng::with_seed(operation.seed());
    let number = operation.number();
    if number.is_multiple_of(SEARCHES_PER_CHANGE) {
        service.change_project(rng.u32(0..PROJECTS));
    }
    let user = u32::try_from(number % USERS).unwrap_or_default();
    let word = if rng.bool() { rng.u64(0..POPULAR) } else { POPULAR + number };
    let phrase = format!("release notes {word:08}");
    let find = || (word..word + FOUND).collect();
    service.search(user, rng.u32(0..PROJECTS), &phrase, find);
}
