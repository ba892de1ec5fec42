//! The entry point: opens and closes the channels of tasks and holds the pages that show them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use crate::channel::Channel;
use crate::digest::{Digest, Letter, Outbox};
use crate::feed::Feed;
use crate::thread::Thread;

/// Notifies people of comments on the tasks that they follow.
///
/// It lives on the thread of the event loop, so its parts are shared by `Rc`, without
/// locks.
pub struct NotificationCenter {
    channels: BTreeMap<u64, Rc<Channel>>,
    pages: HashMap<u64, Page>,
    pages_opened: u64,
    outbox: Outbox,
    stale_after_days: u32,
}

/// A page that shows a task, and keeps showing it after the task is closed.
struct Page {
    channel: Rc<Channel>,
    observer: u64,
    feed: Rc<Feed>,
}

impl NotificationCenter {
    /// Creates a center that closes a task after this many whole days without a comment.
    pub fn new(stale_after_days: u32) -> Self {
        Self {
            channels: BTreeMap::new(),
            pages: HashMap::new(),
            pages_opened: 0,
            outbox: Outbox::new(),
            stale_after_days,
        }
    }

    /// Opens the channel of a task, unless it is open.
    pub fn open_task(&mut self, task: u64, title: &str) {
        self.channels.entry(task).or_insert_with(|| Channel::open(title));
    }

    /// Closes the channel of a task that is done.
    pub fn close_task(&mut self, task: u64) {
        self.channels.remove(&task);
    }

    /// Shows a task on a page, which receives every comment at once. Returns the page's
    /// number.
    pub fn open_page(&mut self, task: u64) -> Option<u64> {
        let channel = Rc::clone(self.channels.get(&task)?);
        let feed = Rc::new(Feed::default());
        let observer = channel.subscribe(feed.clone());
        self.pages_opened += 1;
        self.pages.insert(self.pages_opened, Page { channel, observer, feed });
        Some(self.pages_opened)
    }

    /// The comments that a page received since the last call.
    pub fn refresh_page(&self, page: u64) -> Vec<String> {
        self.pages.get(&page).map(|page| page.feed.take()).unwrap_or_default()
    }

    /// Closes a page, also when its connection was lost.
    pub fn close_page(&mut self, page: u64) {
        if let Some(page) = self.pages.remove(&page) {
            page.channel.unsubscribe(page.observer);
        }
    }

    /// Sends `reader` a letter on every day with comments on the task.
    pub fn request_digest(&mut self, task: u64, reader: u32) {
        if let Some(channel) = self.channels.get(&task) {
            Digest::subscribe(reader, channel);
        }
    }

    /// Starts a thread with a comment. Returns the thread's number within its task.
    pub fn comment(&mut self, task: u64, author: u32, text: &str) -> Option<usize> {
        let channel = self.channels.get(&task)?;
        Some(channel.start_thread(author, text))
    }

    /// Replies in a thread.
    pub fn reply(&mut self, task: u64, thread: usize, author: u32, text: &str) {
        if let Some(thread) = self.thread(task, thread) {
            thread.say(author, text);
        }
    }

    /// All messages of a thread, the comment first.
    pub fn messages(&self, task: u64, thread: usize) -> Vec<String> {
        self.thread(task, thread).map(|thread| thread.messages()).unwrap_or_default()
    }

    fn thread(&self, task: u64, thread: usize) -> Option<Rc<Thread>> {
        self.channels.get(&task)?.thread(thread)
    }

    /// Marks everything on the task so far as read by `reader`.
    pub fn mark_read(&mut self, task: u64, reader: u32) {
        if let Some(channel) = self.channels.get(&task) {
            channel.mark_read(reader);
        }
    }

    /// Ends the day: the digests go to the outbox, and stale tasks are closed.
    pub fn end_day(&mut self) {
        let Self { channels, outbox, stale_after_days, .. } = self;
        channels.retain(|_, channel| channel.end_day(outbox) < *stale_after_days);
    }

    /// Hands the waiting letters to the mail server, written as of now.
    pub fn deliver(&mut self) -> Vec<Letter> {
        self.outbox.drain(..).filter_map(|digest| digest.write_letter()).collect()
    }
}

impl fmt::Debug for NotificationCenter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("NotificationCenter")
            .field("channels", &self.channels.len())
            .field("pages", &self.pages.len())
            .field("stale_after_days", &self.stale_after_days)
            .finish_non_exhaustive()
    }
}
