//! What the load generator is told to do, one JSON object on each line, and what it answers.

use serde::{Deserialize, Serialize};

/// One order. Each names new things by numbers that no other order used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// One visit, and the resident's share: it renews its subscription, and now and then a file
    /// that it sends is cut off.
    Visit { number: u64, seed: u64 },
    /// `visits` visits, `at_once` of them at any time.
    Rush { first: u64, visits: u64, at_once: usize },
    /// The resident reads two different pages of each of `count` projects, each page once.
    ReadPages { first: u64, projects: u64 },
    /// The resident renews its subscription `count` times.
    RenewSubscription { count: u64 },
    /// The resident creates `count` tasks for a colleague, comments on each, and deletes it.
    FinishTasks { first: u64, count: u64 },
    /// `count` clients come, each opens a project of its own, and goes; every second one vanishes.
    ComeAndGo { first: u64, count: u64 },
    /// The resident is cut off in the middle of `count` files.
    InterruptUploads { count: u64 },
}

/// The answer to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    /// It could not be carried out, for the reason in these words.
    Failed(String),
}
