//! What clients and administrators must receive, however the server is implemented.

use exercise_harness::Context;

use crate::LiveUpdates;

/// The users and projects in most checks.
pub const ALICE: u64 = 1;
const BOB: u64 = 2;
const CAROL: u64 = 3;
pub const SHED: u64 = 10;
pub const FENCE: u64 = 11;
/// More minutes than any check lasts.
pub const NEVER_IDLE: u32 = 1_000;

fn start<S: LiveUpdates>() -> S {
    S::start(NEVER_IDLE)
}

/// Signs a user in, with a project on the page.
pub fn sign_in_to<S: LiveUpdates>(service: &S, user: u64, project: u64) -> u64 {
    let session = service.sign_in(user);
    service.watch_project(session, project);
    session
}

/// The updates that an open session has not fetched yet.
#[track_caller]
pub fn news<S: LiveUpdates>(service: &S, session: u64) -> Vec<String> {
    service.refresh(session).expect("the session has not ended")
}

/// A page shows the updates to its project, once and in order, and nothing else.
pub fn page_shows_its_project<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    let session = service.sign_in(ALICE);
    service.publish(SHED, None, "before the page showed it");
    assert!(news(&service, session).is_empty(), "an empty page shows nothing");

    service.watch_project(session, SHED);
    service.publish(SHED, None, "painted");
    service.publish(FENCE, None, "broken");
    service.publish(SHED, None, "locked");
    assert_eq!(news(&service, session), ["#10: painted", "#10: locked"]);
    assert!(news(&service, session).is_empty(), "a page shows each update once");

    service.publish(SHED, None, "unlocked");
    assert_eq!(news(&service, session), ["#10: unlocked"], "and later ones as well");
}

/// A page that changes shows the new project from then on, even if it was shown before.
pub fn page_can_be_changed<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    let session = sign_in_to(&service, ALICE, SHED);
    service.watch_project(session, FENCE);
    service.publish(SHED, None, "painted");
    service.publish(SHED, Some(BOB), "have a look");
    service.publish(FENCE, None, "repaired");
    assert_eq!(news(&service, session), ["#11: repaired"], "the page shows the new project");

    service.watch_project(session, SHED);
    service.watch_project(session, SHED);
    service.publish(FENCE, None, "broken");
    service.publish(SHED, None, "locked");
    assert_eq!(news(&service, session), ["#10: locked"], "the page is back, with updates once");
    service.publish(SHED, None, "unlocked");
    assert_eq!(news(&service, session), ["#10: unlocked"], "and later ones as well");
}

/// A mention reaches its user on any page, once, and nobody else.
pub fn mention_reaches_its_user<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    let alice = service.sign_in(ALICE);
    let bob = sign_in_to(&service, BOB, FENCE);
    service.publish(SHED, Some(ALICE), "the key, please");
    assert_eq!(news(&service, alice), ["#10: the key, please"], "without a page");
    assert!(news(&service, bob).is_empty(), "Bob was not mentioned");

    service.watch_project(alice, SHED);
    service.publish(SHED, Some(ALICE), "thanks");
    assert_eq!(news(&service, alice), ["#10: thanks"], "an update with two topics, shown once");

    service.watch_project(alice, FENCE);
    service.publish(SHED, Some(ALICE), "bring the brush");
    service.publish(FENCE, Some(BOB), "bring the nails");
    assert_eq!(
        news(&service, alice),
        ["#10: bring the brush", "#11: bring the nails"],
        "a mention elsewhere, and the project on the page"
    );
    assert_eq!(news(&service, bob), ["#11: bring the nails"]);
}

/// A user with two screens receives updates on both, even after one of them moves or leaves.
pub fn each_session_of_a_user_hears<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    let laptop = sign_in_to(&service, ALICE, SHED);
    let phone = sign_in_to(&service, ALICE, SHED);
    service.publish(SHED, None, "painted");
    service.publish(FENCE, Some(ALICE), "look at this");
    for (screen, session) in [("laptop", laptop), ("phone", phone)] {
        let shown = news(&service, session);
        assert_eq!(shown, ["#10: painted", "#11: look at this"], "on the {screen}");
    }

    service.watch_project(phone, FENCE);
    service.publish(SHED, None, "locked");
    assert_eq!(news(&service, laptop), ["#10: locked"], "the phone moved, the laptop did not");

    service.sign_out(phone);
    service.publish(SHED, Some(ALICE), "unlocked");
    assert_eq!(news(&service, laptop), ["#10: unlocked"], "the phone went, the laptop did not");
}

