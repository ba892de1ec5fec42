//! A session: one signed-in client and the project on its page.

use std::sync::Arc;

use crate::emitter::{Emitter, Subscription};
use crate::inbox::Inbox;
use crate::update::{Topic, Update};

/// A signed-in client. It receives every update that mentions its user, and every update to the
/// project that its page shows.
pub struct Session {
    user: u64,
    emitter: Arc<Emitter>,
    inbox: Arc<Inbox>,
    _mentions: Subscription,
    page: Option<Page>,
    idle_minutes: u32,
}

/// The page that the client shows.
struct Page {
    project: u64,
    _updates: Subscription,
}

impl Session {
    /// Opens a session of `user`, whose page shows no project yet.
    pub fn open(user: u64, emitter: Arc<Emitter>) -> Self {
        let inbox = Arc::new(Inbox::new());
        let mentions = listen(&emitter, Topic::User(user), &inbox);
        Self { user, emitter, inbox, _mentions: mentions, page: None, idle_minutes: 0 }
    }

    /// Shows a project on the page, in place of the previous one.
    pub fn watch_project(&mut self, project: u64) {
        self.idle_minutes = 0;
        let updates = listen(&self.emitter, Topic::Project(project), &self.inbox);
        self.page = Some(Page { project, _updates: updates });
    }

    /// The updates since the last call. Updates for a page that the client has left meanwhile are
    /// left out.
    pub fn refresh(&mut self) -> Vec<String> {
        self.idle_minutes = 0;
        let waiting = self.inbox.take();
        waiting.iter().filter(|update| self.shows(update)).map(|update| update.line()).collect()
    }

    fn shows(&self, update: &Update) -> bool {
        let on_page = self.page.as_ref().is_some_and(|page| page.project == update.project);
        on_page || update.mentions == Some(self.user)
    }

    /// Counts a minute of silence. Returns how many minutes the client has been silent.
    pub fn minute_passed(&mut self) -> u32 {
        self.idle_minutes += 1;
        self.idle_minutes
    }
}

/// Puts every update to `topic` into `inbox`.
fn listen(emitter: &Arc<Emitter>, topic: Topic, inbox: &Arc<Inbox>) -> Subscription {
    let inbox = Arc::clone(inbox);
    emitter.subscribe(topic, move |update| inbox.push(update))
}
