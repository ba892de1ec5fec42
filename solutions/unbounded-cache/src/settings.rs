//! The settings of each user.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::query::UserId;

/// The settings of all users.
#[derive(Debug, Default)]
pub struct UserSettings {
    users: Mutex<HashMap<UserId, Settings>>,
}

/// The settings of one user.
#[derive(Debug, Default)]
struct Settings {
    /// The list that the user looked at last, with which the app opens next time.
    last_filter: String,
}

impl UserSettings {
    /// Remembers that `user` looked at the list of `filter`.
    pub fn remember_filter(&self, user: UserId, filter: &str) {
        let mut users = self.users.lock();
        users.entry(user).or_default().last_filter = filter.to_owned();
    }

    /// The filter of the list that `user` looked at last.
    pub fn last_filter(&self, user: UserId) -> Option<String> {
        self.users.lock().get(&user).map(|settings| settings.last_filter.clone())
    }

    /// The number of users with settings.
    pub fn users(&self) -> usize {
        self.users.lock().len()
    }
}
