//! How much may be left after one action has been repeated very often.

use std::time::{Duration, Instant};

use exercise_harness::{Bound, Context, FullDisk, units};
use leak_meter::probe::{FolderProbe, OpenFilesProbe};
use leak_meter::{HeapCounts, Resource};

use crate::ApiServer;
use crate::order::Order;
use crate::workload::Scene;

/// The number of pages that are read; a cache may keep 200, and more until it cleans up.
const PAGES: u64 = 5000;
/// The first project of these pages.
const FIRST_PROJECT: u64 = 5000;
/// The number of renewals of a subscription.
const RENEWALS: u64 = 1500;
/// The number of tasks that are created and deleted.
const TASKS: u64 = 250;
/// The number of clients that come and leave.
const CLIENTS: u64 = 150;
/// The number of uploads that are cut off.
const UPLOADS: u64 = 60;
/// The number of uploads that do not fit on the disk.
const VIDEOS: u64 = 15;
/// The longest file on a full disk, in bytes. Such an upload is longer.
const DISK: u64 = 512 * 1024;
/// The number of uploads whose requests are left.
const ABANDONED: u64 = 12;
/// Files that may be left of these. No file may.
const SLACK: u64 = 3;
/// How long a server may take to clean up, with later requests.
const CLEANUP: Duration = Duration::from_secs(2);

/// Pages that nobody will read again.
pub fn cached_pages<S: ApiServer>(context: &Context) -> Bound {
    // More pages than may be kept were read before, so that no page need be added.
    let mut scene = Scene::expect::<S>(context);
    let before = HeapCounts::now().live_blocks();
    let limit = PAGES / 2;
    scene.read_pages(context, FIRST_PROJECT, PAGES / 2, true);
    let deadline = Instant::now() + CLEANUP;
    for first in FIRST_PROJECT + PAGES.. {
        scene.rest();
        let is_kept = HeapCounts::now().live_blocks().saturating_sub(before) <= limit;
        if is_kept || Instant::now() >= deadline {
            break;
        }
        // A cache may clean up with a later request.
        scene.carry_out(Order::ReadPages { first, projects: 1, both: true });
    }
    Bound {
        resource: Resource::LiveBlocks,
        measured: HeapCounts::now().live_blocks().saturating_sub(before),
        limit,
        after: format!("{} different pages of the task list were read", units::count(PAGES)),
    }
}

/// Subscriptions of one client that stays.
pub fn renewed_subscriptions<S: ApiServer>(context: &Context) -> Bound {
    let after = format!("a connected client renewed its subscription {RENEWALS} times");
    blocks_left::<S>(context, Order::RenewSubscription { count: RENEWALS }, RENEWALS, after)
}

/// Notifications of deleted tasks.
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

/// Uploads of a client that stays, which are cut off.
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

/// Uploads of a client that stays, during which the disk is full.
pub fn full_disk<S: ApiServer>(context: &Context) -> Bound {
    let mut scene = Scene::expect::<S>(context);
    let full = FullDisk::beyond(DISK);
    scene.carry_out(Order::FillDisk { count: VIDEOS });
    drop(full);
    files_left(context, &scene, format!("the disk was full during {VIDEOS} uploads of one client"))
}

/// Uploads of a client that stays, whose requests it leaves while the server waits for the disk.
pub fn abandoned_uploads<S: ApiServer>(context: &Context) -> Bound {
    let mut scene = Scene::expect::<S>(context);
    let slow = scene.server.slow_disk();
    scene.carry_out(Order::AbandonUploads { count: ABANDONED });
    scene.rest();
    drop(slow);
    let after = format!("a client left {ABANDONED} of its uploads while the disk was slow");
    files_left(context, &scene, after)
}

/// The files that are left of uploads.
fn files_left(context: &Context, scene: &Scene, after: String) -> Bound {
    scene.rest();
    let mut probe =
        FolderProbe::new(context.folder().join("arriving")).expect("the folder can be read");
    let measured = probe.usage().expect("the folder can be read").files;
    Bound { resource: Resource::TemporaryFiles, measured, limit: SLACK, after }
}

/// The live blocks that `order` adds. At most a third of its `count` may be added.
fn blocks_left<S: ApiServer>(context: &Context, order: Order, count: u64, after: String) -> Bound {
    let mut scene = Scene::expect::<S>(context);
    let before = HeapCounts::now().live_blocks();
    scene.carry_out(order);
    scene.rest();
    let measured = HeapCounts::now().live_blocks().saturating_sub(before);
    Bound { resource: Resource::LiveBlocks, measured, limit: count / 3, after }
}
