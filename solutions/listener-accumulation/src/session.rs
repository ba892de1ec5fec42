//! A session: one client that is signed in, and the project on its page.

use std::sync::Arc;

use crate::emitter::{Emitter, Subscription};
use crate::inbox::Inbox;
use crate::update::{Topic, Update};

/// A client that is signed in. It hears of its user being mentioned anywhere, and of everything
/// on the project that its page shows.
pub struct Session {
    user: u64,
    emitter: Arc<Emitter>,
    inbox: Arc<Inbox>,
    _mentions: Subscription,
    page: Option<Page>,
    idle_minutes: u32,
}

/// What the client shows.
struct Page {
    project: u64,
    _updates: Subscription,
}

impl Session {
    /// A session of `user`, whose page shows no project yet.
    pub fn open(user: u64, emitter: Arc<Emitter>) -> Self {
        let inbox = Arc::new(Inbox::new());
        let mentions = listen(&emitter, Topic::User(user), &inbox);
        Self { user, emitter, inbox, _mentions: mentions, page: None, idle_minutes: 0 }
    }

    /// Shows a project on the page, in place of the one before.
    pub fn watch_project(&mut self, project: u64) {
        self.idle_minutes = 0;
        let updates = listen(&self.emitter, Topic::Project(project), &self.inbox);
        self.page = Some(Page { project, _updates: updates });
    }

    /// The updates since the client last asked. Those for a page that it has left meanwhile are
    /// of no use to it any more.
    pub fn refresh(&mut self) -> Vec<String> {
        self.idle_minutes = 0;
        let waiting = self.inbox.take();
        waiting.iter().filter(|update| self.shows(update)).map(|update| update.line()).collect()
    }

    fn shows(&self, update: &Update) -> bool {
        let on_page = self.page.as_ref().is_some_and(|page| page.project == update.project);
        on_page || update.mentions == Some(self.user)
    }

    /// A minute has passed. Returns for how many nothing was heard from the client.
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
