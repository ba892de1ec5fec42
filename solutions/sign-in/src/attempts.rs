//! The failed attempts to sign in.

use std::collections::HashMap;

/// How often each person at the sign-in page has failed.
#[derive(Debug, Default)]
pub struct Attempts {
    failed: HashMap<String, u32>,
}

impl Attempts {
    pub fn may_try(&self, name: &str) -> bool {
        self.failed.get(name).is_none_or(|failed| *failed < 3)
    }

    pub fn fail(&mut self, name: &str) {
        *self.failed.entry(name.to_owned()).or_default() += 1;
    }

    pub fn succeed(&mut self, name: &str) {
        self.failed.remove(name);
    }

    pub fn leave(&mut self, name: &str) {
        self.failed.remove(name);
    }
}
