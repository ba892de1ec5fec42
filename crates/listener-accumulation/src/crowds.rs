//! What clients must receive among many others, what they may cost, and what they leave behind.

use std::mem;

use exercise_harness::{Context, cost, retained};
use leak_meter::HeapCounts;

use crate::LiveUpdates;
use crate::behaviours::{ALICE, FENCE, NEVER_IDLE, SHED, news, sign_in_to};

/// A long session receives everything, however many other clients come and leave meanwhile.
pub fn many_come_the_first_stays<S: LiveUpdates>(_: &Context) {
    let service = S::start(2);
    let first = sign_in_to(&service, ALICE, SHED);
    for user in 100..30_100 {
        let visitor = sign_in_to(&service, user, if user % 8 == 0 { SHED } else { user });
        if user % 3 == 0 {
            service.watch_project(visitor, user + 1);
        }
        if user % 4 != 0 {
            service.sign_out(visitor);
        }
        service.minute_passed();
        assert!(news(&service, first).is_empty(), "nothing happened on its project");
    }
    service.publish(SHED, None, "painted");
    service.publish(FENCE, Some(ALICE), "look at this");
    assert_eq!(news(&service, first), ["#10: painted", "#11: look at this"]);
}

/// Everybody who watches a project receives its updates, however many there are.
pub fn many_watch_one_project<S: LiveUpdates>(_: &Context) {
    let service = S::start(NEVER_IDLE);
    let sessions: Vec<u64> = (100..20_100).map(|user| sign_in_to(&service, user, SHED)).collect();
    service.publish(SHED, None, "painted");
    let missed = sessions
        .into_iter()
        .filter(|session| service.refresh(*session).is_none_or(|news| news.is_empty()));
    assert_eq!(missed.count(), 0, "sessions that missed the update");
    // A server lasts as long as the program: nobody waits for the end of all its sessions.
    mem::forget(service);
}

/// All sessions that have been silent for the whole limit end, however many there are.
pub fn many_silent_sessions_end<S: LiveUpdates>(_: &Context) {
    let service = S::start(2);
    let sessions: Vec<u64> = (100..3_100).map(|user| sign_in_to(&service, user, user)).collect();
    (0..2).for_each(|_| service.minute_passed());
    let open = sessions.into_iter().filter(|session| service.refresh(*session).is_some());
    assert_eq!(open.count(), 0, "sessions that are open after the limit");
}

/// How many times as much a client may cost in a crowd. If it costs a step for each other client, that
/// is hundreds of times as much.
const MOST: f64 = 25.0;

/// A client costs the same, however many others are signed in on other pages.
pub fn client_is_as_quick_in_a_crowd<S: LiveUpdates>(_: &Context) {
    let quiet = with_sessions::<S>(5);
    let crowded = with_sessions::<S>(1_000);
    let ratio = cost::ratio(|| visits(&quiet), || visits(&crowded));
    assert!(
        ratio <= MOST,
        "a client that signs in, changes its page and signs out takes {ratio:.0} times as long among \
         1000 others on other pages as among 5"
    );
    mem::forget(crowded);
}

/// A server with sessions on as many pages.
fn with_sessions<S: LiveUpdates>(sessions: u64) -> S {
    let service = S::start(NEVER_IDLE);
    for number in 0..sessions {
        sign_in_to(&service, 1_000 + number, 1_000 + number);
    }
    service
}

fn visits<S: LiveUpdates>(service: &S) {
    for user in 0..5 {
        let session = sign_in_to(service, user, user);
        service.watch_project(session, user + 1);
        service.refresh(session);
        service.sign_out(session);
    }
}

/// Calls that name unknown sessions, and updates that nobody receives, leave nothing behind.
pub fn strangers_leave_nothing<S: LiveUpdates>(_: &Context) {
    const TIMES: u64 = 5_000;
    /// The bytes by which tables may have grown: less than four for each stranger.
    const SLACK: u64 = 16 * 1024;
    let service = S::start(NEVER_IDLE);
    let ended = sign_in_to(&service, ALICE, SHED);
    service.sign_out(ended);
    retained::assert_at_most(SLACK, TIMES, "calls with unknown numbers", |numbers| {
        for number in numbers {
            let unknown = ended + 1 + number;
            service.watch_project(unknown, number);
            service.watch_project(ended, number);
            service.refresh(unknown);
            service.sign_out(unknown);
            service.publish(number, Some(number), "to whom it may concern");
        }
        service.minute_passed();
        // The log's lines have the same length in both halves.
        (0..100).for_each(|_| service.publish(SHED, None, "painted"));
        HeapCounts::now().live_bytes()
    });
}
