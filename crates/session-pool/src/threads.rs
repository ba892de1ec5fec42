//! What requests on several threads must not do to each other.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use exercise_harness::Context;

use crate::{Database, KINDS, SessionPool};

/// The deadline for what must not wait.
const DEADLINE: Duration = Duration::from_secs(10);
/// The interval between two looks at the database.
const PAUSE: Duration = Duration::from_millis(1);
/// Requests at once, and the sessions for which some of them compete.
const THREADS: usize = 8;
const SESSIONS: usize = 3;
/// Requests of each thread, one after the other.
const REQUESTS: usize = 10_000;

/// A request for which the database takes long.
#[derive(Debug, Clone, Copy)]
enum Slow {
    Connect,
    Run,
    Disconnect,
}

/// While the database is slow to answer one request, another one takes a waiting session and
/// returns it.
pub fn requests_do_not_wait<S: SessionPool>(_: &Context) {
    for slow in [Slow::Connect, Slow::Run, Slow::Disconnect] {
        let database = Database::default();
        let pool = S::start(SESSIONS, database.clone());
        let mut waiting = pool.take().expect("no session is in use");
        pool.run(&mut waiting, 1, 7).expect("the session is open");
        let mut in_use = pool.take().expect("one session is in use");
        pool.run(&mut in_use, 1, 7).expect("the session is open");
        if matches!(slow, Slow::Disconnect) {
            database.restart();
            assert!(pool.run(&mut in_use, 1, 7).is_err(), "the database has closed the session");
        }

        let held = database.hold();
        let arrived = database.arrived();
        let in_time = thread::scope(|scope| {
            let pool = &pool;
            scope.spawn(move || match slow {
                Slow::Connect => drop(pool.take()),
                Slow::Run => drop(pool.run(&mut in_use, 1, 8)),
                Slow::Disconnect => drop(in_use),
            });
            let has_arrived = eventually(|| database.arrived() > arrived);
            let (done, is_done) = channel();
            scope.spawn(move || {
                drop(waiting);
                let session = pool.take();
                let _ = done.send(session.is_some() && pool.open_sessions() > 0);
            });
            let in_time = is_done.recv_timeout(DEADLINE);
            drop(held);
            assert!(has_arrived, "the request comes to the database: {slow:?}");
            in_time
        });
        let taken = in_time.unwrap_or_else(|_| {
            panic!("a request waited {DEADLINE:?} for the database to answer another: {slow:?}")
        });
        assert!(taken, "a session waits and can be taken: {slow:?}");
    }
}

/// Requests that come at once open no more sessions than configured.
pub fn no_more_are_opened_at_once<S: SessionPool>(_: &Context) {
    let database = Database::default();
    let pool = S::start(SESSIONS, database.clone());
    let held = database.hold();
    let taken = thread::scope(|scope| {
        let (pool, database) = (&pool, &database);
        let requests: Vec<_> = (0..THREADS).map(|_| scope.spawn(|| pool.take())).collect();
        let refused = || requests.iter().filter(|request| request.is_finished()).count();
        let in_time = eventually(|| refused() == THREADS - SESSIONS);
        let (refused, connections) = (refused(), database.connections());
        drop(held);
        assert!(
            in_time,
            "{THREADS} requests came at once; with {SESSIONS} sessions allowed, {refused} were turned \
             away, and {connections} sessions were opened"
        );
        requests.into_iter().filter_map(|request| request.join().ok().flatten()).count()
    });
    assert_eq!(taken, SESSIONS, "sessions in use at once");
    assert_eq!(database.connections(), SESSIONS as u64, "sessions opened");
}

/// Requests on several threads, each of which finds a session. None is used by two at once, and none
/// is lost.
pub fn threads_share_the_sessions<S: SessionPool>(_: &Context) {
    let database = Database::default();
    let pool = S::start(THREADS, database.clone());
    thread::scope(|scope| {
        for user in 0..THREADS {
            let pool = &pool;
            scope.spawn(move || {
                let user = u32::try_from(user).unwrap_or_default();
                for kind in 0..REQUESTS {
                    let mut session = pool.take().expect("fewer sessions are in use than allowed");
                    pool.run(&mut session, kind % KINDS, user).expect("the session is open");
                }
            });
        }
    });
    assert_eq!(database.clashes(), 0, "runs in a session that another request was using");
    assert!(database.connections() <= THREADS as u64, "more sessions were opened than allowed");
    let all: Vec<_> = (0..THREADS).map_while(|_| pool.take()).collect();
    assert_eq!(all.len(), THREADS, "sessions that can be taken when no request is left");
    assert!(pool.take().is_none(), "one more session could be taken than allowed");
}

/// Waits until `condition` holds; returns whether it did in time.
fn eventually(condition: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() > DEADLINE {
            return false;
        }
        thread::sleep(PAUSE);
    }
    true
}
