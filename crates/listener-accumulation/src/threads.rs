//! What clients must receive when several threads use the server, and integrations that use it.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use exercise_harness::{Context, deadline};

use crate::LiveUpdates;
use crate::behaviours::{ALICE, FENCE, NEVER_IDLE, SHED, news, sign_in_to};

/// How long a check waits before it fails.
const DEADLINE: Duration = Duration::from_secs(25);

/// An integration receives every update, once and in order, whoever else does.
pub fn integration_hears_everything<S: LiveUpdates>(_: &Context) {
    let service = S::start(NEVER_IDLE);
    service.publish(SHED, None, "before it was there");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&heard);
    service.integrate(move |line| {
        lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
    });
    let take = || std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));

    let session = sign_in_to(&service, ALICE, SHED);
    service.publish(SHED, Some(ALICE), "painted");
    service.publish(FENCE, None, "broken");
    assert_eq!(take(), ["#10: painted", "#11: broken"]);
    assert_eq!(news(&service, session), ["#10: painted"], "and clients receive theirs");

    service.sign_out(session);
    for user in 100..2_100 {
        let visitor = sign_in_to(&service, user, user);
        service.sign_out(visitor);
    }
    service.publish(SHED, None, "locked");
    assert_eq!(take(), ["#10: locked"], "after many clients came and left");
}

/// An integration answers updates: it signs in, reads, publishes and signs out.
pub fn integration_may_use_the_server<S: LiveUpdates>(_: &Context) {
    deadline::within(DEADLINE, || {
        let service = Arc::new(S::start(NEVER_IDLE));
        let server = Arc::downgrade(&service);
        service.integrate(move |line| answer(&server, line));
        let alice = sign_in_to(&*service, ALICE, SHED);
        service.publish(SHED, None, "who has the key?");
        let mut shown = news(&*service, alice);
        shown.sort_unstable();
        assert_eq!(shown, ["#10: I do.", "#10: who has the key?"], "the question and its answer");
        service.sign_out(alice);
    });
}

/// A robot with a page of its own.
fn answer<S: LiveUpdates>(server: &Weak<S>, line: &str) {
    const ROBOT: u64 = 99;
    if let Some(server) = server.upgrade()
        && line.ends_with('?')
    {
        let session = sign_in_to(&*server, ROBOT, FENCE);
        server.watch_project(session, SHED);
        server.publish(SHED, None, "I do.");
        assert_eq!(news(&*server, session), ["#10: I do."], "the robot's own page");
        server.minute_passed();
        server.audit_log();
        server.sign_out(session);
    }
}

/// Clients on several threads come, read and leave; each receives what it should.
pub fn several_threads_are_served<S: LiveUpdates>(_: &Context) {
    const THREADS: u64 = 4;
    let service = S::start(NEVER_IDLE);
    deadline::on_threads(DEADLINE, THREADS, move |number| {
        come_and_go(&service, 1_000 * (number + 1));
    });
}

/// One client that stays, and many that come and go, all with numbers of their own.
fn come_and_go<S: LiveUpdates>(service: &S, first: u64) {
    let (user, project) = (first, first);
    let stays = sign_in_to(service, user, project);
    for visit in 0..400 {
        let visitor = sign_in_to(service, user + 1, project);
        service.publish(project, None, "one");
        service.watch_project(visitor, project + 1);
        service.publish(project + 1, Some(user), "two");
        let own = |number: u64, text: &str| format!("#{number}: {text}");
        let shown = news(service, visitor);
        assert!(shown.ends_with(&[own(project + 1, "two")]), "a visitor is shown {shown:?}");
        assert_eq!(news(service, stays), [own(project, "one"), own(project + 1, "two")]);
        // A page that everybody shows.
        service.watch_project(visitor, SHED);
        if visit % 8 == 0 {
            service.publish(SHED, None, "painted");
            service.minute_passed();
        }
        service.sign_out(visitor);
    }
}