/// A client that signs out, vanishes or changes its page does not affect others, in any order.
pub fn one_leaves_the_others_stay<S: LiveUpdates>(_: &Context) {
    let leavers: [fn(&S, u64); 2] = [
        |service, session| service.sign_out(session),
        |service, session| {
            service.watch_project(session, FENCE);
        },
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for leave in leavers {
            let service: S = start();
            let sessions = [3, 4, 5].map(|user| sign_in_to(&service, user, SHED));
            for (gone, leaver) in order.into_iter().enumerate() {
                leave(&service, sessions[leaver]);
                service.publish(SHED, None, "who is there?");
                for stayed in &order[gone + 1..] {
                    let shown = news(&service, sessions[*stayed]);
                    assert_eq!(shown, ["#10: who is there?"], "{stayed} stays, order {order:?}");
                }
            }
        }
    }

    let service = S::start(2);
    let vanished = sign_in_to(&service, ALICE, SHED);
    let stayed = sign_in_to(&service, BOB, SHED);
    for _ in 0..2 {
        news(&service, stayed);
        service.minute_passed();
    }
    assert_eq!(service.refresh(vanished), None, "Alice's session has ended");
    service.publish(SHED, Some(BOB), "who is there?");
    assert_eq!(news(&service, stayed), ["#10: who is there?"], "Bob's session is open");
}

/// A session ends when its client was silent for the whole limit, or at its user's request.
pub fn idle_session_ends<S: LiveUpdates>(_: &Context) {
    let service = S::start(2);
    let reading = sign_in_to(&service, ALICE, SHED);
    let browsing = sign_in_to(&service, BOB, SHED);
    let silent = sign_in_to(&service, CAROL, SHED);
    let signed_out = sign_in_to(&service, CAROL, FENCE);
    service.sign_out(signed_out);
    assert_eq!(service.refresh(signed_out), None, "the session has ended");

    service.minute_passed();
    service.publish(SHED, None, "painted");
    assert_eq!(news(&service, reading), ["#10: painted"]);
    service.watch_project(browsing, FENCE);
    service.minute_passed();
    assert_eq!(service.refresh(silent), None, "the client was silent for two minutes");
    assert!(service.refresh(browsing).is_some(), "a page change keeps the session open");
    service.publish(SHED, None, "locked");
    assert_eq!(news(&service, reading), ["#10: locked"], "and so does a refresh");

    for ended in [silent, signed_out, 12_345] {
        service.watch_project(ended, FENCE);
        service.sign_out(ended);
        assert_eq!(service.refresh(ended), None, "no session comes back");
    }
}

/// The configured limit counts, however long it is.
pub fn long_silence_is_allowed<S: LiveUpdates>(_: &Context) {
    const LIMIT: u32 = 100_000;
    let service = S::start(LIMIT);
    let session = sign_in_to(&service, ALICE, SHED);
    for _ in 1..LIMIT {
        service.minute_passed();
    }
    service.publish(SHED, None, "painted");
    assert_eq!(news(&service, session), ["#10: painted"], "a minute before the limit");
    for _ in 0..LIMIT {
        service.minute_passed();
    }
    assert_eq!(service.refresh(session), None, "at the limit");
}

/// A client that rarely asks gets the latest updates, in order.
pub fn slow_client_gets_the_latest<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    let session = sign_in_to(&service, ALICE, SHED);
    for number in 1..=200 {
        service.publish(SHED, (number % 2 == 0).then_some(ALICE), &format!("step {number}"));
    }
    let shown = news(&service, session);
    let last: Vec<String> = (137..=200).map(|number| format!("#10: step {number}")).collect();
    assert!(shown.ends_with(&last), "the latest 64 are among {shown:?}");
}

/// The audit log has the latest updates to any project, even if no session receives them.
pub fn audit_log_hears_everything<S: LiveUpdates>(_: &Context) {
    let service: S = start();
    service.publish(SHED, None, "before anybody came");
    let session = sign_in_to(&service, ALICE, SHED);
    service.publish(SHED, Some(ALICE), "with three topics");
    service.sign_out(session);
    service.publish(FENCE, Some(BOB), "after everybody left");
    let log = ["#10: before anybody came", "#10: with three topics", "#11: after everybody left"];
    assert_eq!(service.audit_log(), log);

    for number in 0..2_000 {
        let visitor = sign_in_to(&service, number, number);
        service.publish(number, None, "visited");
        service.sign_out(visitor);
    }
    let log: Vec<String> = (1_900..2_000).map(|number| format!("#{number}: visited")).collect();
    assert!(service.audit_log() == log, "the log has the latest 100 updates, each once");
}
