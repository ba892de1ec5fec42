//! The answers that requests must get, and how often the database may be called for them.

use std::collections::BTreeSet;

use exercise_harness::Context;

use crate::{Database, KINDS, SessionPool};

/// Sessions that may be open in most checks.
const MAX_SESSIONS: usize = 16;
/// The number of the bug report.
const CONFIGURED: usize = 500;

fn start<S: SessionPool>() -> (S, Database) {
    let database = Database::default();
    (S::start(MAX_SESSIONS, database.clone()), database)
}

/// Takes `count` sessions, which are then in use at once.
fn take<S: SessionPool>(pool: &S, count: usize) -> Vec<S::Session> {
    (0..count).map(|_| pool.take().expect("fewer sessions are in use than allowed")).collect()
}

/// Runs a statement; returns the database's answer.
fn run<S: SessionPool>(pool: &S, session: &mut S::Session, kind: usize, user: u32) -> String {
    pool.run(session, kind, user).expect("the session is open")
}

/// The number of the session that answers.
fn number_of<S: SessionPool>(pool: &S, session: &mut S::Session) -> u64 {
    let answer = run(pool, session, 0, 7);
    let number = answer.split(' ').nth(1).and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{answer:?} names no session"))
}

/// Every kind of request runs its own statement, for its own user.
pub fn each_gets_its_answer<S: SessionPool>(_: &Context) {
    let (pool, _) = start::<S>();
    let statement_of = |kind: usize, user: u32| {
        let mut session = pool.take().expect("no session is in use");
        let answer = run(&pool, &mut session, kind, user);
        assert!(answer.ends_with(&format!("for {user}")), "{answer}");
        let (_, rest) = answer.split_once(", ").expect("an answer names its statement");
        rest.rsplit_once(", ").map(|(statement, _)| statement.to_owned()).unwrap_or_default()
    };
    let first: Vec<String> = (0..KINDS).map(|kind| statement_of(kind, 7)).collect();
    let second: Vec<String> = (0..KINDS).map(|kind| statement_of(kind, 8)).collect();
    assert_eq!(first, second, "a kind of request has one statement, whoever asks");
    let different: BTreeSet<&String> = first.iter().collect();
    assert_eq!(different.len(), KINDS, "every kind of request has a statement of its own");
}

/// Two concurrent requests never have the same session.
pub fn session_is_used_by_one<S: SessionPool>(_: &Context) {
    let (pool, _) = start::<S>();
    for count in [3, MAX_SESSIONS, 1, 5] {
        let mut in_use = take(&pool, count);
        let numbers: BTreeSet<u64> =
            in_use.iter_mut().map(|session| number_of(&pool, session)).collect();
        assert_eq!(numbers.len(), count);
    }
}

/// As many sessions as configured can be used at once, and no more; one that is returned can be
/// taken again.
pub fn as_many_as_configured<S: SessionPool>(_: &Context) {
    for max_sessions in [1, MAX_SESSIONS, CONFIGURED] {
        let pool = S::start(max_sessions, Database::default());
        let mut in_use: Vec<_> = (0..max_sessions).map_while(|_| pool.take()).collect();
        assert_eq!(in_use.len(), max_sessions, "sessions in use at once, of those allowed");
        assert!(pool.take().is_none(), "a session was opened beyond the {max_sessions} allowed");
        assert_eq!(pool.open_sessions(), max_sessions);
        in_use.pop();
        assert!(pool.take().is_some(), "a session was returned and can be taken again");
    }
}

/// Sessions that a peak has opened serve the next peak with the statements that they have prepared,
/// even after a long quiet time.
pub fn next_peak_does_not_connect<S: SessionPool>(_: &Context) {
    let cases = [
        (MAX_SESSIONS, 12, 500),
        (MAX_SESSIONS, MAX_SESSIONS, 5),
        (2, 2, 50_000),
        (CONFIGURED, CONFIGURED, 20_000),
    ];
    for (max_sessions, peak, quiet) in cases {
        let database = Database::default();
        let pool = S::start(max_sessions, database.clone());
        let run_peak = || {
            let mut in_use = take(&pool, peak);
            for kind in 0..KINDS {
                for session in &mut in_use {
                    run(&pool, session, kind, 7);
                }
            }
        };
        run_peak();
        let (connections, preparations) = (database.connections(), database.preparations());
        assert_eq!(connections, peak as u64, "the pool opens as many sessions as are needed");
        for _ in 0..quiet {
            run(&pool, &mut take(&pool, 1)[0], 0, 7);
        }
        run_peak();
        let more = database.connections() - connections;
        assert!(more == 0, "{more} of {peak} sessions were opened again for the second peak");
        let more = database.preparations() - preparations;
        assert!(more == 0, "{more} statements were prepared again for the second peak");
    }
}

/// A session prepares a statement when it first needs it, and never again.
pub fn statement_is_prepared_once<S: SessionPool>(_: &Context) {
    let (pool, database) = start::<S>();
    for _ in 0..10 {
        for kind in 0..KINDS {
            for session in &mut take(&pool, 4) {
                run(&pool, session, kind, 7);
            }
        }
    }
    let most = 4 * KINDS as u64;
    let preparations = database.preparations();
    assert!(
        preparations <= most,
        "4 sessions and {KINDS} statements took {preparations} preparations"
    );
    let (pool, database) = start::<S>();
    run(&pool, &mut take(&pool, 1)[0], 3, 7);
    assert_eq!(database.preparations(), 1, "only requested statements are prepared");
}

/// The session that has waited longest is next, so that none is idle for long.
pub fn sessions_take_turns<S: SessionPool>(_: &Context) {
    let (pool, _) = start::<S>();
    drop(take(&pool, 5));
    let numbers: BTreeSet<u64> = (0..5).map(|_| number_of(&pool, &mut take(&pool, 1)[0])).collect();
    assert_eq!(numbers.len(), 5, "five successive requests must use each of 5 sessions once");
}

/// A session that the database has closed is not used again, and makes room for another, whichever
/// statements it has prepared.
pub fn closed_session_is_replaced<S: SessionPool>(_: &Context) {
    for prepared in [0, 1, KINDS] {
        let (pool, database) = start::<S>();
        for session in &mut take(&pool, MAX_SESSIONS) {
            for kind in 0..prepared {
                run(&pool, session, kind, 7);
            }
        }
        database.restart();
        let mut refused = 0;
        for _ in 0..2 * MAX_SESSIONS {
            let mut session = pool.take().expect("no session is in use");
            refused += usize::from(pool.run(&mut session, 0, 7).is_err());
        }
        assert_eq!(refused, MAX_SESSIONS, "each closed session is noticed once");
        let disconnections = database.disconnections();
        assert_eq!(disconnections, MAX_SESSIONS as u64, "closed sessions are disconnected");
        drop(take(&pool, MAX_SESSIONS));
    }
}
