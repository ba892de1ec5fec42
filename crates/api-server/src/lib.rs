//! The capstone: the server of the bug report.
//!
//! - `client`, `live`: a user's HTTP and WebSocket connection
//! - `visit`: one user's round trip; `resident`: the user who stays
//! - `generator`, `order`: the process that generates the load, and its orders
//! - `running`: a version's server in this process, which has the meter
//! - `workload`: visits, for the soak
//! - `load`: traffic that comes, stops and comes back doubled; and full load
//! - `behaviours`: what users must receive, and strangers must not
//! - `bounds`: how much may be left after one action has happened very often
//!
//! [`ApiServer`] is the contract. An implementation is free in everything else.

mod behaviours;
mod bounds;
mod client;
mod generator;
mod live;
mod load;
mod order;
mod resident;
mod running;
mod visit;
mod workload;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use behaviours::{at_once, cost, life, live as watching, strangers, tasks, uploads};
use exercise_harness::{FullDisk, Suite};
use tokio::net::TcpListener;

/// The users of every tested server.
const USERS: &[&str] = &[
    "ada",
    "alan",
    "anita",
    "barbara",
    "bjarne",
    "claude",
    "dennis",
    "donald",
    "edsger",
    "frances",
    "gordon",
    "grace",
    "guido",
    "hedy",
    "john",
    "katherine",
    "ken",
    "leslie",
    "margaret",
    "niklaus",
    "radia",
];

/// The API server of a task tracker, defined by its HTTP and WebSocket interface.
///
/// # Users
/// `POST /login {"user"}` returns `{"token"}` to a user of the list, and ends that user's previous
/// session; everything but `/health` requires the header `authorization: Bearer <token>`.
///
/// # Tasks
/// `GET /tasks?project=&assignee=&after=` lists twenty tasks of a project after a number, of one
/// assignee if named. At most 200 such pages are kept for the next reader, including the popular
/// ones, and none is out of date (`x-cache: hit` or `miss`). `POST /tasks {"project", "title",
/// "assignee"}`, `POST /tasks/{number}/comments {"text"}` and `DELETE /tasks/{number}` change them.
/// `GET /notifications` returns an assignee's newest twenty notifications of what others did to
/// existing tasks, each with the number of earlier ones (`earlier`). Nothing of a deleted task stays.
///
/// # Live updates
/// `GET /live` opens a WebSocket and sends `welcome` with the connection's number. `subscribe` to a
/// project may be sent again at any time; it is answered with `subscribed` and the users who are
/// `watching`, and announced to these (`joined`) the first time. Each event of a project that a
/// client watches reaches it once, in order. `unsubscribe` ends that, and so does the end of the
/// connection, after which nothing of the connection stays. The server pings its clients; one that
/// answers stays connected, however long it sends nothing else, and one that answers no ping for
/// three minutes is gone.
///
/// # Uploads
/// `PUT /uploads/{name}`, with the number of a live connection in `x-connection`, accepts a file of
/// at most one mebibyte; `progress`, sent over that connection, returns the progress of its
/// uploads. A completed file is an attachment until its owner deletes it. Nothing of an incomplete
/// one stays, however long its sender remains connected. The system may refuse any file: the disk may
/// be full or slow, and a folder may not be available. A client may leave a request at any moment. An
/// attachment whose file cannot be deleted stays, and may be deleted later.
///
/// # Strangers
/// Input that is malformed, too large or a path in disguise is refused and harms nobody else.
///
/// # Load
/// Requests may run at once, on several threads. They take about as long with many clients, rooms,
/// tasks and pages as with few.
pub trait ApiServer: 'static {
    /// Serves `users` on `listener` until the returned future is dropped. Files are kept in the
    /// existing `folder`: in `arriving` during the upload, in `attachments` afterwards.
    fn serve(
        listener: TcpListener,
        folder: &Path,
        users: &[&str],
    ) -> impl Future<Output = io::Result<()>>;
}

/// The entry point of a version's memory test.
pub fn main<S: ApiServer>() -> ExitCode {
    if let Some(exit) = generator::run_if_asked() {
        return exit;
    }
    Suite::new("api-server", include_str!("../exercise.toml"))
        .behaviour("only_users_get_in", tasks::only_users_get_in::<S>)
        .behaviour("tasks_are_listed_in_pages", tasks::tasks_are_listed_in_pages::<S>)
        .behaviour("readers_get_no_old_page", tasks::readers_get_no_old_page::<S>)
        .behaviour("popular_page_stays_ready", tasks::popular_page_stays_ready::<S>)
        .behaviour("inbox_tells_what_happened", tasks::inbox_tells_what_happened::<S>)
        .behaviour("watchers_get_each_event_once", watching::watchers_get_each_event_once::<S>)
        .behaviour(
            "unsubscribed_client_is_told_nothing",
            watching::unsubscribed_client_is_told_nothing::<S>,
        )
        .behaviour("room_tells_who_watches", watching::room_tells_who_watches::<S>)
        .behaviour("second_window_goes_on", watching::second_window_goes_on::<S>)
        .behaviour("quiet_client_is_kept", watching::quiet_client_is_kept::<S>)
        .behaviour("listening_client_stays", life::listening_client_stays::<S>)
        .behaviour("silent_client_is_cut_off", life::silent_client_is_cut_off::<S>)
        .behaviour(
            "page_read_beside_a_change_is_not_old",
            at_once::page_read_beside_a_change_is_not_old::<S>,
        )
        .behaviour(
            "comment_beside_a_deletion_leaves_nothing",
            at_once::comment_beside_a_deletion_leaves_nothing::<S>,
        )
        .behaviour("busy_server_is_not_slow", cost::busy_server_is_not_slow::<S>)
        .behaviour("upload_becomes_an_attachment", uploads::upload_becomes_an_attachment::<S>)
        .behaviour("uploads_go_on_beside_each_other", uploads::uploads_go_on_beside_each_other::<S>)
        .behaviour("large_upload_is_refused", uploads::large_upload_is_refused::<S>)
        .behaviour("failed_upload_disturbs_nothing", uploads::failed_upload_disturbs_nothing::<S>)
        .behaviour("failed_deletion_can_be_repeated", uploads::failed_deletion_can_be_repeated::<S>)
        .behaviour("upload_needs_its_own_connection", uploads::upload_needs_its_own_connection::<S>)
        .behaviour("malformed_requests_are_refused", strangers::malformed_requests_are_refused::<S>)
        .behaviour("bad_bodies_are_refused", strangers::bad_bodies_are_refused::<S>)
        .behaviour("paths_in_names_are_refused", strangers::paths_in_names_are_refused::<S>)
        .behaviour("malformed_frames_are_refused", strangers::malformed_frames_are_refused::<S>)
        .growth(workload::growth::<S>)
        .phases(load::phases::<S>)
        .load(load::full::<S>)
        .bound("cached_pages", bounds::cached_pages::<S>)
        .bound("renewed_subscriptions", bounds::renewed_subscriptions::<S>)
        .bound("deleted_tasks", bounds::deleted_tasks::<S>)
        .bound("departed_clients", bounds::departed_clients::<S>)
        .bound("interrupted_uploads", bounds::interrupted_uploads::<S>)
        .when(FullDisk::IS_AVAILABLE, |suite| suite.bound("full_disk", bounds::full_disk::<S>))
        .bound("abandoned_uploads", bounds::abandoned_uploads::<S>)
        .main()
}
