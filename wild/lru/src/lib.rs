//! The users who are signed in, by the token that their browser sends.

use lru::LruCache;

/// At most so many sessions; the one that was used least recently makes room.
#[derive(Debug)]
pub struct Sessions {
    users: LruCache<String, u64>,
}

impl Sessions {
    pub fn new(capacity: usize) -> Self {
        Self { users: LruCache::new(capacity) }
    }

    pub fn sign_in(&mut self, token: &str, user: u64) {
        self.users.put(token.to_owned(), user);
    }

    /// The user with this token, who counts as active now.
    pub fn user_of(&mut self, token: &str) -> Option<u64> {
        self.users.get(&token.to_owned()).copied()
    }

    pub fn sign_out(&mut self, token: &str) {
        self.users.pop(&token.to_owned());
    }
}
