//! What searches on several threads must not do to each other.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use exercise_harness::Context;

use crate::TaskSearch;

/// The deadline for what must not wait.
const DEADLINE: Duration = Duration::from_secs(10);
/// The number of other phrases: enough to reach every part of a service that is divided.
const PHRASES: u64 = 100;

/// While the index is slow to answer one search, all others are answered.
pub fn searches_do_not_wait_for_the_index<S: TaskSearch>(_: &Context) {
    let service = S::start(10_000);
    let search = |phrase: String| drop(service.search(7, 1, &phrase, || vec![1]));
    (0..PHRASES).for_each(|number| search(format!("kept {number}")));
    let (begun, has_begun) = channel();
    let (answer, answered): (Sender<()>, Receiver<()>) = channel();
    let (done, is_done) = channel();
    let result = thread::scope(|scope| {
        let service = &service;
        scope.spawn(move || {
            service.search(7, 1, "slow", || {
                let _ = begun.send(());
                // Ends when the other side is dropped.
                let _ = answered.recv();
                vec![2]
            })
        });
        has_begun.recv_timeout(DEADLINE).map_err(|_| "the index was not queried")?;
        scope.spawn(move || {
            (0..PHRASES).for_each(|number| search(format!("kept {number}")));
            let _ = done.send(());
            (0..PHRASES).for_each(|number| search(format!("new {number}")));
            service.change_project(2);
            service.recent_phrases(7);
            let _ = done.send(());
        });
        for what in ["a search for a kept result", "a new search or a change"] {
            is_done.recv_timeout(DEADLINE).map_err(|_| what)?;
        }
        drop(answer);
        Ok(())
    });
    if let Err(what) = result {
        let what: &str = what;
        panic!("{what} waited {DEADLINE:?} for the index to answer another search");
    }
}

/// A project changes while the index answers a search in it: the answer is from before the change.
pub fn change_during_a_search<S: TaskSearch>(_: &Context) {
    let service = S::start(200);
    let (begun, has_begun) = channel();
    let (changed, is_changed) = channel();
    let in_time = thread::scope(|scope| {
        let service = &service;
        scope.spawn(move || {
            if has_begun.recv().is_ok() {
                service.change_project(1);
                let _ = changed.send(());
            }
        });
        let mut in_time = false;
        service.search(7, 1, "release notes", || {
            let _ = begun.send(());
            in_time = is_changed.recv_timeout(DEADLINE).is_ok();
            vec![1]
        });
        in_time
    });
    assert!(in_time, "a change waited {DEADLINE:?} for the index to answer a search");
    let found = service.search(7, 1, "release notes", || vec![2]);
    assert_eq!(*found, [2], "the index answered the first search before the change");
}
