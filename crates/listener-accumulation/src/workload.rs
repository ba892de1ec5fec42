//! The workload of the soak: clients sign in, look around, and leave in different ways.

use exercise_harness::Context;
use fastrand::Rng;
use leak_meter::{Operation, Report};

use crate::LiveUpdates;

/// A session ends after two silent minutes.
const IDLE_LIMIT_MINUTES: u32 = 2;
/// The number of users and projects of each operation's own.
const NUMBERS: u64 = 8;
/// The users, and the project, of the clients that stay.
const STANDING: u64 = u64::MAX;
/// The text of every update, so that all waiting updates have the same size.
const TEXT: &str = "moved the release to Thursday";

/// Serves many clients that come and leave, and two that stay, and measures what is left behind.
pub fn growth<S: LiveUpdates>(context: &Context) -> Report {
    let service = S::start(IDLE_LIMIT_MINUTES);
    let standing = [STANDING - 1, STANDING].map(|user| service.sign_in(user));
    for session in standing {
        service.watch_project(session, STANDING);
    }
    context.soak().run(|operation| three_clients(&service, operation, standing))
}

/// One client looks at a project and signs out; one goes from project to project first; and in one
/// of three operations another vanishes without signing out.
fn three_clients<S: LiveUpdates>(service: &S, operation: Operation, standing: [u64; 2]) {
    let mut rng = Rng::with_seed(operation.seed());
    let first = operation.number() * NUMBERS;

    let visitor = service.sign_in(first);
    service.watch_project(visitor, first);
    service.publish(first, None, TEXT);
    service.refresh(visitor);

    let vanishing = (rng.u32(0..3) == 0).then(|| service.sign_in(first + 1));
    if let Some(session) = vanishing {
        service.watch_project(session, first + rng.u64(0..3));
    }

    let wanderer = service.sign_in(first + 2);
    for project in first..first + rng.u64(1..=4) {
        service.watch_project(wanderer, project);
        service.publish(project, Some(first + rng.u64(0..NUMBERS)), TEXT);
        service.refresh(wanderer);
    }
    service.sign_out(visitor);
    service.sign_out(wanderer);

    for _ in 0..IDLE_LIMIT_MINUTES {
        service.minute_passed();
        for session in standing {
            service.refresh(session);
        }
    }
    service.publish(STANDING, None, TEXT);
}
