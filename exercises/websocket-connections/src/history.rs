//! The latest updates of a project, for clients that come back.

use std::collections::VecDeque;

use crate::update::Update;

/// The number of updates that are kept.
const KEPT: usize = 64;

/// The latest updates of one project.
#[derive(Debug, Default)]
pub struct History {
    last_number: u64,
    latest: VecDeque<Update>,
}

impl History {
    /// Adds an update and gives it its number.
    pub fn add(&mut self, text: &str) -> Update {
        self.last_number += 1;
        let update = Update::new(self.last_number, text);
        if self.latest.len() == KEPT {
            self.latest.pop_front();
        }
        self.latest.push_back(update.clone());
        update
    }

    /// The number of the last update, 0 if there was none.
    pub fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The kept updates after `number`.
    pub fn after(&self, number: u64) -> impl Iterator<Item = &Update> {
        self.latest.iter().filter(move |update| update.number > number)
    }
}
