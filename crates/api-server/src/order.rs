//! The orders to the load generator, one JSON object on each line, and its answers.

use serde::{Deserialize, Serialize};

/// One order. Each uses numbers that no other order has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "snake_case")]
pub enum Order {
    /// One visit, and the resident's part: it renews its subscription, and now and then an upload
    /// of its is cut off.
    Visit { number: u64, seed: u64 },
    /// `visits` visits, `at_once` of them concurrently.
    Rush { first: u64, visits: u64, at_once: usize },
    /// The resident reads one of two different pages of each of these projects in turns, or both.
    ReadPages { first: u64, projects: u64, both: bool },
    /// The resident renews its subscription `count` times.
    RenewSubscription { count: u64 },
    /// The resident creates `count` tasks for a colleague, comments on each, and deletes it.
    FinishTasks { first: u64, count: u64 },
    /// `count` clients come, each opens its own project and leaves; every second one vanishes.
    ComeAndGo { first: u64, count: u64 },
    /// `count` uploads of the resident are cut off.
    InterruptUploads { count: u64 },
    /// The resident sends `count` files that do not fit on the disk.
    FillDisk { count: u64 },
    /// The resident sends `count` files as far as possible while the disk is slow, and leaves their
    /// requests before the answer.
    AbandonUploads { count: u64 },
}

/// The answer to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    /// The order could not be carried out, for this reason.
    Failed(String),
}
