//! The parts of the server, and its entry point.

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::routes;
use crate::services::cache::PageCache;
use crate::services::file::Files;
use crate::services::notification::Notifications;
use crate::services::websocket::Hub;
use crate::sessions::Sessions;
use crate::tasks::Tasks;

/// The services that a route may use.
#[derive(Clone)]
pub struct App {
    pub sessions: Arc<Sessions>,
    pub tasks: Arc<Tasks>,
    pub cache: Arc<PageCache>,
    pub notifications: Arc<Notifications>,
    pub hub: Arc<Hub>,
    pub files: Arc<Files>,
}

impl App {
    fn new(folder: &Path, users: &[&str]) -> io::Result<Self> {
        let notifications = Arc::new(Notifications::default());
        Ok(Self {
            sessions: Arc::new(Sessions::new(users)),
            tasks: Arc::new(Tasks::default()),
            cache: Arc::new(PageCache::new(Arc::clone(&notifications))),
            hub: Arc::new(Hub::new(Arc::clone(&notifications))),
            notifications,
            files: Arc::new(Files::new(folder)?),
        })
    }
}

/// Serves `users` on `listener` and keeps their files in `folder`. Returns only on an error.
pub async fn serve(listener: TcpListener, folder: &Path, users: &[&str]) -> io::Result<()> {
    let app = App::new(folder, users)?;
    // Updates are small, and must not wait for one another.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, routes::router(app)).await
}
