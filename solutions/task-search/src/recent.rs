//! The recent phrases of each user, to be offered below the search box.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;

use crate::query::UserId;

/// How many phrases are offered.
const OFFERED: usize = 10;

/// The recent phrases of all users, the latest first.
#[derive(Debug, Default)]
pub struct RecentPhrases {
    users: Mutex<HashMap<UserId, VecDeque<String>>>,
}

impl RecentPhrases {
    /// Remembers that `user` searched for `phrase`.
    pub fn remember(&self, user: UserId, phrase: &str) {
        let mut users = self.users.lock();
        let phrases = users.entry(user).or_insert_with(|| VecDeque::with_capacity(OFFERED + 1));
        phrases.retain(|earlier| earlier != phrase);
        phrases.push_front(phrase.to_owned());
        phrases.truncate(OFFERED);
    }

    /// The phrases to offer to `user`.
    pub fn of(&self, user: UserId) -> Vec<String> {
        let users = self.users.lock();
        users.get(&user).into_iter().flatten().cloned().collect()
    }
}
