//! The results that a search must find, and when the index may be queried for them.

use std::cell::Cell;

use exercise_harness::Context;

use crate::TaskSearch;

/// Enough room for every result of most checks.
const MAX_RESULTS: usize = 200;

/// An index that counts its queries.
#[derive(Default)]
struct Index {
    asked: Cell<u64>,
}

impl Index {
    /// Searches for a phrase. The result identifies the search and the number of index queries at
    /// the time.
    fn search<S: TaskSearch>(&self, service: &S, project: u32, phrase: &str) -> Vec<u64> {
        self.search_as(service, 7, project, phrase)
    }

    fn search_as<S: TaskSearch>(
        &self,
        service: &S,
        user: u32,
        project: u32,
        phrase: &str,
    ) -> Vec<u64> {
        let ask = || {
            self.asked.set(self.asked.get() + 1);
            vec![u64::from(project), crc(phrase), self.asked.get()]
        };
        service.search(user, project, phrase, ask).to_vec()
    }

    /// The number of index queries that `work` makes.
    fn asked_for(&self, work: impl FnOnce()) -> u64 {
        let before = self.asked.get();
        work();
        self.asked.get() - before
    }
}

/// A number for a phrase.
fn crc(phrase: &str) -> u64 {
    phrase.bytes().fold(7, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte))
}

/// Until its project changes, a phrase is looked up in the index once, for all users.
pub fn index_is_asked_once<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    let first = index.search(&service, 1, "release notes");
    let asked = index.asked_for(|| {
        for user in 0..100 {
            assert_eq!(index.search_as(&service, user, 1, "release notes"), first);
            // Case and spaces do not affect the result.
            assert_eq!(index.search_as(&service, user, 1, "  Release  Notes "), first);
        }
    });
    assert_eq!(asked, 0, "a recent result is shown again without the index");
}

/// Results of any size are kept, for phrases of any length.
pub fn every_result_is_kept<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    for tasks in [0, 1, 50, 5_000] {
        for length in [1, 20, 300] {
            let phrase = format!("{tasks} {}", "x".repeat(length));
            let found = service.search(7, 1, &phrase, || (0..tasks).collect());
            let again = service.search(8, 1, &phrase, || panic!("{phrase} finds {tasks} tasks"));
            assert_eq!(found, again);
        }
    }
}

/// Every search finds its own tasks, in its own project.
pub fn results_are_not_mixed_up<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    for _ in 0..2 {
        for project in 0..10 {
            for number in 0..15 {
                let phrase = format!("task {number}");
                let found = index.search(&service, project, &phrase);
                assert_eq!(found[..2], [u64::from(project), crc(&phrase)], "{project}: {phrase}");
            }
        }
    }
}

/// After each change of a project, its searches query the index again.
pub fn change_is_found_at_once<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    index.search(&service, 1, "release notes");
    for _ in 0..5 {
        service.change_project(1);
        let asked = index.asked_for(|| {
            index.search(&service, 1, "release notes");
        });
        assert_eq!(asked, 1, "a result from before the change was shown");
    }
    service.change_project(2); // A project that nobody has searched in.
}

/// Changes of one project leave the results of all other projects.
pub fn change_leaves_other_projects<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    let others = || {
        for project in 2..12 {
            index.search(&service, project, "release notes");
        }
    };
    others();
    for _ in 0..20 {
        index.search(&service, 1, "release notes");
        service.change_project(1);
    }
    assert_eq!(index.asked_for(others), 0, "results of unchanged projects were dropped");
}

/// Results of popular searches stay, while many other results come and go.
pub fn popular_results_stay<S: TaskSearch>(_: &Context) {
    const POPULAR: u32 = 20;
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    let mut asked = 0;
    for visit in 0..200 {
        asked += index.asked_for(|| {
            for project in 0..POPULAR {
                index.search(&service, project, "release notes");
            }
        });
        for other in 0..20 {
            index.search(&service, other, &format!("on my mind {visit}-{other}"));
        }
    }
    assert!(
        asked <= 2 * u64::from(POPULAR),
        "{POPULAR} popular searches were made 200 times each, with 20 others after each time; with \
         room for {MAX_RESULTS} results, the index was queried for them {asked} times"
    );
}

/// A user's last ten phrases are offered, the latest first, each once, however old they are.
pub fn recent_phrases_are_known<S: TaskSearch>(_: &Context) {
    let service = S::start(MAX_RESULTS);
    let index = Index::default();
    for number in 0..15 {
        index.search_as(&service, 7, 1, &format!("task {number}"));
    }
    index.search_as(&service, 7, 1, "task 9");
    for number in 0..5 * MAX_RESULTS {
        index.search_as(&service, 8, 1, &format!("other {number}"));
    }
    for user in 100..10_100 {
        index.search_as(&service, user, 1, "release notes");
    }
    service.change_project(1);
    let expected = [9, 14, 13, 12, 11, 10, 8, 7, 6, 5].map(|number| format!("task {number}"));
    assert_eq!(service.recent_phrases(7), expected);
    assert_eq!(service.recent_phrases(8).len(), 10);
    assert!(service.recent_phrases(6).is_empty(), "this user has not searched");
}
