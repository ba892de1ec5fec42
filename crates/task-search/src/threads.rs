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
/// The number of threads, each with a project of its own.
const THREADS: u32 = 8;
/// How often each thread changes its project.
const ROUNDS: u32 = 3_000;

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

/// Searches and changes on several threads: every result is kept, and every change is noticed.
pub fn threads_search_and_change<S: TaskSearch>(_: &Context) {
    let service = S::start(100_000);
    let wrong: Vec<u32> = thread::scope(|scope| {
        let service = &service;
        let threads: Vec<_> = (1..=THREADS)
            .map(|project| scope.spawn(move || wrong_answers(service, project)))
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    assert!(wrong.len() == THREADS as usize, "a thread panicked");
    let wrong: u32 = wrong.iter().sum();
    assert!(
        wrong == 0,
        "{wrong} of {} searches on {THREADS} threads showed an outdated result, or queried the index \
         for a result that was just found",
        2 * ROUNDS * THREADS
    );
    let last = format!("task {}", (ROUNDS - 1) % 3);
    let again = (1..=THREADS).filter(|project| is_asked(&service, *project, &last)).count();
    assert!(again == 0, "the index was queried again for {again} results of other threads");
}

/// Whether a search queries the index.
fn is_asked<S: TaskSearch>(service: &S, project: u32, phrase: &str) -> bool {
    let mut asked = false;
    service.search(7, project, phrase, || {
        asked = true;
        vec![u64::from(project)]
    });
    asked
}

/// Changes `project` and searches in it twice, [`ROUNDS`] times. The first search after a change must
/// query the index, and the second one must not. Returns how many were wrong.
fn wrong_answers<S: TaskSearch>(service: &S, project: u32) -> u32 {
    let mut wrong = 0;
    for round in 0..ROUNDS {
        let phrase = format!("task {}", round % 3);
        service.change_project(project);
        wrong += u32::from(!is_asked(service, project, &phrase));
        wrong += u32::from(is_asked(service, project, &phrase));
    }
    wrong
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
