//! How much may be kept of people who are gone.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::SignIn;

/// Visits, one at a time.
const VISITS: u64 = 20_000;
/// Bytes that an empty table may keep allocated.
const SLACK: u64 = 4_000;

/// People who mistype and close the page leave nothing behind.
pub fn people_who_left<S: SignIn>(_: &Context) -> Bound {
    let before = HeapCounts::now().live_bytes();
    let mut service = S::start();
    for visit in 0..VISITS {
        let name = format!("visitor-{visit}@example.org");
        service.fail(&name);
        service.leave(&name);
    }
    let measured = HeapCounts::now().live_bytes().saturating_sub(before);
    drop(service);
    let after = format!("{VISITS} visits of the page");
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}
