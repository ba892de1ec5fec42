//! How much the server may hold once its clients have left or changed their pages.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use exercise_harness::{Bound, Context, retained, units};
use leak_meter::{HeapCounts, Resource};

use crate::LiveUpdates;

/// The number of clients, or page changes, in each half of a measurement.
const TIMES: u64 = 2_000;
/// The bytes by which tables may have grown: less than five for each client. Nothing of a client or a
/// page may stay.
const SLACK: u64 = 8 * 1024;
/// A project, or with other numbers projects, that no other client watches.
const ELSEWHERE: u64 = u64::MAX;

/// One client changes from project to project.
pub fn page_changes<S: LiveUpdates>(_: &Context) -> Bound {
    let service = S::start(30);
    let session = service.sign_in(1);
    retained_by(&service, "page changes of one client", |service, project| {
        service.watch_project(session, project);
        service.publish(project, None, "opened");
        service.refresh(session);
        service.watch_project(session, project);
        service.watch_project(session, ELSEWHERE - 1);
    })
}

/// Clients vanish without signing out.
pub fn idle_sessions<S: LiveUpdates>(_: &Context) -> Bound {
    let service = S::start(1);
    retained_by(&service, "clients that vanished", |service, user| {
        let session = service.sign_in(user);
        service.watch_project(session, 1);
        service.minute_passed();
    })
}

/// Clients sign out of projects that get no further updates.
pub fn quiet_projects<S: LiveUpdates>(_: &Context) -> Bound {
    let service = S::start(30);
    retained_by(&service, "clients that signed out, each of another project", |service, number| {
        let session = service.sign_in(number);
        service.watch_project(session, number);
        service.publish(number, None, "closed");
        service.sign_out(session);
    })
}

/// Clients sign out on one thread, each time when another begins to publish to many integrations.
pub fn several_threads<S: LiveUpdates>(_: &Context) -> Bound {
    const INTEGRATIONS: usize = 2_000;
    const CLIENTS_AT_ONCE: usize = 16;
    let service = S::start(30);
    for _ in 0..INTEGRATIONS {
        service.integrate(|_| {});
    }
    retained_by_half(
        &service,
        "clients that signed out while another thread published",
        |service, numbers| {
            let (updates, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
            thread::scope(|scope| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        updates.fetch_add(1, Ordering::Relaxed);
                        service.publish(ELSEWHERE, None, "meanwhile");
                    }
                });
                for first in numbers.step_by(CLIENTS_AT_ONCE) {
                    let sessions = (0..CLIENTS_AT_ONCE as u64).map(|number| {
                        let session = service.sign_in(first + number);
                        service.watch_project(session, first + number);
                        session
                    });
                    let sessions: Vec<u64> = sessions.collect();
                    let before = updates.load(Ordering::Relaxed);
                    while updates.load(Ordering::Relaxed) == before {
                        thread::yield_now();
                    }
                    for session in sessions {
                        service.sign_out(session);
                    }
                }
                is_over.store(true, Ordering::Relaxed);
            });
        },
    )
}

/// Does the work, described by `what`, for one number after another.
fn retained_by<S: LiveUpdates>(service: &S, what: &str, work: impl Fn(&S, u64)) -> Bound {
    retained_by_half(service, what, |service, numbers| {
        numbers.for_each(|number| work(service, number));
    })
}

/// Does the work for all numbers of each half. After it there are updates to another project and
/// minutes pass, since a server may clean up then.
fn retained_by_half<S: LiveUpdates>(
    service: &S,
    what: &str,
    work: impl Fn(&S, Range<u64>),
) -> Bound {
    let measured = retained::in_second_half(TIMES, |numbers| {
        work(service, numbers);
        // As many as the audit log keeps, so that it holds the same at the end of each half.
        (0..100).for_each(|_| service.publish(ELSEWHERE, None, "still here"));
        (0..2).for_each(|_| service.minute_passed());
        HeapCounts::now().live_bytes()
    });
    let after = format!("{} more {what}", units::count(TIMES));
    Bound { resource: Resource::LiveBytes, measured, limit: SLACK, after }
}
