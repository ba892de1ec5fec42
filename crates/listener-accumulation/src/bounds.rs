//! What the server may still hold once its clients have gone or moved on.

use exercise_harness::{Bound, Context, units};
use leak_meter::{HeapCounts, Resource};

use crate::LiveUpdates;

/// Clients, or page changes, in each of the two halves of a measurement.
const TIMES: u64 = 2_000;
/// Blocks that tables may have grown by. Of each client and each page, no block may stay.
const SLACK_BLOCKS: u64 = 100;
/// Bytes that tables may have grown by: less than ten for each client.
const SLACK_BYTES: u64 = 16 * 1024;
/// A project that nobody else has to do with.
const ELSEWHERE: u64 = u64::MAX;

/// One client that goes on from project to project.
pub fn page_changes<S: LiveUpdates>(_: &Context) -> Bound {
    let mut service = S::start(30);
    let session = service.sign_in(1);
    let left = left_by(&mut service, |service, project| {
        service.watch_project(session, project);
        service.publish(project, None, "opened");
        service.refresh(session);
    });
    left.blocks("page changes of one client")
}

/// Clients that vanish without a word.
pub fn idle_sessions<S: LiveUpdates>(_: &Context) -> Bound {
    let mut service = S::start(1);
    let left = left_by(&mut service, |service, user| {
        let session = service.sign_in(user);
        service.watch_project(session, 1);
        service.minute_passed();
    });
    left.blocks("clients that vanished")
}

/// Clients that sign out of projects on which nothing happens any more.
pub fn quiet_projects<S: LiveUpdates>(_: &Context) -> Bound {
    let mut service = S::start(30);
    let left = left_by(&mut service, |service, number| {
        let session = service.sign_in(number);
        service.watch_project(session, number);
        service.publish(number, None, "closed");
        service.sign_out(session);
    });
    left.bytes("clients that signed out, each of another project")
}

/// What the second half of the work left on top of what the first half left.
struct Left {
    before: HeapCounts,
    after: HeapCounts,
}

/// Does the work for one number after another. Life goes on elsewhere at the end of each half,
/// since a server may clean up at its next update, or when a minute has passed.
fn left_by<S: LiveUpdates>(service: &mut S, mut work: impl FnMut(&mut S, u64)) -> Left {
    let mut half = |numbers: std::ops::Range<u64>| {
        numbers.for_each(|number| work(service, number));
        // As many as the audit log keeps, so that it holds the same at the end of each half.
        (0..100).for_each(|_| service.publish(ELSEWHERE, None, "still here"));
        (0..2).for_each(|_| service.minute_passed());
        HeapCounts::now()
    };
    let before = half(0..TIMES);
    let after = half(TIMES..2 * TIMES);
    Left { before, after }
}

impl Left {
    fn blocks(&self, work: &str) -> Bound {
        let measured = self.after.live_blocks().saturating_sub(self.before.live_blocks());
        Bound { resource: Resource::LiveBlocks, measured, limit: SLACK_BLOCKS, after: after(work) }
    }

    fn bytes(&self, work: &str) -> Bound {
        let measured = self.after.live_bytes().saturating_sub(self.before.live_bytes());
        Bound { resource: Resource::LiveBytes, measured, limit: SLACK_BYTES, after: after(work) }
    }
}

/// The work of the second half, as it stands in the report.
fn after(work: &str) -> String {
    format!("{} more {work}", units::count(TIMES))
}
