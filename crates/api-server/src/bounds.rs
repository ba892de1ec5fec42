//! What may be left when something that can leak has happened very often, one thing at a time.

use exercise_harness::{Bound, Context};
use leak_meter::probe::OpenFilesProbe;
use leak_meter::{HeapCounts, Resource};

use crate::ApiServer;
use crate::order::Order;
use crate::workload::Scene;

/// Pages that are read; a cache may keep 200.
const PAGES: u64 = 1500;
/// Times that a subscription is renewed.
const RENEWALS: u64 = 1500;
/// Tasks that are created and deleted.
const TASKS: u64 = 250;
/// Clients that come and go.
const CLIENTS: u64 = 150;
/// Uploads that are cut off.
const UPLOADS: u64 = 60;

/// Pages that nobody will read again.
pub fn cached_pages<S: ApiServer>(context: &Context) -> Bound {
    // As many were read before as may be kept, so that nothing need be added.
    let order = Order::ReadPages { first: 5000, projects: PAGES / 2 };
    let after = format!("{PAGES} different pages of the task list were read");
    blocks_left::<S>(context, order, PAGES, after)
}

/// Subscriptions of one client that stays.
pub fn renewed_subscriptions<S: ApiServer>(context: &Context) -> Bound {
    let after = format!("a connected client renewed its subscription {RENEWALS} times");
    blocks_left::<S>(context, Order::RenewSubscription { count: RENEWALS }, RENEWALS, after)
}

/// Notifications of tasks that are gone.
pub fn deleted_tasks<S: ApiServer>(context: &Context) -> Bound {
    let order = Order::FinishTasks { first: 0, count: TASKS };
    let after = format!("{TASKS} tasks were created, commented on and deleted");
    blocks_left::<S>(context, order, TASKS, after)
}

/// Connections that have ended.
pub fn departed_clients<S: ApiServer>(context: &Context) -> Bound {
    let order = Order::ComeAndGo { first: 0, count: CLIENTS };
    let after = format!("{CLIENTS} clients opened a project each and left");
    blocks_left::<S>(context, order, CLIENTS, after)
}

/// Files of which the rest will never come, sent by a client that stays.
pub fn interrupted_uploads<S: ApiServer>(context: &Context) -> Bound {
    let mut scene = Scene::expect::<S>(context);
    let mut probe = OpenFilesProbe::new().expect("open files can be counted");
    let before = probe.count().expect("open files can be counted");
    scene.carry_out(Order::InterruptUploads { count: UPLOADS });
    scene.rest();
    let after = probe.count().expect("open files can be counted again");
    Bound {
        resource: Resource::OpenFiles,
        measured: after.saturating_sub(before),
        limit: 5,
        after: format!("{UPLOADS} uploads of a connected client were cut off"),
    }
}

/// The live blocks that `order` adds, of which there may be one for every third of its `count`.
fn blocks_left<S: ApiServer>(context: &Context, order: Order, count: u64, after: String) -> Bound {
    let mut scene = Scene::expect::<S>(context);
    let before = HeapCounts::now().live_blocks();
    scene.carry_out(order);
    scene.rest();
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound { resource: Resource::LiveBlocks, measured, limit: count / 3, after }
}
