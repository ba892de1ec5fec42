//! How much may be kept after many times the pool's capacity of work.

use exercise_harness::{Bound, Context};
use leak_meter::{HeapCounts, Resource};

use crate::{Database, KINDS, SessionPool};

/// Sessions that may be open.
const MAX_SESSIONS: usize = 8;
/// How often all sessions are used at once, by requests of every kind.
const PEAKS: usize = 100;
/// Blocks that a session may keep for each kind of request: its statement and its share of tables.
const BLOCKS_PER_KIND: u64 = 4;
/// Further blocks that may be kept, for the texts of statements and for each session itself.
const SLACK: u64 = 150;

/// Runs peaks in which all sessions run statements of every kind.
pub fn many_peaks<S: SessionPool>(_: &Context) -> Bound {
    blocks_kept::<S>("in which all sessions ran every kind of request", |_| {})
}

/// Runs the same peaks with a database that closes all sessions after each.
pub fn many_closed_sessions<S: SessionPool>(_: &Context) -> Bound {
    blocks_kept::<S>("after each of which the database closed all sessions", Database::restart)
}

fn blocks_kept<S: SessionPool>(what: &str, after_peak: fn(&Database)) -> Bound {
    let database = Database::default();
    let before = HeapCounts::now().live_blocks();
    let pool = S::start(MAX_SESSIONS, database.clone());
    for _ in 0..PEAKS {
        let mut in_use: Vec<_> = (0..MAX_SESSIONS).filter_map(|_| pool.take()).collect();
        for session in &mut in_use {
            for kind in 0..KINDS {
                // A closed session returns an error, as intended.
                let _ = pool.run(session, kind, 7);
            }
        }
        drop(in_use);
        after_peak(&database);
    }
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound {
        resource: Resource::LiveBlocks,
        measured,
        limit: (MAX_SESSIONS * KINDS) as u64 * BLOCKS_PER_KIND + SLACK,
        after: format!("{PEAKS} peaks {what}, with at most {MAX_SESSIONS} sessions,"),
    }
}
