//! The listeners of each project, and each user's unread notifications.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use serde::Serialize;

use crate::tasks::Task;

/// The most notifications that wait for one user. A new one replaces the oldest.
const INBOX: usize = 20;

/// A change to a task.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// Counted across all projects.
    pub number: u64,
    #[serde(flatten)]
    pub change: Change,
    pub task: Task,
    /// The user who made the change.
    pub by: String,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type")]
pub enum Change {
    #[serde(rename = "task_created")]
    Created,
    #[serde(rename = "task_commented")]
    Commented { text: String },
    #[serde(rename = "task_deleted")]
    Deleted,
}

type Listener = Arc<dyn Fn(&Event) + Send + Sync>;

/// The listeners of each project, with their numbers.
#[derive(Default)]
struct Topics(Mutex<HashMap<String, Vec<(u64, Listener)>>>);

/// A listener's registration, which ends when this is dropped.
pub struct Subscription {
    topics: Arc<Topics>,
    project: String,
    number: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        // The listener itself is dropped after the lock is released.
        let _listener = self.topics.off(&self.project, self.number);
    }
}

impl Topics {
    fn off(&self, project: &str, number: u64) -> Option<Listener> {
        let mut topics = self.0.lock();
        let listeners = topics.get_mut(project)?;
        let place = listeners.iter().position(|(other, _)| *other == number)?;
        let (_, listener) = listeners.remove(place);
        if listeners.is_empty() {
            topics.remove(project);
        }
        Some(listener)
    }
}

/// The notifications about one task, in order.
#[derive(Default)]
struct Thread(Mutex<Vec<Arc<Notification>>>);

/// An event that a user should read.
struct Notification {
    event: Event,
    thread: Weak<Thread>,
}

/// A notification as it is shown to its reader.
#[derive(Debug, Serialize)]
pub struct Unread {
    #[serde(flatten)]
    event: Event,
    /// The number of earlier notifications about the task.
    earlier: usize,
}

/// Calls listeners at once, and keeps notifications for users until they ask.
#[derive(Default)]
pub struct Notifications {
    topics: Arc<Topics>,
    last_listener: AtomicU64,
    last_event: Mutex<u64>,
    /// By the task's number.
    threads: Mutex<HashMap<u64, Arc<Thread>>>,
    /// By the user's name.
    inboxes: Mutex<HashMap<String, VecDeque<Arc<Notification>>>>,
}

impl Notifications {
    /// Calls `listener` with every event of `project`, until the subscription is dropped.
    pub fn on(
        &self,
        project: &str,
        listener: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Subscription {
        let number = self.last_listener.fetch_add(1, Ordering::Relaxed);
        let mut topics = self.topics.0.lock();
        topics.entry(project.to_owned()).or_default().push((number, Arc::new(listener)));
        Subscription { topics: Arc::clone(&self.topics), project: project.to_owned(), number }
    }

    /// Lets `make` change a task, and publishes the change, which `by` has made. Returns the task.
    pub fn publish<E>(
        &self,
        by: &str,
        make: impl FnOnce() -> Result<(Change, Task), E>,
    ) -> Result<Task, E> {
        // Locked from the change until all listeners are called, so that events have the order of
        // the changes.
        let mut last_event = self.last_event.lock();
        let (change, task) = make()?;
        *last_event += 1;
        let event = Event { number: *last_event, change, task, by: by.to_owned() };
        let listeners = self.topics.0.lock().get(&event.task.project).cloned();
        for (_, listener) in listeners.unwrap_or_default() {
            listener(&event);
        }
        let task = event.task.clone();
        match event.change {
            Change::Deleted => self.close(event.task.number),
            _ if event.task.assignee != by => self.notify(event),
            _ => {}
        }
        Ok(task)
    }

    /// Puts an event into its assignee's inbox.
    fn notify(&self, event: Event) {
        let user = event.task.assignee.clone();
        let thread = self.thread(event.task.number);
        let notification = Arc::new(Notification { event, thread: Arc::downgrade(&thread) });
        thread.0.lock().push(Arc::clone(&notification));
        let mut inboxes = self.inboxes.lock();
        let inbox = inboxes.entry(user).or_default();
        inbox.push_back(notification);
        if inbox.len() > INBOX {
            inbox.pop_front();
        }
    }

    fn thread(&self, task: u64) -> Arc<Thread> {
        Arc::clone(self.threads.lock().entry(task).or_default())
    }

    /// Removes all notifications about a deleted task.
    fn close(&self, task: u64) {
        self.threads.lock().remove(&task);
        for inbox in self.inboxes.lock().values_mut() {
            inbox.retain(|notification| notification.event.task.number != task);
        }
    }

    /// The notifications that wait for `user`, the oldest first.
    pub fn unread(&self, user: &str) -> Vec<Unread> {
        let inboxes = self.inboxes.lock();
        inboxes.get(user).into_iter().flatten().map(Notification::shown).collect()
    }
}

impl Notification {
    fn shown(self: &Arc<Self>) -> Unread {
        let earlier = self.thread.upgrade().map_or(0, |thread| {
            let all = thread.0.lock();
            all.iter().take_while(|other| !Arc::ptr_eq(other, self)).count()
        });
        Unread { event: self.event.clone(), earlier }
    }
}
